"""Products of a step get as many cores as they are worth."""

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from dnnctl.engines.numpy.threads import LARGE, BlasThreads
from dnnctl.network.layers.base import LAYERS
from dnnctl.network.plan import NetworkPlan, plan_network


def plan(units: int) -> NetworkPlan:
    return plan_network(64, [LAYERS.parse({"dense": units}), LAYERS.parse({"dense": 3}), LAYERS.parse("softmax")])


def in_use() -> set[int]:
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


@pytest.mark.parametrize(
    ("units", "batch_size", "cores", "number"),
    [(32, 100, 4, 1), (1024, LARGE >> 16, 4, 3), (1024, 16, 4, 1), (1024, LARGE >> 16, 2, 1), (1024, 1 << 10, 1, 1)],
)
def test_large_products_leave_one_core_and_small_ones_stay_on_one(
    units: int, batch_size: int, cores: int, number: int
) -> None:
    with threadpool_limits(limits=cores, user_api="blas"):
        threads = BlasThreads(plan(units), None)
        for _ in range(2):
            assert threads.choose(batch_size) == threads.number == number
            with threads.limited():
                assert in_use() == {number}
            assert in_use() == {cores}


def test_what_was_asked_for_holds_for_every_size() -> None:
    with threadpool_limits(limits=2, user_api="blas"):
        threads = BlasThreads(plan(1024), 1)
        assert threads.choose(10_000) == 1
        with threads.limited():
            assert in_use() == {1}
        assert in_use() == {1}
