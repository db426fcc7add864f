"""Reading one `.npy` array from a file or out of an archive, within bounds and without pickle."""

from collections.abc import Callable
from math import prod
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.archives import DamagedArchiveError, read_npy_header
from dnnctl.errors import DataError
from dnnctl.inference.inputs.base import MAX_BYTES


def read_npy(
    stream: IO[bytes],
    size: int,
    name: str,
    check: Callable[[tuple[int, ...], np.dtype[Any]], object],
    most: int = MAX_BYTES,
) -> NDArray[Any]:
    """Read one array.

    Args:
        stream: A binary stream at the array's first byte.
        size: How many bytes there are.
        name: What to call it in messages.
        check: Called with the shape and the type that the header claims, before anything else is read;
            raises a DataError if they do not fit.
        most: Bytes of elements to accept.

    Returns:
        The array.

    Raises:
        DataError: If it is not a whole `.npy` array of numbers of at most `most` bytes.
    """
    try:
        shape, fortran, dtype, start = read_npy_header(stream)
    except DamagedArchiveError as error:
        raise DataError(f"{name}: is not a .npy array: {error}") from None
    if dtype.hasobject:
        raise DataError(f"{name}: holds Python objects, which are never loaded; expected numbers")
    check(shape, dtype)
    claimed = prod(shape) * dtype.itemsize
    if claimed > most:
        raise DataError(f"{name}: claims {claimed:,} bytes; expected at most {most:,}: split it")
    if claimed > size - start:
        raise DataError(f"{name}: is cut short: {shape} of {dtype} is {claimed:,} bytes; found {size - start:,}")
    contents = _exactly(stream, claimed, name)
    array = np.frombuffer(contents, dtype=dtype, count=prod(shape))
    return array.reshape(shape[::-1]).T if fortran else array.reshape(shape)


def _exactly(stream: IO[bytes], count: int, name: str) -> bytes:
    # A damaged archive fails in the decompressor, in the checksum or by ending early.
    try:
        contents = stream.read(count)
    except Exception as error:
        raise DataError(f"{name}: is damaged: {type(error).__name__}: {error}") from None
    if len(contents) != count:
        raise DataError(f"{name}: is cut short: expected {count:,} bytes of elements; found {len(contents):,}")
    return contents
