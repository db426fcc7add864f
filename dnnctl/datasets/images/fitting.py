"""Resizing an image to the network's input without distorting it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def border(images: NDArray[Any]) -> NDArray[Any]:
    """Return the pixels along the four edges of images.

    Args:
        images: (..., height, width).

    Returns:
        (..., 2 * width + 2 * height); corners are counted twice.
    """
    edges = (images[..., 0, :], images[..., -1, :], images[..., :, 0], images[..., :, -1])
    return np.concatenate(edges, axis=-1)


def fit(image: NDArray[np.float32], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Return an image resized to fit into `shape`, in its middle, padded with its own border colour.

    Args:
        image: (height, width) or (height, width, channels), from 0 to 1.
        shape: Height and width to return, and channels.

    Returns:
        float32 of that shape, from 0 to 1.
    """
    if image.ndim == 3:
        return np.stack([fit(image[..., channel], shape[:2]) for channel in range(shape[2])], axis=-1)
    height, width = shape
    if image.shape == (height, width):
        return image
    scale = min(height / image.shape[0], width / image.shape[1])
    size = (max(1, round(image.shape[0] * scale)), max(1, round(image.shape[1] * scale)))
    inner = resized(image, size)
    page = np.full((height, width), np.median(border(image)), dtype=np.float32)
    top, left = (height - inner.shape[0]) // 2, (width - inner.shape[1]) // 2
    page[top : top + inner.shape[0], left : left + inner.shape[1]] = inner
    return page


def resized(grey: NDArray[np.float32], shape: tuple[int, int]) -> NDArray[np.float32]:
    """Return an image stretched or shrunk to a shape.

    Pillow's filters widen with the reduction, so every pixel of the source counts. The Hamming window
    is as sharp as bicubic and does not overshoot: there are no halos around strokes.

    Args:
        grey: (height, width) from 0 to 1.
        shape: Height and width to return.

    Returns:
        float32 of that shape, from 0 to 1.
    """
    from PIL import Image

    # Mode F keeps 16-bit images as fine as they are.
    image = Image.fromarray(np.ascontiguousarray(grey, dtype=np.float32))
    result = image.resize((shape[1], shape[0]), Image.Resampling.HAMMING)
    return np.clip(np.asarray(result, dtype=np.float32), 0, 1)
