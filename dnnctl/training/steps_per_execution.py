"""How many optimizer steps are taken in one go: enough that nothing is lost between them, few enough to stop soon."""

from typing import Literal

from dnnctl.engines.base import STEPS_AT_ONCE

# A stop, a checkpoint and the live display wait for the steps at work, so these take about so many seconds.
SECONDS = 0.3
# The first steps are slow, since they build the graph, and say nothing of the others.
FIRST = (1, 4)


class StepGroups:
    """Sizes of groups of steps. They do not change what is learned: every step is the same in any group.

    Args:
        wanted: Steps in one go, from 1; `auto` starts small and follows the time that steps take.
    """

    def __init__(self, wanted: int | Literal["auto"]) -> None:
        self._fixed = None if wanted == "auto" else int(wanted)
        self._groups = 0
        self._next = FIRST[0]

    def next(self, left: int) -> int:
        """Return how many steps to take next, of those that are left in the epoch."""
        return min(left, self._fixed or self._next)

    def took(self, steps: int, seconds: float) -> None:
        """Hear how long the latest group took.

        Args:
            steps: Steps in it.
            seconds: Seconds it took.
        """
        self._groups += 1
        if self._groups < len(FIRST):
            self._next = FIRST[self._groups]
        else:
            self._next = max(1, min(STEPS_AT_ONCE, int(SECONDS * steps / max(seconds, 1e-9))))
