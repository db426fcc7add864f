"""Products of a step get as many cores as they are worth."""

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from dnnctl.engines.numpy.threads import LARGE, BlasThreads
from dnnctl.layers.base import LAYERS
from dnnctl.layers.parts.plan import NetworkPlan, plan_network


def plan(units: int) -> NetworkPlan:
    return plan_network(64, [LAYERS.parse({"dense": units}), LAYERS.parse({"dense": 3}), LAYERS.parse("softmax")])


def in_use() -> set[int]:
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


@pytest.mark.parametrize(("units", "batch_size", "number"), [(32, 100, 1), (1024, LARGE >> 16, 0), (1024, 16, 1)])
def test_small_products_stay_on_one_core(units: int, batch_size: int, number: int) -> None:
    with threadpool_limits(limits=2, user_api="blas"):
        threads = BlasThreads(plan(units), None)
        assert threads.choose(batch_size) == threads.number == number
        before = in_use()
        with threads.limited():
            assert in_use() == ({1} if number else before)
        assert in_use() == before


def test_what_was_asked_for_holds_for_every_size() -> None:
    with threadpool_limits(limits=2, user_api="blas"):
        threads = BlasThreads(plan(1024), 1)
        assert threads.choose(10_000) == 1
        with threads.limited():
            assert in_use() == {1}
        assert in_use() == {1}
