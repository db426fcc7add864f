"""Resizing a picture to the network's input without distorting it."""

import numpy as np
from numpy.typing import NDArray

from dnnctl.inference.inputs.base import border


def fit(grey: NDArray[np.float32], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Return a picture resized to fit into `shape`, in its middle, padded with its own border colour.

    Args:
        grey: (height, width) from 0 to 1.
        shape: Height and width to return.

    Returns:
        float32 of that shape, from 0 to 1.
    """
    height, width = shape
    if grey.shape == (height, width):
        return grey
    scale = min(height / grey.shape[0], width / grey.shape[1])
    inner = resized(grey, (max(1, round(grey.shape[0] * scale)), max(1, round(grey.shape[1] * scale))))
    page = np.full((height, width), np.median(border(grey)), dtype=np.float32)
    top, left = (height - inner.shape[0]) // 2, (width - inner.shape[1]) // 2
    page[top : top + inner.shape[0], left : left + inner.shape[1]] = inner
    return page


def resized(grey: NDArray[np.float32], shape: tuple[int, int]) -> NDArray[np.float32]:
    """Return a picture stretched or shrunk to a shape.

    Pillow's filters widen with the reduction, so every pixel of the source counts. The Hamming window
    is as sharp as bicubic and does not overshoot: there are no halos around strokes.

    Args:
        grey: (height, width) from 0 to 1.
        shape: Height and width to return.

    Returns:
        float32 of that shape, from 0 to 1.
    """
    from PIL import Image

    # Mode F keeps 16-bit pictures as fine as they are.
    image = Image.fromarray(np.ascontiguousarray(grey, dtype=np.float32))
    result = image.resize((shape[1], shape[0]), Image.Resampling.HAMMING)
    return np.clip(np.asarray(result, dtype=np.float32), 0, 1)
