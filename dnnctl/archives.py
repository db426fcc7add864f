"""Opening zip files and the arrays in them without trusting what they say of themselves.

Python's readers believe the sizes that a file claims: a zip file's directory and the header of an `.npy`
array are read whole, however long they say they are. Here both are bounded before they are read. Nothing is
ever extracted to a path that an archive names, and nothing in it is unpickled.
"""

import io
import os
import struct
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from dnnctl.errors import DataError

# Bytes of an archive's directory, enough for thousands of members; and of the header of an `.npy` array.
MAX_DIRECTORY = 1 << 18
MAX_HEADER = 10_000

# The record at the end of a zip file, and the one before it that a zip file beyond 4 GB has.
_END = struct.Struct("<4s4H2IH")
_END_MAGIC, _LOCATOR_MAGIC, _LOCATOR_SIZE = b"PK\x05\x06", b"PK\x06\x07", 20
_LONGEST_COMMENT = 1 << 16

_HEADERS = {
    (1, 0): ("<H", npy.read_array_header_1_0),
    (2, 0): ("<I", npy.read_array_header_2_0),
}


class DamagedArchiveError(ValueError):
    """A file is no archive or array, or claims what cannot be; the message is the reason alone."""


def open_zip(file: Path | IO[bytes]) -> zipfile.ZipFile:
    """Open a zip file whose directory is of reasonable length.

    Args:
        file: A path, or a stream that can be sought in.

    Raises:
        DamagedArchiveError: If it is no zip file, or its directory is too long.
        OSError: If it cannot be read.
    """
    if isinstance(file, Path):
        with file.open("rb") as stream:
            _check_directory(stream)
    else:
        _check_directory(file)
        file.seek(0)
    # Damage to the directory surfaces as many kinds of exception.
    try:
        return zipfile.ZipFile(file)
    except OSError:
        raise
    except Exception as fault:
        raise DamagedArchiveError(f"its directory is damaged: {fault or type(fault).__name__}") from None


def open_member(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    """Open a file in an archive.

    Args:
        archive: From `open_zip`.
        name: Of the member, as the archive's directory has it.

    Raises:
        KeyError: If there is none of that name.
        DamagedArchiveError: If it is encrypted, a symbolic link, or its own header is damaged.
    """
    member = archive.getinfo(name)
    # The upper half holds Unix's file mode.
    if member.external_attr >> 28 == 0o12:
        raise DamagedArchiveError(f"{name!r} is a symbolic link, which is not followed")
    try:
        return archive.open(member)
    except Exception as fault:
        raise DamagedArchiveError(f"{name!r} cannot be opened: {fault or type(fault).__name__}") from None


def read_npy_header(stream: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any], int]:
    """Read the header of an `.npy` array.

    Args:
        stream: A binary stream, at the array's first byte; it need not be seekable.

    Returns:
        Shape, whether in Fortran order, element type, and how many bytes the header has.

    Raises:
        DamagedArchiveError: If it is none.

    Source: `numpy.lib.format`, "A simple format for saving numpy arrays to disk".
    """
    try:
        version = npy.read_magic(stream)
        if version not in _HEADERS:
            raise DamagedArchiveError(f"version {version[0]}.{version[1]} of the format is not known")
        form, parse = _HEADERS[version]
        length = stream.read(struct.calcsize(form))
        (size,) = struct.unpack(form, length)
        if size > MAX_HEADER:
            raise DamagedArchiveError(f"a header of at most {MAX_HEADER:,} bytes was expected; it claims {size:,}")
        text = stream.read(size)
        with warnings.catch_warnings():
            # Files written by Python 2 are read with a warning that helps nobody here.
            warnings.simplefilter("ignore")
            shape, fortran, dtype = parse(io.BytesIO(length + text))
    except (DamagedArchiveError, OSError):
        raise
    except Exception as fault:
        # The header is a Python literal: damage surfaces as almost any exception, RecursionError among them.
        raise DamagedArchiveError(f"{type(fault).__name__}: {fault}") from None
    if any(extent < 0 for extent in shape):
        raise DamagedArchiveError(f"its header claims the shape {shape}")
    return shape, fortran, dtype, npy.MAGIC_LEN + len(length) + size


