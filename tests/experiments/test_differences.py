"""The slope of a function from its values alone."""

import math
from collections.abc import Callable

import pytest

from dnnctl.experiments.differences import slope


@pytest.mark.parametrize(
    ("function", "exact"),
    [(math.sin, 1), (math.exp, 1), (lambda x: x**7 - x, -1), (lambda x: 1 / (0.3 + x), -1 / 0.09)],
)
def test_a_smooth_slope_has_nine_digits(function: Callable[[float], float], exact: float) -> None:
    assert slope(function).value == pytest.approx(exact, rel=1e-9)


def test_steps_stay_on_this_side_of_a_kink() -> None:
    # max(x + 0.001, 0) squared has no second derivative at -0.001; right of it the slope is 0.002.
    def moved(h: float) -> float | None:
        return (h + 0.001) ** 2 if h + 0.001 > 0 else None

    found = slope(moved)
    assert found.reach <= 0.001
    assert found.value == pytest.approx(0.002, rel=1e-9)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_kink_very_near_on_one_side_leaves_the_other(sign: int) -> None:
    def moved(h: float) -> float | None:
        return math.exp(h) if sign * h > -1e-10 else None

    found = slope(moved)
    assert found.reach > 0.1
    assert found.value == pytest.approx(1, rel=1e-8)


def test_between_two_kinks_there_is_no_slope() -> None:
    found = slope(lambda h: 0.0 if h == 0 else None)
    assert math.isnan(found.value)
    assert (found.step, found.reach) == (0, 0)


def test_an_absolute_value_at_0_counts_by_the_mean_of_its_slopes() -> None:
    assert slope(lambda h: abs(h) + 3 * h, symmetric=True).value == pytest.approx(3)


def test_what_has_no_effect_has_slope_0() -> None:
    assert slope(lambda _: 2.3).value == 0
