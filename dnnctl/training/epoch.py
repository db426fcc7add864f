"""An epoch: how far it is, and what came of its steps so far."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.data.training_rows import TrainingRows
from dnnctl.datasets.rows import Order
from dnnctl.engines.base import Steps
from dnnctl.errors import RunError
from dnnctl.evaluation.running import RunningMetrics
from dnnctl.network.schedules import Length
from dnnctl.training.checkpoint import Arrays, under

# Where a checkpoint has the sums, under `epoch/`.
SUMS = "sums"


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
        sums: What the metrics of a stream's rows come from; None for rows in memory, whose logits are held instead.
    """

    number: int
    order: Order
    steps: int
    done: int = 0
    seconds: float = 0.0
    losses: list[NDArray[Any]] = field(default_factory=list)
    rows: int = 0
    sums: RunningMetrics | None = None
    # Room for the logits of all its rows; the first `rows` of them are there.
    _logits: NDArray[Any] = field(default_factory=lambda: np.zeros((0, 0)))

    @classmethod
    def begin(
        cls, rows: TrainingRows, length: Length, number: int, sums: RunningMetrics | None = None
    ) -> "RunningEpoch":
        """Return an epoch before its first step.

        Args:
            rows: The training rows.
            length: How long the training is.
            number: The epoch, counted from 0.
            sums: As of the class.
        """
        left = max(0, length.steps - number * length.steps_per_epoch)
        # What comes after the last epoch has no steps, and so no order.
        order = rows.order(number, ahead=False) if left else np.zeros(0, np.int64)
        return cls(number, order, min(length.steps_per_epoch, left), sums=sums)

    @property
    def left(self) -> int:
        """Steps still to be taken."""
        return self.steps - self.done

    @property
    def logits(self) -> NDArray[Any]:
        """What the network said of the rows visited, (rows, outputs); not of a stream's."""
        return self._logits[: self.rows]

    def add(self, result: Steps) -> None:
        """Take in what came of a group of steps; of a stream's rows the sums are added to by whoever has the truth."""
        if self.sums is None:
            if not len(self._logits):
                # Held once: of a million rows even this is not little.
                self._logits = np.empty((len(self.order), *result.logits.shape[1:]), result.logits.dtype)
            self._logits[self.rows : self.rows + len(result.logits)] = result.logits
        self.losses.append(result.losses)
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
        losses = {"epoch/losses": np.concatenate(self.losses)}
        if self.sums is None:
            return losses | {"epoch/logits": self.logits}
        return losses | {f"epoch/{SUMS}/{name}": array for name, array in self.sums.state().items()}

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
        losses, rows = arrays.get("losses", np.zeros(0, bool)), min(done * batch_size, len(self.order))
        fits = done <= self.steps and losses.shape == (done,) and losses.dtype.kind == "f"
        if self.sums is None:
            logits = arrays.get("logits", np.zeros(0, bool))
            fits = fits and logits.shape == (rows, outputs) and logits.dtype.kind == "f"
        else:
            logits, found = np.empty((rows, 0)), under(arrays, SUMS)
            fits = fits and self.sums.fits(found) and found["rows"].tolist() == [rows]
        if not fits:
            raise RunError(
                f"the checkpoint is not of this training: its losses and logits are not those of {done} steps"
            )
        if self.sums is not None:
            self.sums.restore(found)
        self.add(Steps(losses, logits))
        self.seconds = seconds
