"""Whether a drawing is dark on light or light on dark."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.inference.inputs.base import InputSpec


def against_ground(edge: NDArray[Any], spec: InputSpec, mean: float | None = None) -> bool:
    """Return whether a drawing's ground is light where that of the training images is dark, or vice versa.

    Args:
        edge: Pixels of its border, from 0 (black) to 1 (white).
        spec: What the network takes; only data sets of drawings have a ground to compare with.
        mean: Mean of all its pixels. It decides where the border is neither light nor dark: on paper
            in poor light, the ground is still lighter than the strokes.
    """
    if not spec.info.drawing:
        return False
    trained_on_light = (spec.ground or 0.0) > 0.5
    ground = float(np.median(edge))
    if mean is not None and 0.25 < ground < 0.75 and ground != mean:
        return (ground > mean) != trained_on_light
    return (ground > 0.5) != trained_on_light
