"""The names of the metrics, and which tasks each one fits; what they compute is in `evaluation/`."""

import re

from dnnctl.datasets.base import Task

CLASSES: tuple[Task, ...] = ("binary", "multiclass")
LABELS: tuple[Task, ...] = ("multilabel",)
NUMBERS: tuple[Task, ...] = ("regression",)

TASKS: dict[str, tuple[Task, ...]] = {
    "accuracy": CLASSES + LABELS,
    "subset_accuracy": LABELS,
    "precision": CLASSES + LABELS,
    "recall": CLASSES + LABELS,
    "f1": CLASSES,
    "macro_f1": LABELS,
    "micro_f1": LABELS,
    "auc": CLASSES + LABELS,
    "mse": NUMBERS,
    "rmse": NUMBERS,
    "mae": NUMBERS,
    "r2": NUMBERS,
}
TOP_K = re.compile(r"top_[1-9][0-9]{0,3}")

# What `metrics: auto` follows epoch by epoch.
DEFAULTS: dict[Task, tuple[str, ...]] = {
    "multiclass": ("accuracy",),
    "binary": ("accuracy",),
    "multilabel": ("accuracy", "macro_f1"),
    "regression": ("mse", "mae"),
}
# What is predicted, in words, by the task.
PREDICTED: dict[Task, str] = {
    "multiclass": "classes",
    "binary": "two classes",
    "multilabel": "several labels",
    "regression": "a number",
}


def tasks_of(name: str) -> tuple[Task, ...]:
    """Return the tasks a metric fits; empty if there is no such metric.

    Args:
        name: As `accuracy`, or `top_3` for any number.
    """
    return ("multiclass",) if TOP_K.fullmatch(name) else TASKS.get(name, ())


def larger_is_better(name: str) -> bool:
    """Tell whether a larger value of `loss`, of a metric, or of either with `val_` is better."""
    return name.removeprefix("val_") not in {"loss", "mse", "rmse", "mae"}
