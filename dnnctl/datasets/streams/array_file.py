"""Rows of an array in a file, read where they stand.

Mapped into memory, a file that someone cuts off would end the process instead of being an error.
"""

import os
import struct
import zipfile
from dataclasses import dataclass
from functools import cached_property
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.archives import DamagedArchiveError, open_zip, read_npy_header
from dnnctl.datasets.parts.data_files import DataFile
from dnnctl.errors import DataError

# A zip file's header of a member: fixed part, and where it says how long name and extra field are.
_LOCAL, _LENGTHS = 30, struct.Struct("<HH")


@dataclass(frozen=True)
class ArrayFile:
    """An array of which some rows can be read.

    Args:
        file: The file.
        start: The byte where its elements begin.
        shape: Its shape, (rows, ...).
        dtype: Type of its elements.
    """

    file: DataFile
    start: int
    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    def __len__(self) -> int:
        """Return the number of rows."""
        return self.shape[0]

    @property
    def row_bytes(self) -> int:
        """Bytes of a row."""
        return self.dtype.itemsize * prod(self.shape[1:])

    def read(self, first: int, rows: int) -> NDArray[Any]:
        """Return some rows that follow each other, (rows, ...).

        Raises:
            DataError: If the file is no longer what it was.
        """
        self.file.check()
        array: NDArray[Any] = np.empty((rows, *self.shape[1:]), self.dtype)
        room = array.reshape(-1).view(np.uint8)
        at, place = 0, self.start + first * self.row_bytes
        try:
            while at < len(room):
                got = os.preadv(self._opened, [room.data[at:]], place + at)
                if not got:
                    raise self.file.lost("ends before its last rows", f"rows {first:,} to {first + rows:,}")
                at += got
        except OSError as fault:
            raise self.file.lost(f"cannot be read: {fault.strerror}", f"rows {first:,} to {first + rows:,}") from None
        return array

    @cached_property
    def _opened(self) -> int:
        return _Descriptor.of(self.file.path)


class _Descriptor(int):
    """A file descriptor that is closed when nobody has it any more."""

    @classmethod
    def of(cls, path: Path) -> "_Descriptor":
        return cls(os.open(path, os.O_RDONLY))

    def __del__(self) -> None:
        os.close(self)


def array_file(path: Path) -> ArrayFile:
    """Return the array of an `.npy` file.

    Raises:
        DataError: If it is none, or not one that can be read in parts.
    """
    try:
        with path.open("rb") as stream:
            header = read_npy_header(stream)
        return _checked(path, 0, header)
    except DamagedArchiveError as fault:
        raise DataError(f"{path}: is not a .npy array: {fault}") from None
    except OSError as fault:
        raise DataError(f"{path}: cannot be read: {fault.strerror}") from None


def stored_arrays(path: Path) -> dict[str, ArrayFile] | None:
    """Return the arrays of an `.npz` file by their names; None if they are compressed.

    Raises:
        DataError: If it is damaged.
    """
    try:
        archive = open_zip(path)
        found = {}
        with archive, path.open("rb") as stream:
            for member in archive.infolist():
                if not member.filename.endswith(".npy"):
                    continue
                if member.compress_type != zipfile.ZIP_STORED:
                    return None
                stream.seek(member.header_offset)
                lengths = _LENGTHS.unpack(stream.read(_LOCAL)[-_LENGTHS.size :])
                start = member.header_offset + _LOCAL + sum(lengths)
                stream.seek(start)
                found[member.filename.removesuffix(".npy")] = _checked(path, start, read_npy_header(stream))
        return found
    except (DamagedArchiveError, struct.error) as fault:
        raise DataError(f"{path}: is not an .npz file: {fault}") from None
    except OSError as fault:
        raise DataError(f"{path}: cannot be read: {fault.strerror}") from None


def _checked(path: Path, start: int, header: tuple[tuple[int, ...], bool, np.dtype[Any], int]) -> ArrayFile:
    shape, fortran, dtype, length = header
    status = path.stat()
    array = ArrayFile(
        DataFile(path, path.name, status.st_size, status.st_mtime_ns), start + length, shape or (1,), dtype
    )
    if dtype.hasobject:
        raise DataError(f"{path}: holds Python objects, which are never loaded; expected numbers")
    if fortran and len(shape) > 1:
        raise DataError(f"{path}: is stored column by column, so rows of it cannot be read; save it in C order")
    if array.start + array.row_bytes * len(array) > status.st_size:
        raise DataError(
            f"{path}: is cut short: {shape} of {dtype} is {array.row_bytes * len(array):,} bytes; found "
            f"{status.st_size - array.start:,}"
        )
    return array
