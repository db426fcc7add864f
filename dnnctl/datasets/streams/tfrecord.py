"""Files of TFRecord: records one after the other, each with its length."""

import struct
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.parts.data_files import DataFile
from dnnctl.datasets.streams.example import DamagedRecordError, Field, alike, fields_of, values_of
from dnnctl.errors import DataError

# Bytes of a file that are looked at together.
PIECE = 1 << 24
_LENGTH, _CHECK = struct.Struct("<Q"), struct.Struct("<I")
# A longer record is a broken length.
LONGEST = 1 << 30
# Layouts of records of one length that are looked for.
LAYOUTS = 64
# The polynomial of CRC-32C, with its bits turned round.
POLYNOMIAL = 0x82F63B78


@dataclass(frozen=True)
class Records:
    """Some records of a file, of one layout.

    Args:
        numbers: Where they stand among those that were read together, (n,).
        data: Their bytes, (n, length).
        fields: Where their values stand.
    """

    numbers: NDArray[np.int64]
    data: NDArray[np.uint8]
    fields: dict[str, Field]

    def values(self, name: str) -> NDArray[Any] | None:
        """Return the values of a feature, (n, values); None where these records do not have it."""
        field = self.fields.get(name)
        return None if field is None else values_of(self.data, field)


def records_of(file: DataFile) -> Iterator[tuple[int, int, list[Records]]]:
    """Yield the records of a file, as many as are in a piece of it together.

    Yields:
        The number of the first of them in the file, how many they are, and they by their layout.

    Raises:
        DataError: If the file is cut off or damaged; the message names the record.
    """
    first, rest = 0, b""
    try:
        with file.path.open("rb") as stream:
            while piece := stream.read(PIECE):
                file.check()
                data = rest + piece
                starts, lengths, end = _bounds(data, file, first)
                rest = data[end:]
                if starts:
                    yield first, len(starts), _by_layout(np.frombuffer(data, np.uint8), starts, lengths, file, first)
                first += len(starts)
    except OSError as fault:
        raise file.lost(f"cannot be read: {fault.strerror}", f"record {first:,}") from None
    if rest:
        raise file.lost("is cut off in the midst of a record", f"record {first:,}")


def _bounds(data: bytes, file: DataFile, first: int) -> tuple[list[int], list[int], int]:
    """Return where the records in some bytes begin, how long they are, and where the first begins that is not whole."""
    starts: list[int] = []
    lengths: list[int] = []
    at = 0
    while at + 12 <= len(data):
        (length,) = _LENGTH.unpack_from(data, at)
        if length > LONGEST or _CHECK.unpack_from(data, at + 8)[0] != checksum(data[at : at + 8]):
            raise DataError(f"{file.path}, record {first + len(starts):,}: is no TFRecord, or damaged: wrong length")
        if at + 16 + length > len(data):
            break
        starts.append(at + 12)
        lengths.append(length)
        at += 16 + length
    return starts, lengths, at


@lru_cache(4096)
def checksum(data: bytes) -> int:
    """Return the masked CRC-32C of a few bytes, as records have it.

    Source: RFC 3720, appendix B.4; the mask is that of tensorflow/core/lib/hash/crc32c.h.
    """
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (POLYNOMIAL if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def _by_layout(
    data: NDArray[np.uint8], starts: list[int], lengths: list[int], file: DataFile, first: int
) -> list[Records]:
    by_length: dict[int, list[int]] = defaultdict(list)
    for number, length in enumerate(lengths):
        by_length[length].append(number)
    where, found = np.array(starts), []
    for length, numbers in by_length.items():
        left = np.array(numbers)
        records = data[where[left][:, None] + np.arange(length)]
        layouts = 0
        while len(left):
            try:
                fields = fields_of(records[0].tobytes())
            except DamagedRecordError as fault:
                raise DataError(
                    f"{file.path}, record {first + int(left[0]):,}: is no tf.train.Example: {fault}"
                ) from None
            # Where hardly two are alike, comparing each with all others would take forever.
            layouts += 1
            same = alike(records, fields) if layouts < LAYOUTS else np.arange(len(left)) == 0
            found.append(Records(left[same], records[same], fields))
            left, records = left[~same], records[~same]
    return found
