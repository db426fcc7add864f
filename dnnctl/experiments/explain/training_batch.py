"""The rows of one optimizer step, as the first layer and the loss want them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.data.mixup import mixture
from dnnctl.engines.numpy.targets import Targets, batch_targets
from dnnctl.training.preparation import Prepared


@dataclass(frozen=True)
class Batch:
    """Rows as the first layer wants them, and their targets as the loss wants them.

    Args:
        x: Prepared inputs, (rows, inputs).
        y: Prepared targets, (rows,) labels or (rows, targets); of blended rows the shares of the classes, (rows,
            classes) or (rows,) of class 1 with one output unit, or the blended numbers.
        targets: The same as the loss takes them.
    """

    x: NDArray[Any]
    y: NDArray[Any]
    targets: Targets


def batch_of(prepared: Prepared, step: int, dtype: str) -> Batch:
    """Return the rows of one optimizer step, blended where the configuration says so.

    Args:
        prepared: A training that is ready to begin.
        step: The step, counted from 0.
        dtype: `float32` or `float64`.
    """
    epoch, position = divmod(step, prepared.length.steps_per_epoch)
    training, preparation = prepared.training_rows, prepared.preprocessing
    rows = training.order(epoch)[position * prepared.batch_size : (position + 1) * prepared.batch_size]
    alpha = prepared.config.training.mix_up
    x = preparation.prepare(training.shown(rows, epoch), dtype)
    y = preparation.prepare_targets(training.y.take(rows), dtype)
    blend = None if alpha is None else mixture(len(rows), alpha, prepared.config.seed, epoch, position)
    weights = None if prepared.class_weights is None else np.array(prepared.class_weights)
    targets = batch_targets(y, dtype, weights, blend)
    if blend is None:
        return Batch(x, y, targets)
    if y.dtype.kind != "f":
        units = prepared.plan.outputs
        y = (y if units == 1 else np.eye(units)[y]).astype(dtype)
    return Batch(blend.mix(x), blend.mix(y), targets)
