"""An epoch: how far it is, and what came of its steps so far."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.data.training_rows import TrainingRows
from dnnctl.datasets.rows import Order
from dnnctl.engines.base import Steps
from dnnctl.errors import RunError
from dnnctl.network.schedules import Length
from dnnctl.training.checkpoint import Arrays


@dataclass
class RunningEpoch:
    """An epoch, finished or not.

    Args:
        number: Counted from 0.
        order: Row numbers in the order they are visited, (rows,).
        steps: Steps it has; fewer than there are batches if the training ends within it.
        done: Steps taken.
        seconds: Seconds spent in it.
        losses: Loss of each step taken, in parts.
        rows: Rows visited.
    """

    number: int
    order: Order
    steps: int
    done: int = 0
    seconds: float = 0.0
    losses: list[NDArray[Any]] = field(default_factory=list)
    rows: int = 0
    # Room for the logits of all its rows; the first `rows` of them are there.
    _logits: NDArray[Any] = field(default_factory=lambda: np.zeros((0, 0)))

    @classmethod
    def begin(cls, rows: TrainingRows, length: Length, number: int) -> "RunningEpoch":
        """Return an epoch before its first step.

        Args:
            rows: The training rows.
            length: How long the training is.
            number: The epoch, counted from 0.
        """
        left = max(0, length.steps - number * length.steps_per_epoch)
        # What comes after the last epoch has no steps, and so no order.
        order = rows.order(number) if left else np.zeros(0, np.int64)
        return cls(number, order, min(length.steps_per_epoch, left))

    @property
    def left(self) -> int:
        """Steps still to be taken."""
        return self.steps - self.done

    @property
    def logits(self) -> NDArray[Any]:
        """What the network said of the rows visited, (rows, outputs)."""
        return self._logits[: self.rows]

    def add(self, result: Steps) -> None:
        """Take in what came of a group of steps."""
        if not len(self._logits):
            # Held once: of a million rows even this is not little.
            self._logits = np.empty((len(self.order), *result.logits.shape[1:]), result.logits.dtype)
        self.losses.append(result.losses)
        self._logits[self.rows : self.rows + len(result.logits)] = result.logits
        self.rows += len(result.logits)
        self.done += len(result.losses)

    def loss(self, batch_size: int) -> float:
        """Return the mean loss of the rows visited, as each step found it, its batch's penalties included."""
        losses = np.concatenate(self.losses)
        # A partial last batch counts for its rows.
        sizes = np.full(len(losses), batch_size)
        sizes[-1] = self.rows - sizes[:-1].sum()
        return float(np.average(losses.astype(np.float64), weights=sizes))

    def state(self) -> Arrays:
        """Return what a checkpoint inside the epoch needs; nothing before the first step."""
        if not self.done:
            return {}
        return {"epoch/losses": np.concatenate(self.losses), "epoch/logits": self.logits}

    def restore(self, done: int, seconds: float, arrays: Arrays, *, batch_size: int, outputs: int) -> None:
        """Go back to where a checkpoint was made.

        Args:
            done: Steps that were taken.
            seconds: Seconds that were spent.
            arrays: What `state` returned, without `epoch/`.
            batch_size: Rows a step.
            outputs: Units of the network's last layer.

        Raises:
            RunError: If the arrays are not those of so many steps.
        """
        if not done:
            return
        nothing = np.zeros(0, bool)
        losses, logits = arrays.get("losses", nothing), arrays.get("logits", nothing)
        rows = min(done * batch_size, len(self.order))
        shapes = (losses.shape, logits.shape) == ((done,), (rows, outputs))
        if done > self.steps or not shapes or {losses.dtype.kind, logits.dtype.kind} != {"f"}:
            raise RunError(
                f"the checkpoint is not of this training: its losses and logits are not those of {done} steps"
            )
        self.add(Steps(losses, logits))
        self.seconds = seconds
