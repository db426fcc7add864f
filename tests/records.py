"""Files of TFRecord for tests, written without TensorFlow."""

import struct
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from dnnctl.datasets.streams.tfrecord import checksum


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = b""
    while value > 127:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


def _field(number: int, value: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def example(features: Mapping[str, Any]) -> bytes:
    """Return a `tf.train.Example` of bytes or text, of floats, and of whole numbers."""
    entries = b""
    for name, value in features.items():
        values = value if isinstance(value, list | np.ndarray) else [value]
        if len(values) and isinstance(values[0], str | bytes):
            texts = (each.encode() if isinstance(each, str) else each for each in values)
            kind, listed = 1, b"".join(_field(1, each) for each in texts)
        elif len(values) and isinstance(values[0], float | np.floating):
            kind, listed = 2, _field(1, struct.pack(f"<{len(values)}f", *values))
        else:
            kind, listed = 3, _field(1, b"".join(_varint(int(each)) for each in values))
        entries += _field(1, _field(1, name.encode()) + _field(2, _field(kind, listed)))
    return _field(1, entries)


def write_records(path: Path, records: Iterable[bytes]) -> None:
    """Write records; their own checksums, which nobody reads, are zero."""
    with path.open("wb") as stream:
        for record in records:
            length = struct.pack("<Q", len(record))
            stream.write(length + struct.pack("<I", checksum(length)) + record + bytes(4))
