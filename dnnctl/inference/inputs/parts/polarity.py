"""Whether a drawing is dark on light or light on dark."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.inference.inputs.base import InputSpec


def against_ground(edge: NDArray[Any], spec: InputSpec, whole: NDArray[Any] | None = None) -> bool:
    """Return whether a drawing's ground is light where that of the training images is dark, or vice versa.

    Args:
        edge: Pixels of its border, from 0 (black) to 1 (white).
        spec: What the network takes; only data sets of drawings have a ground to compare with.
        whole: All its pixels. They decide where the border is neither light nor dark: on paper in poor
            light, the darkest pixels, which are strokes, are still farther from the middle than the
            lightest.
    """
    if not spec.info.drawing:
        return False
    trained_on_light = (spec.ground or 0.0) > 0.5
    ground = float(np.median(edge))
    if whole is not None and 0.25 < ground < 0.75:
        darkest, middle, lightest = np.percentile(whole, (0.5, 50, 99.5))
        if middle - darkest != lightest - middle:
            return bool((middle - darkest > lightest - middle) != trained_on_light)
    return (ground > 0.5) != trained_on_light
