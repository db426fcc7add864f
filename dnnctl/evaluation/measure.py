"""Metrics by their names, as configurations, `metrics.json` and reports write them."""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.config.conditions import CONDITION
from dnnctl.config.metrics import TASKS, TOP_K, larger_is_better, tasks_of
from dnnctl.datasets.base import Task
from dnnctl.errors import DataError, ModelError, UsageError
from dnnctl.evaluation import classification, multilabel, regression
from dnnctl.memory import blocks
from dnnctl.plugins import suggestion

Function = Callable[[NDArray[Any], NDArray[Any]], float | None]
_COMPARE = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt, "==": operator.eq}


@dataclass(frozen=True)
class Metric:
    """A measure of how good predictions are.

    Args:
        tasks: The tasks it fits.
        larger_is_better: Whether a larger value is a better one.
        function: Truth and scores to a value, or None where it is not defined.
        by_order: Whether, of scores with a column a class, nothing but the order in each row counts.
    """

    tasks: tuple[Task, ...]
    larger_is_better: bool
    function: Function
    by_order: bool = False


def _of_counts(y_true: NDArray[Any], scores: NDArray[Any], name: str) -> float:
    return multilabel.of_counts(multilabel.counted(y_true, scores), name)


FUNCTIONS: dict[str, Function] = {
    "accuracy": classification.accuracy,
    "precision": classification.precision,
    "recall": classification.recall,
    "f1": classification.f1,
    "auc": classification.auc,
    "mse": regression.mse,
    "rmse": regression.rmse,
    "mae": regression.mae,
    "r2": regression.r2,
}
# Those of several labels: some have the name of one of classes.
LABEL_FUNCTIONS: dict[str, Function] = {
    "accuracy": partial(_of_counts, name="accuracy"),
    "subset_accuracy": multilabel.subset_accuracy,
    "precision": partial(_of_counts, name="precision"),
    "recall": partial(_of_counts, name="recall"),
    "macro_f1": partial(_of_counts, name="macro_f1"),
    "micro_f1": partial(_of_counts, name="micro_f1"),
    "auc": multilabel.auc,
}
BY_ORDER = frozenset({"accuracy", "precision", "recall", "f1"})
# What each name means is settled where configurations are checked; here it gets its function.
METRICS = {
    name: Metric(
        tasks_of(name), larger_is_better(name), FUNCTIONS.get(name) or LABEL_FUNCTIONS[name], by_order=name in BY_ORDER
    )
    for name in TASKS
}


def metric(name: str) -> Metric:
    """Return a metric by its name.

    Args:
        name: A key of `METRICS`, or `top_3`, `top_5`, ...: the true class is among so many best ones.

    Raises:
        UsageError: If there is no such metric; the message names the nearest one.
    """
    if TOP_K.fullmatch(name):
        k = int(name.removeprefix("top_"))
        return Metric(tasks_of(name), larger_is_better(name), partial(classification.top_k, k=k), by_order=True)
    if name not in METRICS:
        raise UsageError(f"unknown metric: {name!r}{suggestion(name, (*METRICS, 'top_5'))}")
    return METRICS[name]


def function_of(name: str, task: Task) -> Function:
    """Return what computes a metric of a task; arguments and errors are those of `metric`."""
    return LABEL_FUNCTIONS[name] if task == "multilabel" else metric(name).function


def all_metrics(task: Task, classes: int, followed: Sequence[str] | None = None) -> tuple[str, ...]:
    """Return the names of the metrics that a final report gives, each once.

    Args:
        task: What is predicted.
        classes: Number of classes; 0 for regression.
        followed: Metrics that the training followed, which are reported too.
    """
    fitting = [name for name, entry in METRICS.items() if task in entry.tasks]
    fitting += ["top_5"] if task == "multiclass" and classes > 5 else []
    return tuple(dict.fromkeys([*fitting, *(followed or ())]))


def measure(task: Task, y_true: NDArray[Any], scores: NDArray[Any], metrics: Sequence[str]) -> dict[str, float]:
    """Return what predictions are worth.

    Args:
        task: What is predicted.
        y_true: int64 (n,) labels, or float (n, targets).
        scores: (n, classes) probabilities, (n,) or (n, 1) probabilities of class 1 for two classes, (n, labels)
            probabilities of several labels, or (n, targets) or (n,) values in the target's unit.
        metrics: Names, as `metric` takes them.

    Returns:
        Name to value in the order asked for; a metric that is not defined for these rows is left out.

    Raises:
        UsageError: If a metric is not known or does not fit the task.
        DataError: If there are no rows, or truth and scores do not fit each other.
        ModelError: If a score is not a finite number.
    """
    _check(task, y_true, scores, metrics)
    values = {name: function_of(name, task)(y_true, scores) for name in metrics}
    return {name: value for name, value in values.items() if value is not None}


def _check(task: Task, y_true: NDArray[Any], scores: NDArray[Any], metrics: Sequence[str]) -> None:
    check_fit(task, metrics)
    if not len(y_true):
        raise DataError("expected at least one row to measure on; received none")
    if len(y_true) != len(scores):
        raise DataError(f"expected scores for each of {len(y_true)} rows; received {len(scores)} rows of scores")
    bad = rows_not_finite(scores)
    if bad:
        raise diverged(bad, len(scores))
    if task == "regression":
        regression.residuals(y_true, scores)
    elif task == "multilabel":
        multilabel.check_labels(y_true, scores)
    else:
        classification.check_labels(y_true, scores)


def check_fit(task: Task, metrics: Sequence[str]) -> None:
    """Raise `UsageError` if a metric is not known or does not fit the task."""
    for name in metrics:
        if task not in metric(name).tasks:
            known = ", ".join(all_metrics(task, 0))
            raise UsageError(f"metric {name!r} does not fit a {task} task; expected one of: {known}")


def diverged(bad: int, rows: int) -> ModelError:
    """Return the error for scores that are no finite numbers in `bad` of all rows."""
    return ModelError(
        f"expected finite scores; received NaN or infinity in {bad} of {rows} rows, so the "
        "network has diverged; use a lower learning rate or clip the gradients, and check the inputs"
    )


def rows_not_finite(scores: NDArray[Any]) -> int:
    """Return how many rows have a score that is not finite; looking for one such row takes most of the time."""
    flat = scores.reshape(len(scores), -1)
    return sum(_not_finite(flat[block]) for block in blocks(len(flat)))


def _not_finite(rows: NDArray[Any]) -> int:
    finite = np.isfinite(rows)
    return 0 if finite.all() else int((~finite.all(axis=1)).sum())


def unmet(require: Mapping[str, str], metrics: Mapping[str, Mapping[str, float]]) -> tuple[str, ...]:
    """Return the requirements that were missed, in words.

    Args:
        require: As `{"test.accuracy": ">= 0.88"}`.
        metrics: Figures by split and name; requirements on other splits are not looked at.
    """
    missed = []
    for key, condition in require.items():
        split, _, name = key.partition(".")
        match = CONDITION.fullmatch(condition)
        if split not in metrics or match is None:
            continue
        value = metrics[split].get(name)
        if value is None or not _COMPARE[match[1]](value, float(match[2])):
            received = "no such metric" if value is None else f"{value:.6g}"
            missed.append(f"{key}: required {condition.strip()}, received {received}")
    return tuple(missed)
