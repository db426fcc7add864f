"""The IDX reader against every way a file can be wrong."""

import gzip
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from dnnctl.datasets.parts.faults import DamagedError
from dnnctl.datasets.published import idx

SHAPE = (5, 3, 2)
VALUES = np.arange(30, dtype=np.uint8).reshape(SHAPE)


def packed(values: np.ndarray = VALUES, kind: int = 8) -> bytes:
    return bytes([0, 0, kind, values.ndim]) + struct.pack(f">{values.ndim}I", *values.shape) + values.tobytes()


def written(tmp_path: Path, contents: bytes) -> Path:
    file = tmp_path / "file"
    file.write_bytes(contents)
    return file


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_reads_plain_and_gzip_whatever_the_name(tmp_path: Path, pack) -> None:
    values = idx.read(written(tmp_path, pack(packed())), SHAPE)

    assert values.dtype == np.uint8
    assert np.array_equal(values, VALUES)


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize(
    ("contents", "problem"),
    [
        (b"", "received an empty file"),
        (b"<!DOCTYPE html>", "expected it to start with 00 00 08 03, received 3c 21 44 4f"),
        (packed(kind=9), "received 00 00 09 03"),
        (packed(VALUES.reshape(30)), "received 00 00 08 01"),
        (packed()[:9], "cut off in its header: expected 12 bytes, received 5"),
        (packed(VALUES[:4]), "expected 5x3x2 values, received 4x3x2"),
        (packed()[:-1], "expected 30 bytes of values, received 29"),
        (packed() + b"\0", "too long"),
    ],
)
def test_refuses_what_is_not_the_file(tmp_path: Path, contents: bytes, problem: str, pack) -> None:
    with pytest.raises(DamagedError, match=problem):
        idx.read(written(tmp_path, pack(contents)), SHAPE)


def test_refuses_every_truncation_and_every_flipped_byte_of_the_compression(tmp_path: Path) -> None:
    whole = gzip.compress(packed(), mtime=0)
    for length in range(2, len(whole)):
        with pytest.raises(DamagedError):
            idx.read(written(tmp_path, whole[:length]), SHAPE)
    for position in range(10, len(whole)):
        broken = bytearray(whole)
        broken[position] ^= 0xFF
        with pytest.raises(DamagedError):
            idx.read(written(tmp_path, bytes(broken)), SHAPE)


def test_a_gzip_bomb_is_not_expanded(tmp_path: Path) -> None:
    file = written(tmp_path, gzip.compress(packed() + bytes(200_000_000), compresslevel=1))
    tracemalloc.start()
    with pytest.raises(DamagedError, match="too long"):
        idx.read(file, SHAPE)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 5_000_000
