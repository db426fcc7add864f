"""The epoch at work: what it has seen so far, and the figures it ends with."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.data.mixup import mixtures
from dnnctl.engines.base import Steps
from dnnctl.errors import RunError
from dnnctl.inference.network import Network
from dnnctl.random_streams import epoch_order
from dnnctl.training.checkpoint import Arrays
from dnnctl.training.preparation import Prepared


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
        logits: What the network said of the rows visited, (rows of the epoch, outputs); the first `rows` of them.
        rows: Rows visited.
    """

    number: int
    order: NDArray[np.int64]
    steps: int
    done: int = 0
    seconds: float = 0.0
    losses: list[NDArray[Any]] = field(default_factory=list)
    logits: NDArray[Any] = field(default_factory=lambda: np.zeros((0, 0)))
    rows: int = 0

    @classmethod
    def begin(cls, prepared: Prepared, number: int) -> "RunningEpoch":
        """Return an epoch before its first step.

        Args:
            prepared: Data and length.
            number: The epoch, counted from 0.
        """
        length = prepared.length
        left = max(0, length.steps - number * length.steps_per_epoch)
        # What comes after the last epoch has no steps, and so no order.
        rows = len(prepared.splits.train) if left else 0
        order = epoch_order(rows, prepared.config.seed, number)
        return cls(number, order, min(length.steps_per_epoch, left))

    def add(self, result: Steps) -> None:
        """Take in what came of a group of steps."""
        if not len(self.logits):
            # Held once: of a million rows even this is not little.
            self.logits = np.empty((len(self.order), *result.logits.shape[1:]), result.logits.dtype)
        self.losses.append(result.losses)
        self.logits[self.rows : self.rows + len(result.logits)] = result.logits
        self.rows += len(result.logits)
        self.done += len(result.losses)

    def state(self) -> Arrays:
        """Return what a checkpoint inside the epoch needs; nothing before the first step."""
        if not self.done:
            return {}
        return {"epoch/losses": np.concatenate(self.losses), "epoch/logits": self.logits[: self.rows]}

    def restore(self, done: int, seconds: float, arrays: Arrays, prepared: Prepared) -> None:
        """Go back to where a checkpoint was made.

        Args:
            done: Steps that were taken.
            seconds: Seconds that were spent.
            arrays: What `state` returned, without `epoch/`.
            prepared: The data and the network.

        Raises:
            RunError: If the arrays are not those of so many steps.
        """
        if not done:
            return
        nothing = np.zeros(0, bool)
        losses, logits = arrays.get("losses", nothing), arrays.get("logits", nothing)
        rows = min(done * prepared.batch_size, len(self.order))
        shapes = (losses.shape, logits.shape) == ((done,), (rows, prepared.plan.outputs))
        if done > self.steps or not shapes or {losses.dtype.kind, logits.dtype.kind} != {"f"}:
            raise RunError(
                f"the checkpoint is not of this training: its losses and logits are not those of {done} steps"
            )
        self.add(Steps(losses, logits))
        self.seconds = seconds

    def batch(self, batch_size: int) -> NDArray[np.int64]:
        """Return the row numbers of the next step, (batch,)."""
        return self.order[self.done * batch_size : (self.done + 1) * batch_size]

    def visited(self, prepared: Prepared, first: int, rows: int) -> NDArray[Any]:
        """Return the raw targets of rows that were visited, as the figures of the epoch compare them, (rows, ...).

        Of blended rows that is the class of the larger part, or the blended number.

        Args:
            prepared: The data.
            first: The batch in which they begin, counted from 0.
            rows: How many there are.
        """
        config, size = prepared.config, prepared.batch_size
        y = prepared.splits.train.y[self.order[first * size : first * size + rows]]
        alpha = config.training.mix_up
        if alpha is None or prepared.dataset.info.task != "regression":
            return y
        blends = mixtures(rows, size, alpha, config.seed, self.number, first)
        return np.concatenate([blend.mix(y[i * size : (i + 1) * size]) for i, blend in enumerate(blends)])

    def figures(self, prepared: Prepared, network: Network) -> dict[str, float]:
        """Return loss and metrics of the epoch: of the training rows as they were visited, and of validation.

        Args:
            prepared: The data, and the metrics that are followed.
            network: What answers for the validation rows.
        """
        names = prepared.config.training.metrics or []
        losses, logits = np.concatenate(self.losses), self.logits[: self.rows]
        visited = self.visited(prepared, 0, len(logits))
        # The loss of each step has its batch's penalties in it; a partial last batch counts for its rows.
        sizes = np.full(len(losses), prepared.batch_size)
        sizes[-1] = len(logits) - sizes[:-1].sum()
        loss = float(np.average(losses.astype(np.float64), weights=sizes))
        # The epoch is over: nobody asks for its logits again.
        figures = {"loss": loss, **network.metrics_of(logits, visited, names, spend=True)}
        if prepared.splits.validation is not None:
            held_out, _ = network.evaluate(prepared.splits.validation, names)
            figures |= {f"val_{name}": value for name, value in held_out.items()}
        return figures
