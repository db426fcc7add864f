"""Arrays of inputs: numbers, or pictures."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.parts.precision import LARGEST, narrowed
from dnnctl.errors import DataError
from dnnctl.memory import blocks


def inputs_of(x: NDArray[Any], label: str) -> tuple[NDArray[Any], tuple[float, float] | None]:
    """Return inputs as they are trained on, and the range of pixels; None for numbers."""
    x = x.reshape(len(x), *row_shape(x.shape, x.dtype, label)) if x.ndim else x
    check_numbers(x, label)
    if x.ndim == 2:
        return np.ascontiguousarray(narrowed(x)), None
    low, high = float(x.min()), float(x.max())
    whole = x.dtype.kind != "f" or bool((x == np.rint(x)).all())
    pixels, dtype = pixels_of(x.dtype, low, high, whole=whole, label=label)
    return np.ascontiguousarray(x, dtype), pixels


def row_shape(shape: tuple[int, ...], dtype: np.dtype[Any], label: str) -> tuple[int, ...]:
    """Return the shape of one row as it is trained on: (features,), (height, width) or (height, width, 3).

    Raises:
        DataError: If an array of this shape and type holds no rows.
    """
    if dtype.kind not in "buif":
        raise DataError(f"{label}: expected numbers; received {dtype}")
    if len(shape) == 1 and shape[0]:
        return (1,)
    row = shape[1:-1] if len(shape) == 4 and shape[3] == 1 else shape[1:]
    if len(row) not in {1, 2, 3} or (len(row) == 3 and row[2] != 3) or not np.prod(shape):
        raise DataError(
            f"{label}: expected (n, features), (n, height, width) or (n, height, width, 3); received {shape}"
        )
    return row


def pixels_of(
    dtype: np.dtype[Any], low: float, high: float, *, whole: bool, label: str
) -> tuple[tuple[float, float], str]:
    """Return the range of pixels, and the type that they are kept in.

    Args:
        dtype: Their type.
        low: The smallest.
        high: The largest.
        whole: Whether they are whole numbers.
        label: What to call them.

    Raises:
        DataError: If they are beyond any scale.
    """
    if low < 0 or high > 255:
        raise DataError(f"{label}: pixels go from {low:g} to {high:g}; expected 0 to 255, or 0 to 1")
    if dtype.kind in "bf" and high <= 1:
        return (0.0, 1.0), "float32"
    return (0.0, 255.0), "uint8" if whole else "float32"


def check_numbers(values: NDArray[Any], label: str, first: int = 0) -> None:
    """Raise `DataError` if a number is NaN, infinite or too large; `first` is the number of the first row."""
    if values.dtype.kind != "f":
        return
    for here in blocks(len(values)):
        with np.errstate(invalid="ignore"):
            fits = (np.abs(values[here]) <= LARGEST).reshape(len(values[here]), -1).all(axis=1)
        if not fits.all():
            row = first + here.start + int(np.argmin(fits))
            raise DataError(f"{label}: row {row:,} (from 0) holds NaN, infinity or a number too large for 32 bits")


def scale(image_range: tuple[float, float] | None) -> str:
    """Return a range of pixels for people."""
    return "none" if image_range is None else f"{image_range[0]:g} to {image_range[1]:g}"
