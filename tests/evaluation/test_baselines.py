import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

from dnnctl.datasets.base import DatasetInfo
from dnnctl.datasets.samples import Samples
from dnnctl.errors import DataError
from dnnctl.evaluation import baselines as module
from dnnctl.evaluation.baselines import baselines, linear, trivial

NUMBERS = DatasetInfo("numbers", "regression", (1,), feature_names=("weight",), target="height", unit="cm")
CLASSES = DatasetInfo("classes", "multiclass", (2,), class_names=("a", "b", "c"))
NONE = Samples(np.zeros((0, 2), np.float32), np.zeros(0, np.int64))


def line(rows: int, seed: int) -> Samples:
    generator = np.random.default_rng(seed)
    x = generator.uniform(50, 90, (rows, 1)).astype(np.float32)
    return Samples(x, (0.86 * x + 109 + generator.normal(0, 3, x.shape)).astype(np.float32))


def blobs(rows: int, seed: int, labels=(0, 1, 2)) -> Samples:
    generator = np.random.default_rng(seed)
    y = generator.choice(labels, rows).astype(np.int64)
    centres = np.array([[0, 0], [6, 0], [0, 6]])
    return Samples((centres[y] + generator.normal(0, 0.5, (rows, 2))).astype(np.float32), y)


def test_the_mean_of_the_training_target():
    train = Samples(np.zeros((2, 1), np.float32), np.array([[1.0], [3.0]], np.float32))
    test = Samples(np.zeros((2, 1), np.float32), np.array([[2.0], [5.0]], np.float32))
    found = trivial(NUMBERS, train, test)
    assert (found.kind, found.label) == ("trivial", "mean height (2 cm)")
    assert found.train["mse"] == 1
    assert found.train["r2"] == 0
    assert found.test["mse"] == 4.5


def test_the_majority_class_of_the_training_rows():
    train = Samples(np.zeros((5, 2), np.float32), np.array([0, 1, 1, 1, 2]))
    test = Samples(np.zeros((4, 2), np.float32), np.array([2, 2, 1, 0]))
    found = trivial(CLASSES, train, test, ["accuracy"])
    assert found.label == "majority class (b)"
    assert (found.train, found.test) == ({"accuracy": 0.6}, {"accuracy": 0.25})


def test_the_linear_model_is_the_least_squares_line():
    train, test = line(200, 0), line(50, 1)
    reference = LinearRegression().fit(train.x.astype(float), train.y)
    found = linear(NUMBERS, train, test)
    for rows, figures in ((train, found.train), (test, found.test)):
        expected = np.mean((reference.predict(rows.x) - rows.y) ** 2)
        assert figures["mse"] == pytest.approx(expected, rel=1e-5)


def test_the_linear_model_minds_neither_offsets_nor_units():
    train, test = line(200, 0), line(50, 1)
    plain = linear(NUMBERS, train, test).train["mse"]
    moved = Samples(train.x.astype(np.float64) * 1e-6 + 1e5, train.y)
    assert linear(NUMBERS, moved, test).train["mse"] == pytest.approx(plain, rel=1e-3)


def test_separate_classes_are_told_apart_and_exclusive_or_is_not():
    assert linear(CLASSES, blobs(300, 0), blobs(100, 1), ["accuracy"]).test["accuracy"] == 1
    corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
    rows = Samples(corners, np.array([0, 1, 1, 0]))
    info = DatasetInfo("xor", "binary", (2,), class_names=("0", "1"), shared_rows=True)
    assert linear(info, rows, rows, ["accuracy"]).train["accuracy"] == 0.5


def test_pixels_that_never_vary_do_no_harm():
    generator = np.random.default_rng(0)
    y = generator.integers(0, 3, 90)
    x = np.zeros((90, 8, 8), np.uint8)
    x[np.arange(90), y, 0] = 255
    info = DatasetInfo("pictures", "multiclass", (8, 8), class_names=("a", "b", "c"), input_range=(0, 255))
    found = linear(info, Samples(x, y), Samples(x, y))
    assert found.train["accuracy"] == 1
    assert all(np.isfinite(value) for value in found.train.values())


def test_many_rows_are_thinned_evenly_by_position(monkeypatch):
    monkeypatch.setattr(module, "MOST_ROWS", 50)
    monkeypatch.setattr(module, "BLOCK", 16)
    rows = blobs(400, 0)
    in_order = rows.take(np.argsort(rows.y, kind="stable"))
    # The first 50 rows are all of one class: a model that saw only those could not tell the others.
    assert linear(CLASSES, in_order, NONE, ["accuracy"]).train["accuracy"] == 1


def test_a_class_without_training_rows_and_a_test_set_without_rows():
    pair = baselines(CLASSES, blobs(60, 0, labels=(0, 2)), NONE)
    assert [found.kind for found in pair] == ["trivial", "linear", "logistic"]
    assert pair[1].train["accuracy"] == 1
    assert pair[0].test == pair[1].test == {}


def test_what_cannot_be_fitted_is_refused():
    with pytest.raises(DataError, match="at least one training row"):
        trivial(CLASSES, NONE, NONE)
    broken = Samples(np.array([[1.0, np.nan]], np.float32), np.array([0]))
    with pytest.raises(DataError, match="finite inputs"):
        linear(CLASSES, broken, NONE)
