"""Threads are chosen by cores and network."""

import pytest

from dnnctl.engines.keras.runtime import chosen_threads
from dnnctl.network.layers.base import LAYERS
from dnnctl.network.plan import plan_network


@pytest.mark.parametrize(
    ("units", "cores", "expected"),
    [(50, 2, (1, 1)), (512, 2, (2, 2)), (2048, 2, (2, 2)), (512, 8, (8, 2)), (50, 8, (1, 1)), (512, 1, (1, 1))],
)
def test_threads_follow_cores_and_the_largest_weight(units: int, cores: int, expected: tuple[int, int]) -> None:
    plan = plan_network(784, [LAYERS.parse({"dense": units}), LAYERS.parse({"dense": 10})])
    assert chosen_threads(plan, cores) == expected
