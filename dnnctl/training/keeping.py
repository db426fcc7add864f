"""When a checkpoint is written, and what happens if it cannot be."""

import time
from collections.abc import Callable

from dnnctl.config.schema import CheckpointConfig
from dnnctl.errors import RunError
from dnnctl.runs.history import write_table
from dnnctl.runs.layout import RunDirectory, how_to_resume
from dnnctl.training.checkpoint import Checkpoint, write_checkpoint

# With `every`, epochs of milliseconds are not each followed by a checkpoint.
SECONDS_BETWEEN = 1.0
# Nor does one follow before so many times what the last one took: writing them takes 2% of the time at most.
TIMES_ITS_COST = 50


class Keeper:
    """Keeps the last checkpoint of a training, in memory and on disk.

    Before the first one, `last` is the state before the first step, in memory alone.

    Args:
        run: Whose it is.
        rule: How often one is due.
        last: What training goes on from; None if it begins.
    """

    def __init__(self, run: RunDirectory, rule: CheckpointConfig, last: Checkpoint | None = None) -> None:
        self._run = run
        self._rule = rule
        self._cost = 0.0
        self._time = time.monotonic()
        self.last = last

    @property
    def steps(self) -> int:
        """Optimizer steps that the last checkpoint has behind it."""
        return self.last.progress.optimizer_steps if self.last else 0

    def due(self, epochs: int | None) -> bool:
        """Tell whether a checkpoint is due.

        Args:
            epochs: Epochs that are over, at the end of one; None inside an epoch.
        """
        passed = time.monotonic() - self._time
        if passed < TIMES_ITS_COST * self._cost:
            return False
        if self._rule.seconds is not None:
            return passed >= self._rule.seconds
        if epochs is None or passed < SECONDS_BETWEEN:
            return False
        kept = self.last.progress.epoch if self.last else 0
        return epochs - kept >= (self._rule.every or 1)

    def keep(self, take: Callable[[], Checkpoint], *, history: bool) -> None:
        """Write a checkpoint, and the history up to it.

        Args:
            take: Returns the checkpoint.
            history: Whether to write the history; not where training ends here, which writes it anyway.

        Raises:
            RunError: If it cannot be written; the last one is intact then.
        """
        start = time.monotonic()
        checkpoint = take()
        before = self.last.progress.epoch if self.last else 0
        try:
            write_checkpoint(self._run.checkpoint, checkpoint)
            self.last = checkpoint
            if history and checkpoint.progress.epoch != before:
                write_table(self._run.history, checkpoint.progress.history)
        except OSError as error:
            raise RunError(
                f"{self._run.path}: the checkpoint cannot be written: {error.strerror or error}. "
                f"{self._intact()}Make room or make the folder writable, then go on with: {how_to_resume(self._run)}"
            ) from None
        self._time = time.monotonic()
        self._cost = self._time - start

    def _intact(self) -> str:
        return f"The last one, after step {self.steps:,}, is intact. " if self.steps else ""
