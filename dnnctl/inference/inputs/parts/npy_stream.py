"""Reading one `.npy` array from a file or out of an archive, within bounds and without pickle."""

from collections.abc import Callable
from math import prod
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from dnnctl.errors import DataError
from dnnctl.inference.inputs.base import MAX_BYTES

_HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}


def read_npy(
    stream: IO[bytes], size: int, name: str, check: Callable[[tuple[int, ...], np.dtype[Any]], object]
) -> NDArray[Any]:
    """Read one array.

    Args:
        stream: A binary stream at the array's first byte.
        size: How many bytes there are.
        name: What to call it in messages.
        check: Called with the shape and the type that the header claims, before anything else is read;
            raises a DataError if they do not fit.

    Returns:
        The array.

    Raises:
        DataError: If it is not a whole `.npy` array of numbers of at most `MAX_BYTES`.
    """
    shape, fortran, dtype, start = _header(stream, name)
    if dtype.hasobject:
        raise DataError(f"{name}: holds Python objects, which are never loaded; expected numbers")
    check(shape, dtype)
    claimed = prod(shape) * dtype.itemsize
    if claimed > MAX_BYTES:
        raise DataError(f"{name}: claims {claimed:,} bytes; expected at most {MAX_BYTES:,}: split it")
    if claimed > size - start:
        raise DataError(f"{name}: is cut short: {shape} of {dtype} is {claimed:,} bytes; found {size - start:,}")
    contents = _exactly(stream, claimed, name)
    array = np.frombuffer(contents, dtype=dtype, count=prod(shape))
    return array.reshape(shape[::-1]).T if fortran else array.reshape(shape)


def _header(stream: IO[bytes], name: str) -> tuple[tuple[int, ...], bool, np.dtype[Any], int]:
    # The header is a Python literal that NumPy evaluates: damage surfaces as almost any exception.
    try:
        version = npy.read_magic(stream)
        shape, fortran, dtype = _HEADERS[version](stream)
        start = stream.tell()
    except Exception as error:
        raise DataError(f"{name}: is not a .npy array: {type(error).__name__}: {error}") from None
    if not all(0 <= extent < 10**40 for extent in shape):
        raise DataError(f"{name}: is not a .npy array: its header claims the shape {shape!s:.80}")
    return shape, fortran, dtype, start


def _exactly(stream: IO[bytes], count: int, name: str) -> bytes:
    # A damaged archive fails in the decompressor, in the checksum or by ending early.
    try:
        contents = stream.read(count)
    except Exception as error:
        raise DataError(f"{name}: is damaged: {type(error).__name__}: {error}") from None
    if len(contents) != count:
        raise DataError(f"{name}: is cut short: expected {count:,} bytes of elements; found {len(contents):,}")
    return contents
