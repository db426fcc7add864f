"""How near two engines are, and what is said where one has no finite number."""

from typing import Any

import numpy as np
import pytest

from dnnctl.data.preprocessing import Preprocessing
from dnnctl.inference.agreement import ROWS, Agreement, compare

IN_UNITS = Preprocessing((1,), None, (0.0,), (1.0,), (0.0,), (4.0,))


class Says:
    """A network that gives the same scores to whatever rows."""

    def __init__(self, scores: list[float]) -> None:
        self._scores = np.array(scores).reshape(-1, 1)

    def scores(self, x: Any) -> Any:
        return self._scores[: len(x)]


def compared(one: list[float], other: list[float]) -> Agreement:
    networks: Any = Says(one), Says(other)
    return compare(*networks, np.zeros((len(one), 1)), IN_UNITS)


def test_the_largest_difference_is_in_standard_deviations_of_the_target() -> None:
    assert compared([1.0, 2.0], [1.0, 2.0 + 2e-5]) == Agreement(2, pytest.approx(5e-6, rel=1e-3), True)
    assert compared([1.0, 2.0], [1.0, 3.0]) == Agreement(2, 0.25, False)
    assert compared([0.0] * 300, [0.0] * 299 + [9.0]) == Agreement(ROWS, 0.0, True)


@pytest.mark.parametrize(("one", "other"), [(np.inf, np.inf), (np.inf, 1.0), (np.nan, np.nan), (1e308, -1e308)])
def test_what_is_not_finite_does_not_agree(one: float, other: float) -> None:
    assert compared([1.0, one], [1.0, other]) == Agreement(2, None, False)
