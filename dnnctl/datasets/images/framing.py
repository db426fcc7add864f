"""How pictures of the user's own were made: whether they are strokes on a dark ground, and where these stand."""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.images.fitting import border

# Pictures that are looked at.
LOOKED_AT = 1000
# Shares of the largest value: a ground is darker, ink is lighter.
DARK, INK = 0.05, 0.2
# Of all pixels, how many are ground at least; and of all pictures, how many must be placed alike.
GROUND, ALIKE = 0.5, 0.9
# The box that MNIST's digits were scaled to, as a share of the picture, and how far off a picture may be, in pixels.
BOX, OFF = 20 / 28, 1.0


def framing_of(x: NDArray[Any], top: float) -> tuple[bool, Literal["none", "mass", "box"]]:
    """Tell whether pictures are light strokes on a dark ground, and how their makers placed these.

    Args:
        x: (n, height, width) from 0 to `top`; of pictures in colour nothing is told.
        top: The largest value of a pixel.

    Returns:
        Whether nine in ten are light on dark; and `mass` if as many have their centre of mass in the middle and a
        longest side of 20/28 of the picture, `box` if as many fill it by their longest side, else `none`.
    """
    if x.ndim != 3 or min(x.shape[1:]) < 8:
        return False, "none"
    some: NDArray[np.float32] = x[:: max(1, len(x) // LOOKED_AT)].astype(np.float32) / np.float32(top)
    ink: NDArray[np.bool_] = some > INK
    drawn = np.flatnonzero(ink.reshape(len(ink), -1).sum(axis=1))
    edges: NDArray[np.float32] = np.median(border(some), axis=1)
    grounds: NDArray[np.float64] = (some < DARK).mean(axis=(1, 2))
    dark: NDArray[np.bool_] = (edges < DARK) & (grounds > GROUND)
    if not len(drawn) or dark[drawn].mean() < ALIKE:
        return False, "none"
    some, ink = some[drawn], ink[drawn]
    sides, offsets = [], []
    for axis in (1, 2):
        profile: NDArray[np.bool_] = ink.sum(axis=3 - axis) > 0
        first, last = profile.argmax(axis=1), profile.shape[1] - 1 - profile[:, ::-1].argmax(axis=1)
        sides.append(last - first + 1)
        mass = some.sum(axis=3 - axis)
        centre = (mass * (np.arange(mass.shape[1]) + 0.5)).sum(axis=1) / mass.sum(axis=1)
        offsets.append(np.abs(centre - mass.shape[1] / 2))
    longest, extent = np.maximum(*sides), min(x.shape[1:])
    if (np.abs(longest - extent * BOX) <= 1.5 * OFF).mean() >= ALIKE and (np.maximum(*offsets) <= OFF).mean() >= ALIKE:
        return True, "mass"
    return True, "box" if (longest >= extent - OFF).mean() >= ALIKE else "none"
