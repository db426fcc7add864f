"""How many steps are taken in one go."""

from dnnctl.engines.base import STEPS_AT_ONCE
from dnnctl.training.steps_per_execution import SECONDS, StepGroups


def test_a_number_is_kept_and_an_epoch_ends_where_it_ends() -> None:
    groups = StepGroups(7)
    for _ in range(4):
        assert groups.next(100) == 7
        groups.took(7, 1e-6)
    assert groups.next(3) == 3


def test_auto_begins_small_and_follows_the_time_of_a_step() -> None:
    groups = StepGroups("auto")
    assert groups.next(100) == 1
    # Building the graph takes seconds, and says nothing of a step.
    groups.took(1, 9.0)
    assert groups.next(100) == 4
    groups.took(4, 4 * 0.01)
    assert groups.next(100) == int(SECONDS / 0.01)
    groups.took(30, 30 * 2.0)
    assert groups.next(100) == 1
    groups.took(1, 0.0)
    assert groups.next(100) == STEPS_AT_ONCE
    assert groups.next(10) == 10
