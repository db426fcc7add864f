"""`.npy` files: one array of one row or many."""

import os
from collections.abc import Iterator
from typing import IO

from dnnctl.archives import open_npy, read_npy
from dnnctl.inference.inputs.base import MAX_BYTES, Inputs, InputSpec
from dnnctl.inference.inputs.parts.arrays import check_header, from_array, parts_of, rows_in

ENDINGS = (".npy",)


def parts(stream: IO[bytes], name: str, spec: InputSpec, invert: bool | None) -> Iterator[Inputs]:
    """Read the rows of a large `.npy` file block by block; arguments and errors are those of `read`."""
    array = open_npy(stream, name, lambda shape, dtype: check_header(shape, dtype, name, spec, most=None))
    if array is None or rows_in(array.shape, name, spec, most=None) is None:
        stream.seek(0)
        yield read(stream, name, spec, invert)
    else:
        yield from parts_of(array, name, spec, invert)


def read(stream: IO[bytes], name: str, spec: InputSpec, invert: bool | None) -> Inputs:
    """Read the rows of a `.npy` file.

    Args:
        stream: The file, open and seekable.
        name: What to call it.
        spec: What the network takes.
        invert: Whether to exchange dark and light.

    Raises:
        DataError: If it is damaged, holds Python objects, or does not fit.

    Source: `numpy.lib.format`, "A simple format for saving numpy arrays to disk".
    """
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    array = read_npy(stream, size, name, lambda shape, dtype: check_header(shape, dtype, name, spec), MAX_BYTES)
    return from_array(array, name, spec, invert)
