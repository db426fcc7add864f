r"""What each training picture gets in an epoch: a function of seed, epoch and row, whatever came before.

Every option draws from a generator of its own, one number a row, so that leaving one out does not change the
others. Where a picture needs many numbers (an elastic field, noise), they are a stretch of one long bank drawn
for the epoch, which begins at a place drawn for the row.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dnnctl.config.augmentation import Augment, Erase
from dnnctl.random_streams import generator

# Numbers in a bank: a few million stretches to choose from.
BANK = 1 << 22

AXES, FLIPS = ("down", "across"), (("vertical", "both"), ("horizontal", "both"))

Floats = NDArray[np.float32]
# Function of what numbers are for to numbers from -1 to 1, one a row.
Even = Callable[[str], Floats]


@dataclass(frozen=True)
class Parameters:
    """What was drawn for an epoch.

    Args:
        affine: From a place in the new picture to one in the old, both seen from the middle, in pixels and as
            (down, across, 1): (rows, 2, 3), float32.
        boxes: Rectangle to erase as top, left, bottom, right (empty where none is) and the grey it gets, share
            of the range: (rows, 5), float32; no rows where nothing is erased.
        starts: Where each row's stretch of the banks begins, (rows,), int64.
        bank: Numbers from -127 to 127, int8, for the elastic field and noise.
    """

    affine: Floats
    boxes: Floats
    starts: NDArray[np.int64]
    bank: NDArray[np.int8]


def draw_parameters(augment: Augment, seed: int, epoch: int, rows: int, shape: tuple[int, int]) -> Parameters:
    """Draw what every row of an epoch gets.

    Args:
        augment: The largest changes.
        seed: The configuration's `seed`.
        epoch: The epoch, counted from 0.
        rows: Number of training rows.
        shape: Height and width of a picture.
    """

    def even(purpose: str) -> Floats:
        return 2 * generator("augment", purpose, seed, epoch).random(rows, np.float32) - 1

    many = augment.elastic is not None or augment.noise > 0
    boxes = np.zeros((0, 5), np.float32)
    if augment.erase is not None:
        boxes = _boxes(augment.erase, even, shape)
    return Parameters(
        _affine(augment, even, shape),
        boxes,
        generator("augment", "start", seed, epoch).integers(0, BANK, rows) if many else np.zeros(rows, np.int64),
        generator("augment", "bank", seed, epoch).integers(-127, 128, BANK, np.int8) if many else np.zeros(1, np.int8),
    )


def _affine(augment: Augment, even: Even, shape: tuple[int, int]) -> Floats:
    """Return the maps backwards: a picture is leaned, turned, grown (or flipped) and moved, in this order."""
    angle, lean = np.radians(augment.rotate) * even("rotate"), np.tan(np.radians(augment.shear) * even("shear"))
    scale, moved = [], []
    for axis, flips, extent in zip(AXES, FLIPS, shape, strict=True):
        grown = 1 / (1 + augment.zoom * even(f"zoom {axis}"))
        scale.append(np.where(even(f"flip {axis}") < 0, -grown, grown) if augment.flip in flips else grown)
        moved.append(augment.shift * extent * even(f"shift {axis}"))
    cos, sin = np.cos(angle), np.sin(angle)
    turned = np.stack([cos, sin, lean * cos - sin, lean * sin + cos], axis=1).reshape(-1, 2, 2)
    linear = turned * np.stack(scale, axis=1)[:, None, :]
    offset = -(linear @ np.stack(moved, axis=1)[:, :, None])
    return np.concatenate([linear, offset], axis=2).astype(np.float32)


def _boxes(erase: Erase, even: Even, shape: tuple[int, int]) -> Floats:
    """Return rectangles of an even share of the area and sides up to 3.3 : 1, as in the paper."""
    area = erase.area * (0.55 + 0.45 * even("erase area")) * math.prod(shape)
    side = np.exp(math.log(3.3) / 2 * even("erase sides"))
    box = np.zeros((len(area), 5), np.float32)
    for i, (axis, extent, root) in enumerate(
        zip(AXES, shape, (np.sqrt(area) * side, np.sqrt(area) / side), strict=True)
    ):
        long = np.clip(np.rint(root), 1, extent)
        box[:, i] = np.rint((even(f"erase {axis}") + 1) / 2 * (extent - long))
        box[:, i + 2] = box[:, i] + long
    box[(even("erase") + 1) / 2 >= erase.probability] = 0
    box[:, 4] = (even("erase grey") + 1) / 2
    return box
