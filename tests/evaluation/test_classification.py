import numpy as np
import pytest
from sklearn import metrics as sk

from dnnctl.errors import DataError
from dnnctl.evaluation import classification as own


def case(seed: int, rows: int = 200, classes: int = 5, missing: bool = False, ties: bool = False):
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, classes - missing, rows)
    scores = generator.dirichlet(np.ones(classes), rows)
    scores[np.arange(rows), labels] += 0.3
    scores /= scores.sum(axis=1, keepdims=True)
    if ties:
        scores = np.round(scores * 4) / 4
    return labels, scores


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("missing", [False, True])
@pytest.mark.parametrize("ties", [False, True])
def test_macro_averages_equal_scikit_learn(seed, missing, ties):
    labels, scores = case(seed, missing=missing, ties=ties)
    predicted = scores.argmax(axis=1)
    for name, theirs in (("precision", sk.precision_score), ("recall", sk.recall_score), ("f1", sk.f1_score)):
        expected = theirs(labels, predicted, average="macro", zero_division=0)
        assert getattr(own, name)(labels, scores) == pytest.approx(expected, abs=1e-14)
    assert own.accuracy(labels, scores) == sk.accuracy_score(labels, predicted)


def test_classes_that_occur_nowhere_do_not_count():
    labels = np.array([0, 0, 2, 2])
    scores = np.eye(5)[[0, 0, 2, 3]]
    expected = sk.f1_score(labels, [0, 0, 2, 3], average="macro", zero_division=0)
    assert own.f1(labels, scores) == pytest.approx(expected)
    assert own.f1(labels, scores) == pytest.approx((1 + 2 / 3 + 0) / 3)


def test_one_class_only():
    labels, scores = np.zeros(4, np.int64), np.eye(3)[[0, 0, 0, 0]]
    assert own.f1(labels, scores) == 1
    assert own.accuracy(labels, scores) == 1
    assert own.auc(labels, scores) is None


@pytest.mark.parametrize("shape", ["flat", "column", "two columns"])
@pytest.mark.parametrize("ties", [False, True])
def test_two_classes_in_every_shape(shape, ties):
    generator = np.random.default_rng(3)
    labels, second = generator.integers(0, 2, 300), generator.random(300).astype(np.float32)
    if ties:
        second = np.round(second * 5) / 5
    scores = {"flat": second, "column": second[:, None], "two columns": np.stack([1 - second, second], 1)}[shape]
    predicted = (second > 0.5).astype(int)
    assert own.accuracy(labels, scores) == sk.accuracy_score(labels, predicted)
    assert own.f1(labels, scores) == pytest.approx(sk.f1_score(labels, predicted, average="macro"))
    assert own.auc(labels, scores) == pytest.approx(sk.roc_auc_score(labels, second), abs=1e-14)
    assert (own.confusion_matrix(labels, scores) == sk.confusion_matrix(labels, predicted)).all()


def test_a_probability_of_one_half_is_class_0_in_every_shape():
    half = np.array([0.5])
    for scores in (half, half[:, None], np.array([[0.5, 0.5]])):
        assert own.predicted_labels(scores).tolist() == [0]


def test_one_answer_for_all_rows_is_read_as_any_other() -> None:
    for answer in ([0.2, 0.5, 0.3], [0.4, 0.4, 0.2]):
        constant = np.broadcast_to(np.array(answer), (4, 3))
        assert own.predicted_labels(constant).tolist() == own.predicted_labels(constant.copy()).tolist()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("ties", [False, True])
def test_auc_of_several_classes_equals_scikit_learn(seed, ties):
    labels, scores = case(seed)
    if ties:
        # scikit-learn wants rows that sum to 1; sorting eighths into shares keeps many equal scores.
        draws = np.random.default_rng(seed).multinomial(8, np.ones(5) / 5, len(labels))
        scores = draws / 8
    expected = sk.roc_auc_score(labels, scores, multi_class="ovr", average="macro")
    assert own.auc(labels, scores) == pytest.approx(expected, abs=1e-13)


def test_auc_leaves_out_a_class_without_rows():
    labels, scores = case(1, missing=True)
    areas = [sk.roc_auc_score(labels == c, scores[:, c]) for c in range(4)]
    assert own.auc(labels, scores) == pytest.approx(np.mean(areas), abs=1e-13)


@pytest.mark.parametrize("k", [1, 2, 4])
def test_top_k_equals_scikit_learn(k):
    labels, scores = case(5)
    assert own.top_k(labels, scores, k) == sk.top_k_accuracy_score(labels, scores, k=k)


@pytest.mark.parametrize("k", [1, 2, 4])
def test_top_k_puts_the_lower_of_two_equal_labels_first(k):
    labels, scores = case(5, ties=True)
    # scikit-learn prefers the higher label: it agrees once the labels are counted backwards.
    expected = sk.top_k_accuracy_score(4 - labels, scores[:, ::-1], k=k)
    assert own.top_k(labels, scores, k) == expected
    assert own.top_k(labels, scores, 1) == own.accuracy(labels, scores)
    assert own.top_k(labels, scores, 5) == 1


@pytest.mark.parametrize("missing", [False, True])
def test_confusion_matrix_and_per_class_equal_scikit_learn(missing):
    labels, scores = case(2, missing=missing)
    predicted = scores.argmax(axis=1)
    matrix = own.confusion_matrix(labels, scores)
    assert matrix.dtype == np.int64
    assert (matrix == sk.confusion_matrix(labels, predicted, labels=range(5))).all()
    theirs = sk.precision_recall_fscore_support(labels, predicted, labels=range(5), zero_division=0)
    rows = own.per_class(labels, scores)
    assert [row.label for row in rows] == list(range(5))
    np.testing.assert_allclose([(r.precision, r.recall, r.f1, r.support) for r in rows], np.transpose(theirs))


def test_labels_without_a_column_are_refused():
    with pytest.raises(DataError, match="labels from 0 to 2"):
        own.confusion_matrix(np.array([0, 3]), np.eye(3)[:2])
    with pytest.raises(DataError, match="labels from 0 to 1"):
        own.confusion_matrix(np.array([0, 2]), np.array([0.1, 0.2]))
    with pytest.raises(DataError, match="2 labels"):
        own.confusion_matrix(np.array([0, 1]), np.eye(3))
