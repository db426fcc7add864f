"""How many steps are taken in one go."""

from dnnctl.engines.base import STEPS_AT_ONCE
from dnnctl.training.steps_per_execution import SECONDS, StepGroups


def test_a_number_is_kept_and_an_epoch_ends_where_it_ends() -> None:
    pace = StepGroups(7)
    for _ in range(4):
        assert pace.group(100) == 7
        pace.took(7, 1e-6)
    assert pace.group(3) == 3


def test_auto_begins_small_and_follows_the_time_of_a_step() -> None:
    pace = StepGroups("auto")
    assert pace.group(100) == 1
    # Building the graph takes seconds, and says nothing of a step.
    pace.took(1, 9.0)
    assert pace.group(100) == 4
    pace.took(4, 4 * 0.01)
    assert pace.group(100) == int(SECONDS / 0.01)
    pace.took(30, 30 * 2.0)
    assert pace.group(100) == 1
    pace.took(1, 0.0)
    assert pace.group(100) == STEPS_AT_ONCE
    assert pace.group(10) == 10
