"""The slope of a function from its values alone."""

import math
from collections.abc import Callable

import pytest

from dnnctl.experiments.explain.finite_differences import slope


@pytest.mark.parametrize(
    ("function", "exact"),
    [(math.sin, 1), (math.exp, 1), (lambda x: x**7 - x, -1), (lambda x: 1 / (0.3 + x), -1 / 0.09)],
)
def test_a_smooth_slope_has_nine_digits(function: Callable[[float], float], exact: float) -> None:
    assert slope(function) == pytest.approx(exact, rel=1e-9)


def test_what_has_no_effect_has_slope_0() -> None:
    assert slope(lambda _: 2.3) == 0
