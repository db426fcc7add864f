"""Records of `tf.train.Example`, read without TensorFlow: many of one layout at once.

A message of protocol buffers is a row of fields, each a key (its number and wire type) and a value. An Example holds a
map, from a feature's name to a list of bytes, of floats (4 bytes each) or of whole numbers (varints). Records that one
program writes mostly have the same bytes but for the values, so that the first one of a length tells where the values
of all the others of that length stand.

Source: the encoding is that of https://protobuf.dev/programming-guides/encoding/, the messages are those of
tensorflow/core/example/{example,feature}.proto.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

BYTES, FLOATS, INTEGERS = 1, 2, 3
VARINT, EIGHT, LENGTH, FOUR = 0, 1, 2, 5


class DamagedRecordError(ValueError):
    """Bytes are no Example; the message is the reason alone."""


@dataclass(frozen=True)
class Field:
    """Where the values of a feature stand in a record.

    Args:
        kind: `BYTES`, `FLOATS` or `INTEGERS`.
        spans: Where each value, or for packed numbers all of them, begins and ends.
    """

    kind: int
    spans: tuple[tuple[int, int], ...]


def fields_of(record: bytes) -> dict[str, Field]:
    """Return where the values of each feature of a record stand.

    Raises:
        DamagedRecordError: If it is no Example.
    """
    found: dict[str, Field] = {}
    for number, start, end in _fields(record, 0, len(record)):
        if number != 1:
            continue
        for entry, first, last in _fields(record, start, end):
            if entry == 1:
                name, field = _entry(record, first, last)
                if field is not None:
                    found[name] = field
    return found


def _entry(record: bytes, start: int, end: int) -> tuple[str, Field | None]:
    name, field = "", None
    for number, first, last in _fields(record, start, end):
        if number == 1:
            try:
                name = record[first:last].decode()
            except UnicodeDecodeError:
                raise DamagedRecordError("the name of a feature is no text") from None
        else:
            for kind, low, high in _fields(record, first, last):
                spans = tuple((a, b) for value, a, b in _fields(record, low, high) if value == 1)
                field = Field(kind, spans) if kind in {BYTES, FLOATS, INTEGERS} else None
    return name, field


def _fields(record: bytes, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield number, beginning and end of the value of each field in a stretch of a record."""
    while at < end:
        key, at = _varint(record, at, end)
        wire = key & 7
        if wire == LENGTH:
            size, at = _varint(record, at, end)
        elif wire == VARINT:
            size = _varint(record, at, end)[1] - at
        elif wire in {EIGHT, FOUR}:
            size = 8 if wire == EIGHT else 4
        else:
            raise DamagedRecordError(f"a field of wire type {wire}")
        if at + size > end:
            raise DamagedRecordError("a field goes beyond its message")
        yield key >> 3, at, at + size
        at += size


def _varint(record: bytes, at: int, end: int) -> tuple[int, int]:
    value = shift = 0
    while at < end and shift < 70:
        byte = record[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at
    raise DamagedRecordError("a number that does not end")


def alike(records: NDArray[np.uint8], fields: dict[str, Field]) -> NDArray[np.bool_]:
    """Return which of some records of one length have the layout of the first, (n,).

    Args:
        records: Their bytes, (n, length).
        fields: Where the values of the first one stand.
    """
    fixed = np.ones(records.shape[1], bool)
    same = np.ones(len(records), bool)
    for field in fields.values():
        for start, end in field.spans:
            fixed[start:end] = False
            if field.kind == INTEGERS:
                # Which bytes end a number.
                same &= np.asarray(((records[:, start:end] ^ records[0, start:end]) < 128).all(axis=1))
    same &= np.asarray((records[:, fixed] == records[0, fixed]).all(axis=1))
    return same


def values_of(records: NDArray[np.uint8], field: Field) -> NDArray[Any]:
    """Return the values of a feature of records of one layout.

    Args:
        records: Their bytes, (n, length).
        field: Where the values stand.

    Returns:
        float32 or int64 (n, values); of bytes, of which there must be one value, uint8 (n, bytes).
    """
    parts = [records[:, start:end] for start, end in field.spans]
    joined = np.ascontiguousarray(np.concatenate(parts, axis=1)) if parts else records[:, :0]
    if field.kind == FLOATS:
        return joined.view("<f4")
    if field.kind == BYTES:
        return joined
    ends = np.flatnonzero(joined[0] < 128) if len(joined) else np.zeros(0, np.int64)
    starts = np.concatenate([[0], ends[:-1] + 1]) if len(ends) else ends
    values = np.zeros((len(joined), len(ends)), np.uint64)
    for i, (start, end) in enumerate(zip(starts, ends, strict=True)):
        for shift, at in enumerate(range(start, end + 1)):
            values[:, i] |= (joined[:, at].astype(np.uint64) & np.uint64(127)) << np.uint64(7 * shift)
    return values.view(np.int64)
