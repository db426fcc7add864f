r"""A metric of several trainings: its mean, its standard deviation, and between what limits the mean lies.

With $n$ values of mean $m$ and standard deviation $s$ (of a sample: over $n - 1$), the mean of many trainings lies in
$m \pm t_{0.975, n-1}\, s / \sqrt{n}$ with a confidence of 95%, if the values are drawn independently and
roughly normally.

Source: Student, The Probable Error of a Mean, Biometrika 6, 1908.
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dnnctl.files import json_numbers

CONFIDENCE = 0.95


@dataclass(frozen=True)
class MeanInterval:
    """A metric of several trainings.

    Args:
        values: Its value in each, at least one.
        mean: Their mean.
        std: Their standard deviation as that of a sample; 0 for one alone.
    """

    values: tuple[float, ...]
    mean: float
    std: float

    @property
    def interval(self) -> tuple[float, float]:
        """Between what limits the mean of many trainings lies, with a confidence of 95%; infinite for one alone."""
        from scipy.special import stdtrit

        count = len(self.values)
        if count < 2:
            return -math.inf, math.inf
        reach = float(stdtrit(count - 1, (1 + CONFIDENCE) / 2)) * self.std / math.sqrt(count)
        return self.mean - reach, self.mean + reach

    def overlaps(self, other: "MeanInterval") -> bool:
        """Tell whether the intervals of two metrics have a number in common."""
        (low, high), (other_low, other_high) = self.interval, other.interval
        return low <= other_high and other_low <= high

    def to_json(self, *, interval: bool) -> dict[str, Any]:
        """Return this as plain values; with the limits of the mean, if `interval`."""
        limits = dict(zip(("low", "high"), self.interval, strict=True)) if interval else {}
        return {**json_numbers({"mean": self.mean, "std": self.std, **limits}), "values": list(self.values)}


def mean_interval(values: Sequence[float]) -> MeanInterval:
    """Return the mean and the standard deviation of a metric of several trainings, at least one.

    Args:
        values: Its value in each.
    """
    numbers = [float(value) for value in values]
    # Computed exactly: values that are all the same must not differ by rounding from those of another training.
    std = statistics.stdev(numbers) if len(numbers) > 1 else 0.0
    return MeanInterval(tuple(numbers), statistics.mean(numbers), std)
