"""Placing a drawing as training pictures are placed: as large, as thick, and in the same place.

MNIST's digits were scaled into 20 x 20 pixels without distorting them, with soft edges, and put into 28 x 28 so that
their centre of mass is in the middle. The 8 x 8 digits of UCI fill 32 x 32 bitmaps, of which 4 x 4 pixels each were
counted.
Whatever was done shows in the measures of the training pictures.

Source: Y. LeCun, C. Cortes, C. Burges, The MNIST database of handwritten digits; E. Alpaydin, C. Kaynak, Optical
Recognition of Handwritten Digits, UCI, 1998.
"""

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.images.appearance import HIGH, LOW, Appearance, measure
from dnnctl.datasets.images.fitting import resized

# How often the thickness of strokes is adjusted, which also changes how much they are shrunk.
ROUNDS = 3


def place_strokes(mask: NDArray[np.bool_], shape: tuple[int, ...], like: Appearance) -> NDArray[np.float32]:
    """Return strokes on a page that looks like the training pictures.

    Args:
        mask: Where strokes are, no larger than needed.
        shape: Height and width to return.
        like: How training pictures look.

    Returns:
        Ink from 0 to 1, float32 of that shape.
    """
    from scipy import ndimage

    side = max(1, round(like.middle("side") * min(shape[:2])))
    thinnest, thickest = like.quantiles["stroke"][LOW], like.quantiles["stroke"][HIGH]
    # Room to grow into; the distance to the edge is positive in strokes and negative beside them.
    margin = max(4, max(mask.shape) // 4)
    padded = np.pad(mask, margin)
    inside, outside = (ndimage.distance_transform_edt(part) for part in (padded, ~padded))
    depth = np.where(padded, inside - 0.5, 0.5 - outside)
    more = 0.0
    for again in range(ROUNDS + 1):
        grown = np.clip(depth + more + 0.5, 0, 1).astype(np.float32)
        rows, columns = np.flatnonzero(grown.any(axis=1)), np.flatnonzero(grown.any(axis=0))
        drawing = grown[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        page = place(shrunk(drawing, side), shape, like)
        width = float(measure(page[np.newaxis], 0.0)["stroke"][0])
        wanted = min(max(width, thinnest), thickest)
        step = (wanted - width) * min(shape[:2]) * max(drawing.shape) / side / 2
        if again == ROUNDS or abs(step) < 0.3:
            break
        more = min(max(more + step, -0.6 * float(depth.max())), margin - 1.0)
    return page


def shrunk(drawing: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """Return a drawing scaled so that its longer side has so many pixels."""
    scale = side / max(drawing.shape)
    height, width = (max(1, round(extent * scale)) for extent in drawing.shape)
    return resized(drawing, (height, width))


def place(drawing: NDArray[np.float32], shape: tuple[int, ...], like: Appearance) -> NDArray[np.float32]:
    """Return a page with a drawing on it, by its centre of mass or by its box as in training, wholly inside.

    Args:
        drawing: Ink from 0 to 1, no larger than the page.
        shape: Height and width of the page.
        like: How training pictures look.
    """
    page = np.zeros(shape[:2], np.float32)
    corner = []
    for axis, name in enumerate("yx"):
        room = shape[axis] - drawing.shape[axis]
        middle = drawing.shape[axis] / 2
        if like.framing == "mass" and drawing.sum() > 0:
            profile = drawing.sum(axis=1 - axis)
            middle = float((profile * np.arange(len(profile))).sum() / profile.sum()) + 0.5
        wanted = shape[axis] / 2 + like.middle(f"{like.framing}_{name}") * min(shape[:2])
        corner.append(min(max(round(wanted - middle), 0), room))
    top, left = corner
    page[top : top + drawing.shape[0], left : left + drawing.shape[1]] = drawing
    return page