def read_npy(
    stream: IO[bytes],
    size: int,
    name: str,
    check: Callable[[tuple[int, ...], np.dtype[Any]], object],
    most: int,
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
    shape, fortran, dtype, start = _checked_header(stream, name, check)
    claimed = prod(shape) * dtype.itemsize
    if claimed > most:
        raise DataError(f"{name}: claims {claimed:,} bytes; expected at most {most:,}: split it")
    if claimed > size - start:
        raise _cut_short(name, shape, dtype, size - start)
    contents = _exactly(stream, claimed, name)
    array = np.frombuffer(contents, dtype=dtype, count=prod(shape))
    return array.reshape(shape[::-1]).T if fortran else array.reshape(shape)


@dataclass(frozen=True)
class NpyFile:
    """An array in an open file, of which some rows are read at a time; not one in Fortran order.

    Args:
        stream: The file.
        name: What to call it in messages.
        shape: Shape of the array, rows first.
        dtype: Type of its elements.
        start: Where its first element is.
    """

    stream: IO[bytes]
    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    start: int

    def rows(self, first: int, count: int) -> NDArray[Any]:
        """Return so many rows from the first on.

        Raises:
            DataError: If they cannot be read.
        """
        size = prod(self.shape[1:]) * self.dtype.itemsize
        self.stream.seek(self.start + first * size)
        contents = _exactly(self.stream, count * size, self.name)
        return np.frombuffer(contents, self.dtype).reshape(count, *self.shape[1:])


def open_npy(stream: IO[bytes], name: str, check: Callable[[tuple[int, ...], np.dtype[Any]], object]) -> NpyFile | None:
    """Return the array of a file, whose rows are not read yet; None if its columns stand one after the other.

    Args:
        stream: An open file, at its beginning.
        name: What to call it in messages.
        check: As of `read_npy`.

    Raises:
        DataError: If it is not a whole `.npy` array of numbers.
    """
    shape, fortran, dtype, start = _checked_header(stream, name, check)
    found = os.fstat(stream.fileno()).st_size - start
    if prod(shape) * dtype.itemsize > found:
        raise _cut_short(name, shape, dtype, found)
    return None if fortran and len(shape) > 1 else NpyFile(stream, name, shape, dtype, start)


def _checked_header(
    stream: IO[bytes], name: str, check: Callable[[tuple[int, ...], np.dtype[Any]], object]
) -> tuple[tuple[int, ...], bool, np.dtype[Any], int]:
    try:
        shape, fortran, dtype, start = read_npy_header(stream)
    except DamagedArchiveError as error:
        raise DataError(f"{name}: is not a .npy array: {error}") from None
    if dtype.hasobject:
        raise DataError(f"{name}: holds Python objects, which are never loaded; expected numbers")
    check(shape, dtype)
    return shape, fortran, dtype, start


def _cut_short(name: str, shape: tuple[int, ...], dtype: np.dtype[Any], found: int) -> DataError:
    claimed = prod(shape) * dtype.itemsize
    return DataError(f"{name}: is cut short: {shape} of {dtype} is {claimed:,} bytes; found {found:,}")


def _exactly(stream: IO[bytes], count: int, name: str) -> bytes:
    # A damaged archive fails in the decompressor, in the checksum or by ending early.
    try:
        contents = stream.read(count)
    except Exception as error:
        raise DataError(f"{name}: is damaged: {type(error).__name__}: {error}") from None
    if len(contents) != count:
        raise DataError(f"{name}: is cut short: expected {count:,} bytes of elements; found {len(contents):,}")
    return contents


def _check_directory(stream: IO[bytes]) -> None:
    """Look at the record at the end of the file, as `zipfile` will."""
    size = stream.seek(0, os.SEEK_END)
    start = max(0, size - _LONGEST_COMMENT - _END.size - _LOCATOR_SIZE)
    stream.seek(start)
    tail = stream.read(size - start)
    at = tail.rfind(_END_MAGIC)
    if at < 0 or len(tail) - at < _END.size:
        raise DamagedArchiveError("the end of a zip archive is missing")
    if tail[max(0, at - _LOCATOR_SIZE) : at].startswith(_LOCATOR_MAGIC):
        raise DamagedArchiveError("it is a zip archive for sizes beyond 4 GB, which are not read")
    directory = _END.unpack_from(tail, at)[5]
    if directory > MAX_DIRECTORY:
        raise DamagedArchiveError(
            f"it claims a directory of {directory:,} bytes; expected at most {MAX_DIRECTORY:,}: it has too many members"
        )
