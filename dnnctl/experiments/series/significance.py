"""Are two repeated trainings different? They are never called so when their intervals overlap.

Each metric's mean has a 95% interval (`evaluation/confidence_interval.py`). Two means may differ although their
intervals overlap a little; what is called different here is so with more than 95% confidence, the rest is left open.

Source: Schenker and Gentleman, On Judging the Significance of Differences by Examining the Overlap Between Confidence
Intervals, The American Statistician 55, 2001.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from dnnctl.config.metrics import larger_is_better
from dnnctl.errors import Call, RunError, UsageError
from dnnctl.evaluation.confidence_interval import MeanInterval, mean_interval
from dnnctl.notebook import Shown, Tabular
from dnnctl.runs.layout import RunDirectory
from dnnctl.runs.manifest import read_manifest
from dnnctl.runs.metrics_file import read_metrics
from dnnctl.runs.predictions import StoredPredictions, read_predictions
from dnnctl.runs.series import REPEAT, check_inside, count_in, kind_of


@dataclass(frozen=True)
class ComparedMetric:
    """A metric of two repeated trainings.

    Args:
        name: As `accuracy`.
        first: Of the first one's runs.
        second: Of the second one's runs.
        better: 1 or 2, whichever is better; None where the intervals overlap, so that no difference is shown.
    """

    name: str
    first: MeanInterval
    second: MeanInterval
    better: int | None


@dataclass(frozen=True, repr=False)
class SeriesComparison(Tabular):
    """Two repeated trainings beside each other.

    Args:
        first: The folder of the first one.
        second: The folder of the second one.
        metrics: Their metrics on the test rows.
    """

    first: RunDirectory
    second: RunDirectory
    metrics: tuple[ComparedMetric, ...]

    def _shown(self) -> Shown:
        better = {1: "first", 2: "second", None: "not told apart"}
        rows = [(each.name, each.first.mean, each.second.mean, better[each.better]) for each in self.metrics]
        heading = f"SeriesComparison({str(self.first.path)!r}, {str(self.second.path)!r})"
        return heading, ("metric", "mean of first", "mean of second", "better"), rows, ()

    def to_json(self) -> dict[str, Any]:
        """Return this as plain values."""
        metrics = {
            metric.name: {
                "first": metric.first.to_json(interval=True),
                "second": metric.second.to_json(interval=True),
                "different": metric.better is not None,
                "better": {1: "first", 2: "second", None: None}[metric.better],
            }
            for metric in self.metrics
        }
        return {"first": str(self.first.path), "second": str(self.second.path), "test": metrics}


def compare_series(first: RunDirectory, second: RunDirectory) -> SeriesComparison:
    """Compare two finished repeated trainings that were measured on the same test rows.

    Args:
        first: The folder of one.
        second: The folder of the other.

    Raises:
        UsageError: If they are the same.
        RunError: If one is no finished repeated training, or they were not measured on the same rows.
    """
    if first.path.resolve() == second.path.resolve():
        raise UsageError(f"{first.path}: expected two repeated trainings; received the same one twice")
    (digests, rows, one), (other_digests, other_rows, other) = _read(first), _read(second)
    same = np.array_equal(rows.rows, other_rows.rows) and np.array_equal(rows.y_true, other_rows.y_true)
    if digests != other_digests or not same:
        raise RunError(
            f"{first.path} and {second.path}: expected the same test rows of the same data; their digests, or the test "
            "rows (data.split_seed, data.test_split), differ, so their figures cannot be compared"
        )
    metrics = [_compared(name, one[name], other[name]) for name in one if name in other]
    return SeriesComparison(first, second, tuple(metrics))


def _compared(name: str, first: MeanInterval, second: MeanInterval) -> ComparedMetric:
    if first.overlaps(second):
        return ComparedMetric(name, first, second, None)
    return ComparedMetric(name, first, second, 1 if (first.mean > second.mean) == larger_is_better(name) else 2)


def _read(series: RunDirectory) -> tuple[object, StoredPredictions, dict[str, MeanInterval]]:
    """Return digests and test rows that a series was measured on, and its metrics on them, read from its runs."""
    manifest = read_manifest(series.manifest)
    if kind_of(manifest) is not REPEAT:
        raise RunError(
            f"{series.path}: expected a repeated training, as of '",
            Call("repeat", ("CONFIG",), {"times": 5}),
            "'; one run has no interval, and the folds of a cross-validation share their rows",
        )
    if manifest.get("state") != "done":
        raise RunError(f"{series.path}: is not finished; go on with: ", REPEAT.how_to_resume(series))
    count = count_in(manifest, series)
    runs = [RunDirectory(REPEAT.path(series, number, count)) for number in range(1, count + 1)]
    for run in runs:
        check_inside(run, series)
    each = [read_metrics(run)[0].get("test", {}) for run in runs]
    # Configurations may have different losses, which cannot be compared.
    shared = [name for name in each[0] if name != "loss" and all(name in values for values in each)]
    data = manifest.get("data")
    digests = data.get("digests") if isinstance(data, dict) else None
    return (
        digests,
        read_predictions(runs[0]),
        {name: mean_interval([values[name] for values in each]) for name in shared},
    )
