"""Looking inside the network while it learns: after which epochs, and on which rows."""

import math

from dnnctl.data.training_rows import TrainingRows
from dnnctl.engines.base import Engine

# Layers are looked at on so many training rows, at so many epochs at most.
ROWS = 256
INSPECTIONS = 50


def is_inspected(epoch: object, epochs: int) -> bool:
    """Tell whether the layers are looked at after an epoch.

    The stride is a power of 2, so that the epochs looked at in a long training are among those of a shorter one.

    Args:
        epoch: The epoch, counted from 1.
        epochs: Epochs of the whole training.
    """
    stride = 2 ** math.ceil(math.log2(max(1.0, epochs / INSPECTIONS)))
    return isinstance(epoch, int) and ((epoch - 1) % stride == 0 or epoch == epochs)


def inspect_layers(engine: Engine, rows: TrainingRows, epoch: int, epochs: int) -> list[dict[str, float | str]]:
    """Return a row a layer, as `layers.csv` has it, after an epoch; none if it is not one to look at.

    Args:
        engine: Whose layers.
        rows: The training rows.
        epoch: The epoch, counted from 1.
        epochs: Epochs of the whole training.
    """
    if not is_inspected(epoch, epochs):
        return []
    return [
        {
            "epoch": epoch,
            "layer": seen.layer,
            "mean": seen.mean,
            "std": seen.std,
            "zeros": seen.zeros,
            "gradient": seen.gradient,
        }
        for seen in engine.inspect(next(rows.x.blocks(ROWS)), next(rows.targets.blocks(ROWS)))
    ]
