"""What cross-validated networks say of the rows that they never saw, all folds together."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.base import Samples
from dnnctl.errors import RunError
from dnnctl.evaluation.classification import ClassRow, confusion_matrix, per_class
from dnnctl.evaluation.measure import all_metrics, measure
from dnnctl.experiments.series.folder import Series
from dnnctl.files import write_npz
from dnnctl.plots.base import PlotContext, draw_all
from dnnctl.runs.predictions import read_predictions

# The plots that look at truth and answers alone.
PICTURES = ("confusion_matrix", "per_class", "predicted_vs_true", "residuals")


@dataclass(frozen=True)
class OutOfFold:
    """The rows of all folds, in ascending order.

    Args:
        rows: Row numbers in the data set's training rows, (n,).
        fold: Which fold held each out, from 1, (n,).
        y_true: Their targets, (n,) labels or (n, targets).
        scores: What the fold's network says of each, as in the runs' `predictions.npz`.
        counts: How many rows each fold has.
        metrics: Figures over all rows; without a loss, as the networks differ.
        classes: A row a class; empty for regression.
        plots: Pictures that were drawn.
    """

    rows: NDArray[np.int64]
    fold: NDArray[np.int64]
    y_true: NDArray[Any]
    scores: NDArray[Any]
    counts: tuple[int, ...]
    metrics: dict[str, float]
    classes: tuple[ClassRow, ...]
    plots: list[Path]

    def to_json(self) -> dict[str, Any]:
        """Return what belongs into `metrics.json`."""
        matrix = confusion_matrix(self.y_true, self.scores).tolist() if self.classes else None
        return {"out_of_fold": self.metrics, **({"confusion_matrix": matrix} if matrix else {})}

    def write(self, series: Series) -> None:
        """Write `predictions.npz` of a series and draw its plots."""
        arrays = {"rows": self.rows, "fold": self.fold, "y_true": self.y_true, "scores": self.scores}
        write_npz(series.run.predictions, arrays)
        # None of these plots looks at inputs or asks the network; row numbers stand for the inputs.
        test = Samples(self.rows, self.y_true)
        title = f"{series.config.name}, {len(self.counts)} folds"
        none = test.take(slice(0))
        context = PlotContext(
            title, series.info, [], None, None, none, test, self.scores, np.asarray, tested="held-out row"
        )
        self.plots.extend(draw_all(context, series.run.plots, PICTURES))


def collect(series: Series) -> OutOfFold:
    """Put the predictions of all folds together.

    Args:
        series: A cross-validation whose folds are trained.

    Raises:
        RunError: If a fold's predictions are missing or damaged, or a row is in two folds.
    """
    parts = [read_predictions(member.run) for member in series.members]
    if len({(part.y_true.shape[1:], part.scores.shape[1:]) for part in parts}) > 1:
        raise RunError(
            f"{series.run.path}: the folds predict different things; a fold's files were changed. Begin anew"
        )
    rows, y_true = np.concatenate([part.rows for part in parts]), np.concatenate([part.y_true for part in parts])
    scores = np.concatenate([part.scores for part in parts])
    counts = tuple(len(part.rows) for part in parts)
    fold = np.repeat(np.arange(1, len(parts) + 1), counts)
    order = np.argsort(rows, kind="stable")
    if len(np.unique(rows)) != len(rows):
        raise RunError(f"{series.run.path}: a row is in two folds; a fold's files were changed. Begin anew")
    rows, fold, y_true, scores = rows[order], fold[order], y_true[order], scores[order]
    task = series.info.task
    names = [*all_metrics(task, len(series.info.class_names)), *(series.config.training.metrics or ())]
    metrics = measure(task, y_true, scores, list(dict.fromkeys(names)))
    classes = () if task == "regression" else tuple(per_class(y_true, scores))
    return OutOfFold(rows, fold, y_true, scores, counts, metrics, classes, [])
