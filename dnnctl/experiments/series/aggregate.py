"""What several runs of one configuration come to together: the mean and the standard deviation of each metric."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dnnctl.errors import RunError
from dnnctl.evaluation.confidence_interval import MeanInterval, mean_interval
from dnnctl.evaluation.measure import unmet
from dnnctl.experiments.series.jobs import Member
from dnnctl.runs.metrics_file import read_metrics

Intervals = dict[str, dict[str, MeanInterval]]


@dataclass(frozen=True)
class Aggregate:
    """What the runs of a series come to together.

    Args:
        metrics: The metrics of each run, by split.
        intervals: Their means and deviations, by split and name; of a metric that a run lacks, those of the others.
        baselines: The same of what each baseline reaches on the test rows, by its kind, with a label.
        unmet: Requirements that the means miss, in words.
        more: What else belongs into `metrics.json`.
    """

    metrics: tuple[dict[str, dict[str, float]], ...] = field(repr=False)
    intervals: Intervals
    baselines: dict[str, tuple[str, dict[str, MeanInterval]]]
    unmet: tuple[str, ...]
    more: dict[str, Any] = field(repr=False)

    def to_json(self, *, interval: bool) -> dict[str, Any]:
        """Return this as `metrics.json` has it; with the limits of each mean, if `interval`."""

        def plain(intervals: Mapping[str, MeanInterval]) -> dict[str, Any]:
            return {name: value.to_json(interval=interval) for name, value in intervals.items()}

        simple = {kind: {"label": label, **plain(values)} for kind, (label, values) in self.baselines.items()}
        return {**{split: plain(values) for split, values in self.intervals.items()}, "baseline": simple, **self.more}


def gather(members: Sequence[Member], require: Mapping[str, str]) -> Aggregate:
    """Read the metrics of runs of one configuration.

    Args:
        members: The runs, at least one; all finished.
        require: What the configuration requires.

    Raises:
        RunError: If a run has no metrics of its test rows.
    """
    read = [read_metrics(member.run) for member in members]
    metrics = tuple(own for own, _ in read)
    for member, own in zip(members, metrics, strict=True):
        if not own.get("test"):
            raise RunError(f"{member.run.metrics}: expected figures of the test rows; the file was changed. Restore it")
    intervals = {split: _intervals([own.get(split, {}) for own in metrics]) for split in metrics[0]}
    simple = {}
    for kind in read[0][1]:
        each = [own.get(kind, {}) for _, own in read]
        numbers = [{k: v for k, v in values.items() if isinstance(v, int | float)} for values in each]
        # The label may name a number that is another one in each fold: `mean height (170 cm)`.
        labels = {str(values.get("label", kind)) for values in each}
        label = labels.pop() if len(labels) == 1 else str(each[0].get("label", kind)).partition(" (")[0]
        simple[kind] = (label, _intervals(numbers))
    means = {split: {name: value.mean for name, value in values.items()} for split, values in intervals.items()}
    return Aggregate(metrics, intervals, simple, unmet(require, means), {})


def _intervals(each: Sequence[Mapping[str, float]]) -> dict[str, MeanInterval]:
    names = dict.fromkeys(name for values in each for name in values)
    return {name: mean_interval([values[name] for values in each if name in values]) for name in names}
