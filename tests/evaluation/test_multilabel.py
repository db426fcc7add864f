"""Metrics of labels against scikit-learn's, and what has no rows."""

import numpy as np
import pytest
from sklearn import metrics as sklearn

from dnnctl.datasets.base import DatasetInfo
from dnnctl.datasets.samples import Samples
from dnnctl.errors import DataError, UsageError
from dnnctl.evaluation.baselines import baselines
from dnnctl.evaluation.by_class import counts_of, rows_of
from dnnctl.evaluation.measure import all_metrics, measure
from dnnctl.evaluation.voting import Ballot

LABELS = DatasetInfo("t", "multilabel", (4,), target="a, b, c", targets=("a", "b", "c"))


def case(rows: int = 400, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return truth and scores; nobody has the last label, and nobody is given the one before it."""
    draw = np.random.default_rng(seed)
    truth = (draw.random((rows, 5)) < (0.5, 0.1, 0.9, 0.3, 0)).astype(np.float32)
    scores = 1 / (1 + np.exp(-draw.normal(2 * truth - 1, 1.5)))
    scores[:, 3] *= 0.5
    return truth, scores


@pytest.mark.parametrize("seed", range(3))
def test_they_are_those_of_scikit_learn(seed: int) -> None:
    truth, scores = case(seed=seed)
    said = scores > 0.5
    found = measure("multilabel", truth, scores, all_metrics("multilabel", 0))
    options = {"zero_division": 0.0}
    expected = {
        "accuracy": 1 - sklearn.hamming_loss(truth, said),
        "subset_accuracy": sklearn.accuracy_score(truth, said),
        "precision": sklearn.precision_score(truth, said, average="macro", **options),
        "recall": sklearn.recall_score(truth, said, average="macro", **options),
        "macro_f1": sklearn.f1_score(truth, said, average="macro", **options),
        "micro_f1": sklearn.f1_score(truth, said, average="micro", **options),
        "auc": sklearn.roc_auc_score(truth[:, :4], scores[:, :4], average="macro"),
    }
    assert list(found) == list(expected)
    assert found == pytest.approx(expected, abs=1e-12)


def test_each_label_has_a_row_the_ones_without_rows_too() -> None:
    truth, scores = case()
    counts = counts_of(truth, scores)
    assert np.array_equal(counts, sklearn.multilabel_confusion_matrix(truth, scores > 0.5))
    rows = rows_of(counts)
    assert [row.support for row in rows] == truth.sum(axis=0).astype(int).tolist()
    assert rows[4].f1 == rows[4].recall == 0
    assert rows[0].accuracy == pytest.approx(((scores > 0.5) == truth)[:, 0].mean(), abs=1e-12)


def test_labels_that_all_rows_share_have_no_area() -> None:
    assert "auc" not in measure("multilabel", np.ones((3, 2)), np.full((3, 2), 0.5), ["accuracy", "auc"])
    assert measure("multilabel", np.zeros((3, 2)), np.zeros((3, 2)), ["micro_f1", "accuracy"]) == {
        "micro_f1": 0.0,
        "accuracy": 1.0,
    }


def test_what_does_not_fit_is_told() -> None:
    with pytest.raises(DataError, match="received 2 for label 1"):
        measure("multilabel", np.array([[0, 1], [2, 0]]), np.zeros((2, 2)), ["accuracy"])
    with pytest.raises(DataError, match="expected a score for each of several labels"):
        measure("multilabel", np.zeros((2, 2)), np.zeros((2, 3)), ["accuracy"])
    with pytest.raises(UsageError, match=r"metric 'f1' does not fit a multilabel task; .* macro_f1, micro_f1"):
        measure("multilabel", np.zeros((2, 2)), np.zeros((2, 2)), ["f1"])


def test_baselines_answer_each_label_by_itself() -> None:
    draw = np.random.default_rng(0)
    x = draw.normal(size=(600, 4)).astype(np.float32)
    y = np.stack([x[:, 0] > 0.3, x[:, 1] + x[:, 2] > -1, draw.random(600) < 0.1], axis=1).astype(np.float32)
    train, test = Samples(x[:400], y[:400]), Samples(x[400:], y[400:])
    trivial, linear, logistic = baselines(LABELS, train, test)
    majority = y[:400].mean(axis=0) > 0.5
    assert trivial.test["accuracy"] == pytest.approx((majority == y[400:]).mean())
    assert trivial.test["auc"] == 0.5
    assert trivial.label == "most frequent value of each label"
    assert trivial.test["accuracy"] < linear.test["accuracy"] < logistic.test["accuracy"] + 0.03
    assert logistic.test["accuracy"] > 0.95


@pytest.mark.parametrize("columns", [2, 3])
def test_members_vote_on_each_label(columns: int) -> None:
    soft, hard = (Ballot(vote, several=True) for vote in ("soft", "hard"))
    for chance in (0.9, 0.4, 0.45):
        for ballot in (soft, hard):
            ballot.cast(np.full((1, columns), chance))
    assert soft.count() == pytest.approx(np.full((1, columns), 1.75 / 3))
    # Two of three say no.
    assert (hard.count() < 0.5).all()
