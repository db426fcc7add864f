"""A small batch of real training rows: those that training would visit first."""

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from dnnctl.data.random import epoch_order
from dnnctl.training.preparing import Prepared


@dataclass(frozen=True)
class Batch:
    """Rows as the first layer wants them, and their targets as the loss wants them.

    Args:
        x: Prepared inputs, (rows, inputs).
        y: Prepared targets, (rows,) labels or (rows, targets).
    """

    x: NDArray[Any]
    y: NDArray[Any]


def batch_of(prepared: Prepared, step: int, dtype: str) -> Batch:
    """Return the rows of one optimizer step.

    Args:
        prepared: A training that is ready to begin.
        step: The step, counted from 0.
        dtype: `float32` or `float64`.
    """
    epoch, position = divmod(step, prepared.length.steps_per_epoch)
    order = epoch_order(len(prepared.splits.train), prepared.config.seed, epoch)
    rows = order[position * prepared.batch_size : (position + 1) * prepared.batch_size]
    shown, preparation = prepared.shown(rows, epoch), prepared.preprocessing
    return Batch(preparation.prepare(shown.x, dtype), preparation.prepare_targets(shown.y, dtype))
