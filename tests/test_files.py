"""Files are written whole or not at all."""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dnnctl import files


def write_half(path: Path) -> None:
    with files.replacing(path) as stream:
        stream.write(b"half")
        stream.flush()
        raise KeyboardInterrupt


def write_half_with_a_library(path: Path) -> None:
    def library(temporary: Path) -> None:
        temporary.write_bytes(b"half")
        raise KeyboardInterrupt

    files.write_with(path, library)


@pytest.mark.parametrize("write", [write_half, write_half_with_a_library])
@pytest.mark.parametrize("before", [b"old", None])
def test_an_interruption_leaves_what_was_there(
    tmp_path: Path, write: Callable[[Path], None], before: bytes | None
) -> None:
    path = tmp_path / "file.bin"
    if before is not None:
        path.write_bytes(before)
    with pytest.raises(KeyboardInterrupt):
        write(path)
    assert [p.read_bytes() for p in tmp_path.iterdir()] == ([] if before is None else [before])


def test_a_reader_never_sees_half_a_file(tmp_path: Path) -> None:
    path = tmp_path / "file.bin"
    files.write_bytes(path, b"old")
    with files.replacing(path) as stream:
        stream.write(b"new")
        stream.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_file_has_the_usual_mode(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        files.write_text(tmp_path / "a.txt", "ä")
        files.write_with(tmp_path / "b.txt", lambda path: path.touch())
    finally:
        os.umask(before)
    for name in ("a.txt", "b.txt"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "a.txt").read_bytes() == "ä".encode()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        files.write_text(tmp_path / "gone" / "a.txt", "")
    assert list(tmp_path.iterdir()) == []


def test_a_library_gets_a_name_with_the_same_ending(tmp_path: Path) -> None:
    seen: list[Path] = []

    def library(path: Path) -> None:
        seen.append(path)
        path.write_bytes(b"m")

    files.write_with(tmp_path / "model.keras", library)
    assert seen[0].name == "model.keras"
    assert seen[0].parent.parent == tmp_path, "on the same disk, so that it can be renamed"
    assert list(tmp_path.iterdir()) == [tmp_path / "model.keras"]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object()])
def test_json_that_is_none_writes_nothing(tmp_path: Path, value: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        files.write_json(tmp_path / "a.json", {"value": value})
    assert list(tmp_path.iterdir()) == []
    files.write_json(tmp_path / "a.json", {"name": "ä", "values": [1, 2.5, None]})
    assert json.loads((tmp_path / "a.json").read_bytes()) == {"name": "ä", "values": [1, 2.5, None]}


def test_arrays_are_read_back_without_pickle(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    arrays = {"dense_1/kernel": np.arange(6, dtype="float32").reshape(2, 3), "names": np.array(["a", "bc"])}
    files.write_npz(path, arrays)
    with np.load(path, allow_pickle=False) as stored:
        assert set(stored.files) == set(arrays)
        assert all(np.array_equal(stored[name], array) for name, array in arrays.items())
    before = path.read_bytes()
    for wrong in (np.array([object()]), np.array([(1, None)], dtype=[("a", int), ("b", object)])):
        with pytest.raises(ValueError, match="array 'wrong' holds Python objects"):
            files.write_npz(path, {**arrays, "wrong": wrong})
    assert path.read_bytes() == before
    files.write_npz(path, arrays)
    assert path.read_bytes() == before, "the same arrays make the same file"


def test_hashes(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"abc")
    assert files.sha256_of_file(path) == hashlib.sha256(b"abc").hexdigest()
    array = np.arange(6, dtype="uint8").reshape(2, 3)
    assert files.sha256_of_array(array) == hashlib.sha256(bytes(range(6))).hexdigest()
    assert files.sha256_of_array(array.T) == hashlib.sha256(bytes([0, 3, 1, 4, 2, 5])).hexdigest()


def test_an_interruption_between_arrays_is_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.npz"
    files.write_npz(path, {"a": np.ones(3)})
    before, write = path.read_bytes(), np.lib.format.write_array

    def interrupted(member: object, array: np.ndarray, **options: bool) -> None:
        write(member, array, **options)
        raise KeyboardInterrupt

    monkeypatch.setattr(np.lib.format, "write_array", interrupted)
    with pytest.raises(KeyboardInterrupt):
        files.write_npz(path, {"a": np.zeros(3), "b": np.zeros(3)})
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["a.npz"]
