r"""Metrics of rows that are never held together: sums that each block of rows is added to.

Counts of classes are exact, and so are accuracy, precision, recall, F1 and top-k; the area under the ROC curve comes
from narrow bins of scores (`score_histogram.py`). Errors of numbers are summed in float64, and the squares about the
mean of the truth are merged block by block: of $n$ rows with mean $\bar y$ and squares $M$, and a block of $m$ rows
with $\bar y'$ and $M'$, they become $M + M' + (\bar y' - \bar y)^2 n m / (n + m)$.

Source: Chan, Golub and LeVeque, Updating formulae and a pairwise algorithm for computing sample variances, 1979.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.config.metrics import TOP_K
from dnnctl.datasets.base import Task
from dnnctl.errors import DataError
from dnnctl.evaluation import classification, multilabel, regression, score_histogram
from dnnctl.evaluation.measure import check_fit, diverged, rows_not_finite
from dnnctl.memory import blocks

Arrays = dict[str, NDArray[Any]]


class RunningMetrics:
    """Metrics of all rows that were added, by the definitions of `measure`.

    Args:
        task: What is predicted.
        width: Number of classes, of labels, or of targets.
        metrics: Names, as `measure.metric` takes them.

    Raises:
        UsageError: If a metric is not known or does not fit the task.
    """

    def __init__(self, task: Task, width: int, metrics: Sequence[str]) -> None:
        check_fit(task, metrics)
        self._task, self.metrics = task, tuple(metrics)
        self._sums: Arrays = {"rows": np.zeros(1, np.int64), "rows_not_finite": np.zeros(1, np.int64)}
        if task == "regression":
            self._sums |= {
                name: np.zeros(width) for name in ("squared_errors", "absolute_errors", "truth_mean", "truth_squares")
            }
            return
        several = task == "multilabel"
        self._sums["confusion"] = np.zeros((width, 2, 2) if several else (width, width), np.int64)
        counted = [name for name in metrics if TOP_K.fullmatch(name) or name == "subset_accuracy"]
        self._sums |= {name: np.zeros(1, np.int64) for name in counted}
        if "auc" in metrics:
            # Of two classes the area of one is that of the other.
            classes = 1 if width == 2 and not several else width
            self._sums["scores"] = np.zeros((classes, 2, score_histogram.bins_for(classes)), np.int64)

    @property
    def rows(self) -> int:
        """How many rows were added."""
        return int(self._sums["rows"][0])

    @property
    def confusion_matrix(self) -> NDArray[np.int64] | None:
        """Rows by true class (rows of the matrix) and predicted one (columns), of labels one each; None for numbers."""
        return self._sums.get("confusion")

    def add(self, y_true: NDArray[Any], scores: NDArray[Any], together: int | None = None) -> None:
        """Add rows.

        Args:
            y_true: int64 (n,) labels, or float (n, targets).
            scores: As `measure` takes them.
            together: How many rows at a time are summed up, so that the result does not depend on how many came in one
                call; all if None. Counts never depend on it.

        Raises:
            DataError: If truth and scores do not fit each other.
        """
        self._sums["rows"] += len(scores)
        bad = rows_not_finite(scores)
        self._sums["rows_not_finite"] += bad
        if self._task == "regression":
            errors = regression.residuals(y_true, scores)
            truth = y_true.reshape(len(y_true), -1).astype(np.float64)
            before = self.rows - len(scores)
            for block in blocks(len(errors), together or max(1, len(errors))):
                self._add_numbers(errors[block], truth[block], before + block.start)
        elif self._task == "multilabel":
            multilabel.check_labels(y_true, scores)
            if not bad:
                self._add_labels(y_true, scores)
        elif not bad:
            self._add_classes(y_true.reshape(-1), scores)

    def _add_labels(self, y_true: NDArray[Any], scores: NDArray[Any]) -> None:
        sums = self._sums
        sums["confusion"] += multilabel.counted(y_true, scores)
        if "subset_accuracy" in sums:
            sums["subset_accuracy"] += multilabel.all_right(y_true, scores)
        for label, counts in enumerate(sums.get("scores", ())):
            score_histogram.count(y_true[:, label] > 0.5, scores[:, label], counts)

    def _add_classes(self, labels: NDArray[Any], scores: NDArray[Any]) -> None:
        sums = self._sums
        sums["confusion"] += classification.confusion_matrix(labels, scores)
        top = [name for name in sums if TOP_K.fullmatch(name)]
        if not top and "scores" not in sums:
            return
        table = classification.columns(scores)
        if top:
            ranks = classification.ranks(table, labels[:, np.newaxis])
            for name in top:
                sums[name] += int((ranks < int(name.removeprefix("top_"))).sum())
        if "scores" in sums:
            for label, counts in zip(
                [1] if table.shape[1] == 2 else range(table.shape[1]), sums["scores"], strict=True
            ):
                score_histogram.count(labels == label, table[:, label], counts)

    def _add_numbers(self, errors: NDArray[np.float64], truth: NDArray[np.float64], before: int) -> None:
        sums, count = self._sums, len(truth)
        sums["squared_errors"] += np.square(errors).sum(axis=0)
        sums["absolute_errors"] += np.abs(errors).sum(axis=0)
        mean = truth.mean(axis=0)
        away = mean - sums["truth_mean"]
        sums["truth_squares"] += np.square(truth - mean).sum(axis=0) + np.square(away) * (
            before / (before + count) * count
        )
        sums["truth_mean"] += away * (count / (before + count))

    def values(self) -> dict[str, float]:
        """Return name to value in the order asked for; a metric that is not defined for these rows is left out.

        Raises:
            DataError: If there are no rows.
            ModelError: If a score was not a finite number.
        """
        if not self.rows:
            raise DataError("expected at least one row to measure on; received none")
        bad = int(self._sums["rows_not_finite"][0])
        if bad:
            raise diverged(bad, self.rows)
        found = {name: self._value(name) for name in self.metrics}
        return {name: value for name, value in found.items() if value is not None}

    def _value(self, name: str) -> float | None:
        sums, rows = self._sums, self.rows
        if self._task == "regression":
            squares = sums["squared_errors"]
            if name == "r2":
                return regression.explained(squares, sums["truth_squares"]) if rows > 1 else None
            if name == "mae":
                return float(sums["absolute_errors"].sum() / (rows * len(squares)))
            return float(np.mean(squares / rows)) if name == "mse" else float(np.mean(np.sqrt(squares / rows)))
        if name == "auc":
            areas = [found[0] for found in map(score_histogram.area, sums["scores"]) if found is not None]
            return float(np.mean(areas)) if areas else None
        if TOP_K.fullmatch(name) or name == "subset_accuracy":
            return int(sums[name][0]) / rows
        if self._task == "multilabel":
            return multilabel.of_counts(sums["confusion"], name)
        if name == "accuracy":
            return int(np.trace(sums["confusion"])) / rows
        return classification.macro(sums["confusion"], name)

    @property
    def auc_error(self) -> float | None:
        """By how much the area under the curve may be off at most; None where it is not measured or not defined."""
        found = [] if "scores" not in self._sums else map(score_histogram.area, self._sums["scores"])
        errors = [each[1] for each in found if each is not None]
        return float(np.mean(errors)) if errors else None

    def state(self) -> Arrays:
        """Return copies of the sums, by names that hold in every process."""
        return {name: array.copy() for name, array in self._sums.items()}

    def fits(self, state: Mapping[str, NDArray[Any]]) -> bool:
        """Tell whether a state is one of these metrics and classes."""
        own, theirs = ({n: (a.shape, a.dtype) for n, a in sums.items()} for sums in (self._sums, state))
        return own == theirs

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Go back to what `state` returned.

        Raises:
            DataError: If it does not fit.
        """
        if not self.fits(state):
            raise DataError(
                f"expected running sums {', '.join(self._sums)}; received those of other metrics or classes"
            )
        self._sums = {name: array.copy() for name, array in state.items()}
