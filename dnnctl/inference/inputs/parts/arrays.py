"""From an array of whatever shape and type to rows for the network, or an error that says what is wrong."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.archives import NpyFile
from dnnctl.datasets.images.fitting import border
from dnnctl.datasets.parts.precision import LARGEST, as_floats
from dnnctl.errors import DataError
from dnnctl.inference.inputs.base import MAX_ROWS, Inputs, InputSpec, Numbered
from dnnctl.inference.inputs.parts.drawing import against_ground
from dnnctl.memory import blocks

# Numbers looked at together, so that what is computed on the way stays small beside the array itself.
BLOCK = 1 << 20
# Rows of which the border is looked at.
LOOKED_AT = 1000
# Bytes of an array that is not in memory, read at a time.
BLOCK_BYTES = 1 << 24


def from_array(array: NDArray[Any], name: str, spec: InputSpec, invert: bool | None) -> Inputs:
    """Return the rows in an array.

    Args:
        array: One row or many, as `rows_in` takes.
        name: What to call the array in messages and row names.
        spec: What the network takes.
        invert: Whether to exchange dark and light; it is not detected for arrays, only noted.

    Returns:
        Rows named `name` if there is one row without an axis of its own, else `name[0]`, `name[1]`, ...

    Raises:
        DataError: If the type, the shape or a value does not fit.
    """
    rows = rows_in(array.shape, name, spec)
    names = (name,) if rows is None else Numbered(f"{name}[", range(rows), "]")
    table = array.reshape(len(names), spec.cells)
    return from_rows(table, name, names, spec, invert)


def parts_of(array: NpyFile, name: str, spec: InputSpec, invert: bool | None) -> Iterator[Inputs]:
    """Yield the rows of an array in a file, block by block; arguments and errors are those of `from_array`."""
    size = max(1, BLOCK_BYTES // (spec.cells * array.dtype.itemsize))
    here = [range(array.shape[0])[block] for block in blocks(array.shape[0], size)]

    def read(numbers: range) -> NDArray[Any]:
        return array.rows(numbers.start, len(numbers)).reshape(len(numbers), spec.cells)

    # Whether pixels are fractions is one thing for all of them.
    pictures = spec.info.is_image and array.dtype.kind in "bf"
    fractions = pictures and all(are_fractions(read(numbers), spec) for numbers in here)
    for numbers in here:
        names = Numbered(f"{name}[", numbers, "]")
        yield from_rows(read(numbers), name, names, spec, invert, fractions=fractions)


def check_type(dtype: np.dtype[Any], name: str) -> None:
    """Raise a DataError unless the elements are numbers."""
    if dtype.kind not in "buif":
        raise DataError(f"{name}: expected an array of numbers; received elements of type {dtype}")


def check_header(
    shape: tuple[int, ...], dtype: np.dtype[Any], name: str, spec: InputSpec, most: int | None = MAX_ROWS
) -> None:
    """Raise a DataError unless an array of this shape and type can hold rows for the network, at most so many."""
    check_type(dtype, name)
    rows_in(shape, name, spec, most)


def rows_in(shape: tuple[int, ...], name: str, spec: InputSpec, most: int | None = MAX_ROWS) -> int | None:
    """Return how many rows an array of this shape holds.

    Args:
        shape: For images (h, w), (h, w, 1), (h*w,), or these with a first axis of rows. For numbers
            (features,) or (n, features), and for a single feature also () and (n,).
        name: What to call the array in messages.
        spec: What the network takes.
        most: How many rows to accept; None for any number.

    Returns:
        The number of rows; None if the array is one row without an axis for it.

    Raises:
        DataError: If it is another shape, or there are no rows.
    """
    cells, own = spec.cells, spec.info.input_shape
    single = {own, (cells,), (*own, 1)} if spec.info.is_image else {own} | ({()} if cells == 1 else set())
    if shape in single:
        return None
    if shape and (shape[1:] in single):
        if shape[0] == 0:
            raise DataError(f"{name}: holds no rows; its shape is {shape}")
        if most is not None and shape[0] > most:
            raise DataError(f"{name}: expected at most {most:,} rows; received {shape[0]:,}: split it")
        return shape[0]
    n = ("n", *own)
    several = [own, n, ("n", cells), (*n, 1)] if spec.info.is_image else [own, n]
    expected = " or ".join(f"({', '.join(map(str, form))}{',' * (len(form) == 1)})" for form in several)
    raise DataError(f"{name}: the network takes {spec.described}: expected shape {expected}; received {shape}")


def from_rows(
    table: NDArray[Any],
    name: str,
    names: Sequence[str],
    spec: InputSpec,
    invert: bool | None,
    column: Callable[[int], str] = lambda cell: f"element {cell}",
    fractions: bool | None = None,
) -> Inputs:
    """Check the values of rows and bring them to the type and scale that the network takes.

    Args:
        table: (n, cells) numbers.
        name: What to call all of it in notes.
        names: One a row.
        spec: What the network takes.
        invert: Whether to exchange dark and light.
        column: What to call a cell of a row in messages.
        fractions: Whether pixels from 0 to 1 are fractions of the largest; None to see by these rows.

    Raises:
        DataError: If a value is not finite or out of range.
    """
    check_type(table.dtype, name)

    def fail(bad: Callable[[NDArray[Any]], NDArray[np.bool_]], rows: NDArray[Any], expected: str) -> None:
        for block in _blocks(rows):
            wrong = bad(rows[block])
            if wrong.any():
                row, cell = np.unravel_index(int(wrong.argmax()), wrong.shape)
                row += block.start
                raise DataError(f"{names[row]}: {column(int(cell))}: expected {expected}; received {table[row, cell]}")

    if not spec.info.is_image:
        fail(_too_large, table, "a finite number that fits into 32 bits")
        return Inputs(as_floats(table), names)

    low, high = spec.range
    if table.dtype.kind == "f":
        fail(_not_finite, table, "a finite number")
    notes: list[str] = []
    if are_fractions(table, spec) and table.max() > 0 if fractions is None else fractions:
        table = table.astype(np.float32) * np.float32(high)
        notes.append(f"{name}: values from 0 to 1 taken as fractions of {high:g}")
    fail(lambda rows: (rows < low) | (rows > high), table, f"a pixel from {low:g} to {high:g}")
    x = narrowed(table.reshape(-1, *spec.info.input_shape), (low, high))
    if invert:
        x = x.dtype.type(low + high) - x
        notes.append(f"{name}: inverted as asked")
    elif invert is None and spec.info.drawing and against_ground((_edges(x) - low) / (high - low), spec):
        notes.append(f"{name}: its ground is not like that of the training images; `invert`=True turns it round")
    return Inputs(x, names, tuple(notes))


def are_fractions(pixels: NDArray[Any], spec: InputSpec) -> bool:
    """Tell whether no pixel is beyond 1 where they could be.

    Args:
        pixels: (n, cells) numbers; of rows that are read in parts, all parts have to be asked.
        spec: What the network takes.
    """
    low, high = spec.range
    return pixels.dtype.kind in "bf" and low == 0 and high > 1 and pixels.min() >= 0 and pixels.max() <= 1


def narrowed(x: NDArray[Any], span: tuple[float, float]) -> NDArray[Any]:
    """Return pixels as uint8 where they are whole numbers of a range that fits, else as float32.

    Args:
        x: Pixels of any number type.
        span: Smallest and largest value they can have.
    """
    if span[0] < 0 or span[1] > 255:
        return x.astype(np.float32)
    if x.dtype.kind != "f":
        return x.astype(np.uint8, copy=False)
    whole = all(_whole(x[block]) for block in _blocks(x))
    narrow = np.empty(x.shape, np.uint8 if whole else np.float32)
    for block in _blocks(x):
        narrow[block] = np.rint(x[block]) if whole else x[block]
    return narrow


def _whole(x: NDArray[Any]) -> bool:
    # Fractions such as 128/255 come back from float32 a little off.
    return bool(np.abs(x - np.rint(x)).max(initial=0.0) < 1e-3)


def _too_large(rows: NDArray[Any]) -> NDArray[np.bool_]:
    # Of 16 bits too, which do not reach so far themselves.
    most = np.float64(LARGEST)
    fits: NDArray[np.bool_] = (rows >= -most) & (rows <= most)
    return ~fits


def _not_finite(rows: NDArray[Any]) -> NDArray[np.bool_]:
    finite: NDArray[np.bool_] = np.isfinite(rows)
    return ~finite


def _blocks(rows: NDArray[Any]) -> Iterator[slice]:
    """Return slices of rows that hold about `BLOCK` numbers each."""
    return blocks(len(rows), max(1, BLOCK // max(1, rows[:1].size)))


def _edges(x: NDArray[Any]) -> NDArray[np.float32]:
    """Return the borders of images (n, height, width), of at most `LOOKED_AT` of them spread over all."""
    return border(x[:: max(1, len(x) // LOOKED_AT)]).astype(np.float32)
