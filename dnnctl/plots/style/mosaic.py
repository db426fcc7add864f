"""Many small pictures on one sheet, drawn as one image: a hundred axes would take a hundred times as long."""

from collections.abc import Sequence
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.plots.style.sheet import DPI, EDGE, HEADING, INK, RED, SMALL, paper, sheet
from dnnctl.plots.style.text import plain, width_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LINE = 0.14  # Inches from one line of a caption to the next.


def thumbnail(image: NDArray[Any], value_range: tuple[float, float], pixels: int) -> NDArray[np.uint8]:
    """Return a picture scaled into a square, without smoothing when it grows.

    Args:
        image: (height, width) or (height, width, 3), any numbers.
        value_range: The values drawn black and white.
        pixels: Length of the longer side of the result.

    Returns:
        uint8 (height, width) or (height, width, 3) in the picture's own proportions.
    """
    shrink = max(image.shape[:2]) // pixels
    if shrink > 1:
        height, width = (extent // shrink * shrink for extent in image.shape[:2])
        blocks = image[:height, :width].reshape(height // shrink, shrink, width // shrink, shrink, *image.shape[2:])
        image = blocks.mean(axis=(1, 3))
    longer = max(image.shape[:2])
    height, width = (max(1, round(extent * pixels / longer)) for extent in image.shape[:2])
    rows = (np.arange(height) * image.shape[0]) // height
    columns = (np.arange(width) * image.shape[1]) // width
    low, high = value_range
    levels = (image[np.ix_(rows, columns)].astype(np.float64) - low) / max(high - low, 1e-12)
    return np.asarray(np.clip(levels, 0, 1) * 255, np.uint8)


def pin(
    axes: "Axes",
    images: Sequence[NDArray[Any]],
    value_range: tuple[float, float],
    spots: Sequence[tuple[float, float]],
    size: float,
) -> None:
    """Draw pictures on a sheet.

    Args:
        axes: A sheet's `paper`.
        images: Pictures (height, width), or (height, width, 3) in colour.
        value_range: The values drawn black and white.
        spots: Upper left corner of each, in inches from the sheet's lower left one.
        size: Length of a picture's longer side, in inches.
    """
    width, height = axes.get_xlim()[1], axes.get_ylim()[1]
    canvas = np.full((round(height * DPI), round(width * DPI), 3), 255, np.uint8)
    for image, (left, top) in zip(images, spots, strict=True):
        small = thumbnail(image, value_range, round(size * DPI))
        row, column = round((height - top) * DPI), round(left * DPI)
        canvas[row : row + small.shape[0], column : column + small.shape[1]] = np.atleast_3d(small)
    axes.imshow(
        canvas,
        extent=(0, width, 0, height),
        aspect="auto",
        # Said so, Matplotlib draws in 32 bits instead of 64: half the memory, the same picture.
        alpha=1,
        interpolation="nearest",
    )


def captioned(
    title: str,
    subtitle: str,
    images: Sequence[NDArray[Any]],
    captions: Sequence[tuple[str, str]],
    value_range: tuple[float, float],
) -> "Figure":
    """Return a sheet of pictures, each with two lines under it.

    Args:
        title: What is seen.
        subtitle: Of which run and which rows.
        images: Pictures (height, width), or (height, width, 3) in colour; at least one.
        captions: Two lines for each, as they should be read; the second is drawn in red and may be empty.
        value_range: The values drawn black and white.
    """
    lines = [(plain(first), plain(second)) for first, second in captions]
    size = 0.9
    cell = max(size, *(width_of(line, SMALL) for pair in lines for line in pair)) + 0.16
    columns = min(len(images), max(4, int(9 / cell)))
    rows = ceil(len(images) / columns)
    up = size + (0.48 if any(second for _, second in lines) else 0.34)
    figure = sheet(columns * cell + 2 * EDGE, rows * up + HEADING + EDGE / 2, title, subtitle)
    axes = paper(figure)
    top = axes.get_ylim()[1] - HEADING
    corners = [(EDGE + i % columns * cell, top - i // columns * up) for i in range(len(images))]
    for (left, upper), (first, second) in zip(corners, lines, strict=True):
        for line, colour, drop in ((first, INK, 0.12), (second, RED, 0.12 + LINE)):
            axes.text(left, upper - size - drop, line, size=SMALL, color=colour, va="center")
    pin(axes, images, value_range, corners, size)
    return figure
