import math

import numpy as np
import pytest
from scipy import stats

from dnnctl.evaluation.confidence_interval import mean_interval


def test_the_interval_is_students() -> None:
    values = [0.91, 0.95, 0.93, 0.90, 0.94]
    found = mean_interval(values)
    low, high = stats.t.interval(0.95, 4, loc=np.mean(values), scale=stats.sem(values))
    assert found.interval == pytest.approx((low, high), rel=1e-12)
    assert (found.mean, found.std) == pytest.approx((np.mean(values), np.std(values, ddof=1)))


def test_intervals_cover_the_mean_as_often_as_they_say() -> None:
    numbers = np.random.default_rng(0)
    covered = [(found := mean_interval(numbers.normal(3, 2, 5)).interval)[0] <= 3 <= found[1] for _ in range(4000)]
    assert np.mean(covered) == pytest.approx(0.95, abs=0.012)


def test_one_value_says_nothing_of_the_spread() -> None:
    found = mean_interval([0.5])
    assert (found.mean, found.std, found.interval) == (0.5, 0.0, (-math.inf, math.inf))
    assert found.to_json(interval=True) == {"mean": 0.5, "std": 0.0, "low": None, "high": None, "values": [0.5]}
    assert found.overlaps(mean_interval([1e9, 1e9 + 1]))


def test_equal_values_have_no_spread_at_all() -> None:
    found = mean_interval([0.9832869080779945] * 3)
    assert (found.mean, found.std) == (0.9832869080779945, 0.0)
    assert found.interval == (found.mean, found.mean)
    assert found.overlaps(mean_interval([0.9832869080779945] * 7))


def test_intervals_that_touch_overlap() -> None:
    one, other = mean_interval([1.0, 1.0]), mean_interval([1.0, 1.0])
    assert one.overlaps(other)
    assert not one.overlaps(mean_interval([1.1, 1.1]))
    assert mean_interval([0.0, 1.0]).overlaps(mean_interval([0.4, 0.6]))
    assert mean_interval([0.4, 0.6]).overlaps(mean_interval([0.0, 1.0]))
