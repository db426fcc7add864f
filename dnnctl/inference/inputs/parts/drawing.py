"""The drawing in an image: whether it is dark on light, and its place on a page."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.images.appearance import Appearance
from dnnctl.datasets.images.fitting import border
from dnnctl.datasets.images.placing import place, shrunk
from dnnctl.inference.inputs.base import InputSpec

# Ink fainter than this part of the strongest is taken for the soft edge of an object, not for its extent.
FAINT = 0.15


def against_ground(edge: NDArray[Any], spec: InputSpec, whole: NDArray[Any] | None = None) -> bool:
    """Return whether a drawing's ground is light where that of the training images is dark, or vice versa.

    Args:
        edge: Pixels of its border, from 0 (black) to 1 (white).
        spec: What the network takes; only data sets of drawings have a ground to compare with.
        whole: All its pixels. They decide where the border is neither light nor dark: on paper in poor
            light, the darkest pixels, which are strokes, are still farther from the middle than the
            lightest.
    """
    if not spec.drawn:
        return False
    trained_on_light = (spec.ground or 0.0) > 0.5
    ground = float(np.median(edge))
    if whole is not None and 0.25 < ground < 0.75:
        darkest, middle, lightest = np.percentile(whole, (0.5, 50, 99.5))
        if middle - darkest != lightest - middle:
            return bool((middle - darkest > lightest - middle) != trained_on_light)
    return (ground > 0.5) != trained_on_light


def place_object(grey: NDArray[np.float32], shape: tuple[int, ...], like: Appearance) -> NDArray[np.float32] | None:
    """Return an object with its shades as training pictures have theirs, or None if nothing stands out from the ground.

    Args:
        grey: (height, width) from 0 to 1, already of the training images' polarity.
        shape: Height and width to return.
        like: How the training pictures look.

    Returns:
        float32 (input height, input width) from 0 to 1.

    Source: H. Xiao et al., "Fashion-MNIST" (2017), arXiv:1708.07747, section 2.
    """
    ink = _ink(grey, light=like.ground <= 0.5)
    found = _bounds(ink)
    if found is None:
        return None
    rows, columns, noise = found
    drawing = np.clip(ink[rows, columns] - noise, 0, 1)
    page = place(shrunk(drawing, max(1, round(like.middle("side") * min(shape)))), shape, like)
    return page if like.ground <= 0.5 else np.float32(1) - page


def _ink(grey: NDArray[np.float32], *, light: bool) -> NDArray[np.float32]:
    """Return how far each pixel is from the ground, in the direction of the object.

    The ground is a plane through the border pixels, fitted by least squares, so that paper lit from
    one side is as even as a drawing program's page.
    """
    down, across = (np.linspace(-1, 1, extent, dtype=np.float32) for extent in grey.shape)
    places = np.stack(np.meshgrid(down, across, indexing="ij"))
    edge = border(grey)
    basis = np.stack([np.ones_like(edge), *border(places)], axis=1)
    # What runs off the page is no ground.
    kept = np.abs(edge - np.median(edge)) <= 0.25
    level = np.linalg.lstsq(basis[kept], edge[kept], rcond=None)[0].astype(np.float32)
    ground = level[0] + level[1] * down[:, np.newaxis] + level[2] * across
    ink: NDArray[np.float32] = np.clip(grey - ground if light else ground - grey, 0, 1)
    return ink


def _bounds(ink: NDArray[np.float32]) -> tuple[slice, slice, np.float32] | None:
    """Return the rows and columns of the object, and how much of the ink is only the ground's noise."""
    from PIL import Image, ImageFilter

    noise = np.float32(np.percentile(border(ink), 98))
    strength = float(np.percentile(ink[ink > noise], 95)) if (ink > noise).any() else 0.0
    threshold = max(FAINT * strength, 1.5 * float(noise))
    if strength < 0.1 or threshold > 0.5 * strength:
        return None
    # Single specks of dust or of JPEG noise would otherwise widen the box.
    mask = Image.fromarray((ink > threshold).astype(np.uint8) * np.uint8(255))
    clean = np.asarray(mask.filter(ImageFilter.MedianFilter(3))) > 0
    rows, columns = np.flatnonzero(clean.any(axis=1)), np.flatnonzero(clean.any(axis=0))
    if len(rows) == 0:
        return None
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1), noise
