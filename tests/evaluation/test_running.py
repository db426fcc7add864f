"""Metrics of rows added block by block are those of all rows at once."""

import numpy as np
import pytest

from dnnctl.errors import DataError, ModelError, UsageError
from dnnctl.evaluation import score_histogram
from dnnctl.evaluation.measure import all_metrics, measure
from dnnctl.evaluation.running import RunningMetrics

BLOCKS = (slice(0, 700), slice(700, 703), slice(703, 5000))


def case(task: str, seed: int = 0) -> tuple[int, np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    if task == "regression":
        truth = draw.normal(1e6, 3, (5000, 2))
        return 2, truth, truth + draw.normal(0, 1, truth.shape)
    if task == "multilabel":
        truth = (draw.random((5000, 3)) < (0.5, 0.1, 0.9)).astype(np.float32)
        return 3, truth, 1 / (1 + np.exp(-draw.normal(2 * truth - 1, 1.5)))
    classes = 2 if task == "binary" else 7
    labels = draw.integers(0, classes, 5000)
    logits = draw.normal(0, 1, (5000, classes)) + 2 * np.eye(classes)[labels]
    scores = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return classes, labels, (scores[:, 1] if task == "binary" else scores)


def added(task: str, width: int, names, truth, scores, parts=BLOCKS, together=None) -> RunningMetrics:
    running = RunningMetrics(task, width, names)
    for here in parts:
        running.add(truth[here], scores[here], together)
    return running


@pytest.mark.parametrize("task", ["binary", "multiclass", "multilabel", "regression"])
def test_running_metrics_are_those_of_all_rows(task: str) -> None:
    width, truth, scores = case(task)
    names = all_metrics(task, width, ["top_3"] if task == "multiclass" else [])
    running = added(task, width, names, truth, scores)
    whole, found = measure(task, truth, scores, names), running.values()
    assert list(found) == list(whole)
    for name, value in found.items():
        if name in {"mse", "rmse", "mae", "r2"}:
            assert value == pytest.approx(whole[name], rel=1e-12)
        elif name == "auc":
            assert abs(value - whole[name]) <= running.auc_error + 1e-12
            assert 0 < running.auc_error < 1e-3
        else:
            assert value == whole[name]


def test_sums_of_numbers_depend_neither_on_calls_nor_on_a_restart() -> None:
    width, truth, scores = case("regression")
    names = all_metrics("regression", 0)
    one = added("regression", width, names, truth, scores, [slice(None)], 100)
    first = added("regression", width, names, truth, scores, [slice(0, 1300)], 100)
    again = RunningMetrics("regression", width, names)
    again.restore(first.state())
    for start in range(1300, 5000, 100):
        again.add(truth[start : start + 100], scores[start : start + 100], 100)
    assert again.values() == one.values()
    assert all(np.array_equal(array, one.state()[name]) for name, array in again.state().items())


@pytest.mark.parametrize("scores", [[0, 0, 1, 1], [1, 1, 1, 1], [1e-30, 1e-12, 1 - 1e-12, 0.5], [2**-32, 0.25, 0.5, 1]])
def test_scores_at_the_ends_have_a_bin(scores: list[float]) -> None:
    truth, p = np.array([0, 1, 1, 0]), np.array(scores)
    running = added("binary", 2, ["auc"], truth, p, [slice(None)])
    assert running.values()["auc"] == pytest.approx(measure("binary", truth, p, ["auc"])["auc"], abs=running.auc_error)


def test_bins_are_in_the_order_of_scores_and_never_too_many() -> None:
    draw = np.random.default_rng(1)
    scores = np.sort(1 / (1 + np.exp(-draw.normal(0, 8, 4000))))
    counts = np.zeros((2, score_histogram.bins_for(1)), np.int64)
    places = []
    for score in scores:
        before = counts.copy()
        score_histogram.count(np.array([True]), np.array([score]), counts)
        places.append(int(np.flatnonzero(counts[1] != before[1])[0]))
    assert places == sorted(places)
    assert len(set(places)) > 3000
    assert 16 * 1000 * score_histogram.bins_for(1000) <= score_histogram.MOST_BYTES


def test_what_cannot_be_measured_is_said() -> None:
    with pytest.raises(UsageError, match="does not fit"):
        RunningMetrics("binary", 2, ["mse"])
    empty = RunningMetrics("binary", 2, ["accuracy", "auc"])
    with pytest.raises(DataError, match="at least one row"):
        empty.values()
    empty.add(np.array([1, 1]), np.array([0.5, 0.9]))
    assert empty.values() == {"accuracy": 0.5}
    assert empty.auc_error is None
    empty.add(np.array([0]), np.array([np.nan]))
    with pytest.raises(ModelError, match="in 1 of 3 rows"):
        empty.values()
    with pytest.raises(DataError, match="other metrics"):
        empty.restore(RunningMetrics("binary", 2, ["accuracy"]).state())
    with pytest.raises(DataError, match="labels from 0 to 1"):
        RunningMetrics("binary", 2, ["accuracy"]).add(np.array([2]), np.array([0.1]))
