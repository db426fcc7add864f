"""The IDX format of MNIST: a magic number, the dimensions, then the bytes.

    0000  2 bytes zero, 1 byte 0x08 (unsigned bytes), 1 byte number of dimensions
    0004  each dimension, 4 bytes, big-endian
          the values in C order

Source: LeCun, Cortes and Burges, The MNIST database of handwritten digits, 1998.
"""

import math
import struct
import zlib
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.parts.faults import DamagedError

GZIP_MAGIC = b"\x1f\x8b"
UNSIGNED_BYTE = 0x08


class Readable(Protocol):
    """A binary stream, as far as it is needed here."""

    def read(self, size: int = -1, /) -> bytes:
        """Return at most `size` bytes; none at the end."""


def read(file: Path, shape: tuple[int, ...]) -> NDArray[Any]:
    """Read one IDX file, plain or gzip, whatever its name says.

    Never more than the header's bytes are expanded, and the header must say `shape`.

    Args:
        file: The file.
        shape: The dimensions it must have.

    Returns:
        Its values, uint8, of `shape`.

    Raises:
        DamagedError: If it is no IDX file of that shape, or shorter or longer than its header says.
        OSError: If it cannot be read.
    """
    with file.open("rb") as raw:
        packed = raw.read(2) == GZIP_MAGIC
        raw.seek(0)
        if not packed:
            return _values(raw, shape)
        return _values(_Gunzip(raw), shape)


class _Gunzip:
    """Decompresses one gzip member, which must be all there is; Python's reader looks for others without end.

    Args:
        raw: The file, at its start.
    """

    def __init__(self, raw: Readable) -> None:
        self._raw = raw
        self._inner = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)

    def read(self, size: int = -1, /) -> bytes:
        """Return at most `size` bytes; none at the end."""
        try:
            while not self._inner.eof:
                packed = self._inner.unconsumed_tail or self._raw.read(1 << 16)
                values = self._inner.decompress(packed, size)
                if values:
                    return values
                if not packed:
                    raise DamagedError("the gzip file is cut off: expected more bytes, received its end")
        except zlib.error as fault:
            raise DamagedError(f"the gzip compression is damaged ({fault})") from None
        if self._inner.unused_data or self._raw.read(1):
            raise DamagedError("the gzip file is too long: expected its end, received more bytes")
        return b""


def _values(stream: Readable, shape: tuple[int, ...]) -> NDArray[Any]:
    """Check the header, then read exactly the values that it promises."""
    magic = stream.read(4)
    wanted = bytes([0, 0, UNSIGNED_BYTE, len(shape)])
    if magic != wanted:
        raise DamagedError(
            f"not an IDX file of unsigned bytes in {len(shape)} dimensions: "
            f"expected it to start with {wanted.hex(' ')}, received {magic.hex(' ') or 'an empty file'}"
        )
    header = stream.read(4 * len(shape))
    if len(header) < 4 * len(shape):
        raise DamagedError(f"cut off in its header: expected {4 * len(shape)} bytes, received {len(header)}")
    received = struct.unpack(f">{len(shape)}I", header)
    if received != shape:
        raise DamagedError(f"expected {_text(shape)} values, received {_text(received)} in its header")
    return read_exactly(stream, math.prod(shape)).reshape(shape)


def read_exactly(stream: Readable, size: int) -> NDArray[Any]:
    """Read `size` bytes, which must be all that is left.

    Args:
        stream: A binary stream, at the first value.
        size: Number of bytes expected.

    Returns:
        The bytes, uint8 (size,).

    Raises:
        DamagedError: If fewer or more are left.
    """
    values = np.empty(size, dtype=np.uint8)
    window, done = memoryview(values.data), 0
    while done < size:
        chunk = stream.read(min(size - done, 1 << 20))
        if not chunk:
            raise DamagedError(f"cut off: expected {size:,} bytes of values, received {done:,}")
        window[done : done + len(chunk)] = chunk
        done += len(chunk)
    if stream.read(1):
        raise DamagedError(f"too long: expected {size:,} bytes of values, received more")
    return values


def _text(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape))
