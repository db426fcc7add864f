"""The drawing in an image: whether it is dark on light, and its place on a large page."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.images.fitting import border, resized
from dnnctl.inference.inputs.base import InputSpec

# A page must be larger than the input by this before a drawing is looked for on it.
LARGE = 2.0

# Ink fainter than this part of the strongest is taken for the soft edge of a stroke, not for its extent.
FAINT = 0.15

# This percentile of a drawing's ink is taken for a full stroke.
FULL = 80


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


def frame(grey: NDArray[np.float32], spec: InputSpec) -> NDArray[np.float32] | None:
    """Return a drawing as the data set's makers framed theirs, or None where that does not apply.

    `mass`: in a box of 20/28 of the input, its centre of mass in the middle.
    `box`: filling the input by its longest side, in the middle.

    Args:
        grey: (height, width) from 0 to 1, already of the training images' polarity.
        spec: What the network takes.

    Returns:
        float32 (input height, input width) from 0 to 1; None if the data set is not framed in such a
        way, the image is not larger than twice the input, or nothing stands out from its ground.

    Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits"; H. Xiao et al.,
    "Fashion-MNIST" (2017), arXiv:1708.07747, section 2.
    """
    framing, shape = spec.info.framing, spec.info.input_shape
    if framing == "none" or max(grey.shape[0] / shape[0], grey.shape[1] / shape[1]) <= LARGE:
        return None
    ink = _ink(grey, light=(spec.ground or 0.0) <= 0.5)
    found = _bounds(ink)
    if found is None:
        return None
    rows, columns, noise = found
    drawing = np.clip(ink[rows, columns] - noise, 0, 1)
    if framing == "mass":
        # Ink on a photograph is never quite black: strokes are brought to full strength.
        drawing = np.clip(drawing / np.percentile(drawing[drawing > 0], FULL), 0, 1)
    side = round(min(shape) * 20 / 28) if framing == "mass" else min(shape)
    scale = side / max(drawing.shape)
    small = resized(drawing, (max(1, round(drawing.shape[0] * scale)), max(1, round(drawing.shape[1] * scale))))
    page = _placed(small, shape, by_mass=framing == "mass")
    return page if (spec.ground or 0.0) <= 0.5 else np.float32(1) - page


def _ink(grey: NDArray[np.float32], *, light: bool) -> NDArray[np.float32]:
    """Return how far each pixel is from the ground, in the direction of the strokes.

    The ground is a plane through the border pixels, fitted by least squares, so that paper lit from
    one side is as even as a drawing program's page.
    """
    down, across = (np.linspace(-1, 1, extent, dtype=np.float32) for extent in grey.shape)
    places = np.stack(np.meshgrid(down, across, indexing="ij"))
    edge = border(grey)
    basis = np.stack([np.ones_like(edge), *border(places)], axis=1)
    # A stroke that runs off the page is no ground.
    kept = np.abs(edge - np.median(edge)) <= 0.25
    level = np.linalg.lstsq(basis[kept], edge[kept], rcond=None)[0].astype(np.float32)
    ground = level[0] + level[1] * down[:, np.newaxis] + level[2] * across
    ink: NDArray[np.float32] = np.clip(grey - ground if light else ground - grey, 0, 1)
    return ink


def _bounds(ink: NDArray[np.float32]) -> tuple[slice, slice, np.float32] | None:
    """Return the rows and columns of the drawing, and how much of the ink is only the ground's noise."""
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


def _placed(small: NDArray[np.float32], shape: tuple[int, ...], *, by_mass: bool) -> NDArray[np.float32]:
    """Return a page with the drawing on it, by its centre of mass or by its box, wholly inside."""
    page = np.zeros(shape, dtype=np.float32)
    corner = []
    for axis in (0, 1):
        room = shape[axis] - small.shape[axis]
        start = room / 2
        if by_mass and small.sum() > 0:
            profile = small.sum(axis=1 - axis)
            centre = float((profile * np.arange(len(profile))).sum() / profile.sum())
            start = shape[axis] / 2 - centre
        corner.append(min(max(round(start), 0), room))
    top, left = corner
    page[top : top + small.shape[0], left : left + small.shape[1]] = small
    return page
