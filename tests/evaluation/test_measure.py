import numpy as np
import pytest

from dnnctl.config.metrics import TASKS
from dnnctl.errors import DataError, ModelError, UsageError
from dnnctl.evaluation.measure import METRICS, all_metrics, measure, metric

LABELS = np.array([0, 1, 2, 2])
SCORES = np.eye(3)[[0, 1, 2, 0]]


def test_every_configurable_metric_has_a_function_and_the_other_way_round():
    assert set(METRICS) == set(TASKS)
    assert {name: entry.tasks for name, entry in METRICS.items()} == TASKS


@pytest.mark.parametrize("name", [*METRICS, "top_3"])
def test_larger_is_better_is_true_to_the_function(name):
    entry = metric(name)
    if "regression" in entry.tasks:
        truth = np.array([[1.0], [2.0], [4.0]])
        right, wrong = truth, truth[::-1]
    elif "binary" not in entry.tasks and "multilabel" in entry.tasks:
        truth = np.array([[1, 0], [0, 1], [1, 1]])
        right, wrong = truth, 1 - truth
    elif name == "top_3":
        truth = np.arange(4)
        right, wrong = np.eye(4), -np.eye(4)
    else:
        truth = np.array([0, 1, 1])
        right, wrong = np.array([0.1, 0.9, 0.9]), np.array([0.9, 0.1, 0.1])
    good, bad = entry.function(truth, right), entry.function(truth, wrong)
    assert (good > bad) is entry.larger_is_better


@pytest.mark.parametrize("name", [name for name in [*METRICS, "top_2"] if "multiclass" in metric(name).tasks])
def test_what_is_by_order_is_not_changed_by_what_keeps_each_rows_order(name):
    generator = np.random.default_rng(0)
    scores, truth = generator.normal(size=(80, 4)), generator.integers(0, 4, 80)
    # Rows of other sizes keep their own order, but not that of one class from row to row.
    other = np.exp(scores * generator.uniform(0.1, 10, (80, 1)))
    entry = metric(name)
    assert (entry.function(truth, scores) == entry.function(truth, other)) is entry.by_order


def test_any_k_is_known_for_top_k():
    values = measure("multiclass", LABELS, SCORES, ["top_1", "top_2", "top_12"])
    assert values == {"top_1": 0.75, "top_2": 0.75, "top_12": 1.0}
    for name in ("top_0", "top_", "top_05", "top_5x"):
        with pytest.raises(UsageError, match="unknown metric"):
            metric(name)


def test_undefined_values_are_left_out_and_the_order_is_kept():
    values = measure("multiclass", np.array([2, 2]), np.eye(3)[[2, 2]], ["f1", "auc", "accuracy"])
    assert list(values) == ["f1", "accuracy"]
    assert list(measure("regression", np.ones((1, 1)), np.ones((1, 1)), all_metrics("regression", 0))) == [
        "mse",
        "rmse",
        "mae",
    ]


def test_final_reports_give_top_5_only_for_more_than_5_classes():
    assert "top_5" in all_metrics("multiclass", 6)
    assert "top_5" not in all_metrics("multiclass", 5)
    assert all_metrics("binary", 2) == ("accuracy", "precision", "recall", "f1", "auc")
    assert all_metrics("regression", 0) == ("mse", "rmse", "mae", "r2")


def test_faults_are_named():
    with pytest.raises(UsageError, match="did you mean 'accuracy'"):
        measure("multiclass", LABELS, SCORES, ["acuracy"])
    with pytest.raises(UsageError, match="'f1' does not fit a regression task"):
        measure("regression", np.ones((2, 1)), np.ones((2, 1)), ["f1"])
    with pytest.raises(UsageError, match="'top_5' does not fit a binary task"):
        measure("binary", np.array([0, 1]), np.array([0.1, 0.2]), ["top_5"])
    with pytest.raises(DataError, match="at least one row"):
        measure("multiclass", LABELS[:0], SCORES[:0], ["f1"])
    with pytest.raises(DataError, match="each of 4 rows; received 3"):
        measure("multiclass", LABELS, SCORES[:3], ["accuracy"])
    with pytest.raises(ModelError, match="infinity in 1 of 4 rows, so the network has diverged"):
        measure("multiclass", LABELS, np.where(SCORES[:, [0]] * [[1], [0], [0], [0]], np.nan, SCORES), ["f1"])
