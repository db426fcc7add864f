"""Opening files of a run: regular ones inside its folder, of bounded size, and nothing else."""

import json
import os
from pathlib import Path

import pytest

from dnnctl.errors import RunError
from dnnctl.runs.reading import MAX_JSON, open_inside, read_bytes, read_json


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "a.json").write_text('{"a": [1]}')
    return tmp_path / "run"


def test_a_file_is_read(folder: Path) -> None:
    assert read_json(folder / "a.json", folder, "figures") == {"a": [1]}
    assert read_bytes(folder / "a.json", folder, 10) == b'{"a": [1]}'


def test_a_file_larger_than_the_limit(folder: Path) -> None:
    with pytest.raises(RunError, match="expected at most 9 bytes; received more"):
        read_bytes(folder / "a.json", folder, 9)
    with (folder / "a.json").open("r+b") as stream:
        stream.truncate(MAX_JSON + 1)
    with pytest.raises(RunError, match="expected at most 16,777,216 bytes"):
        read_json(folder / "a.json", folder, "figures")


@pytest.mark.parametrize("target", ["../outside", "/etc/passwd", "../run/../outside"])
def test_a_link_that_leaves_the_folder(folder: Path, target: str) -> None:
    (folder.parent / "outside").write_text("secret")
    (folder / "b").symlink_to(target)
    with pytest.raises(RunError, match=r"symbolic link to .* which is outside"):
        open_inside(folder / "b", folder)


def test_a_folder_whose_name_begins_alike_is_outside(folder: Path) -> None:
    (folder.parent / "run-2").mkdir()
    (folder.parent / "run-2" / "x").write_text("secret")
    with pytest.raises(RunError, match="outside"):
        open_inside(folder / ".." / "run-2" / "x", folder)


def test_links_that_stay_inside(folder: Path) -> None:
    (folder / "b").symlink_to("a.json")
    (folder.parent / "link").symlink_to("run")
    assert read_bytes(folder / "b", folder, 100) == read_bytes(folder.parent / "link" / "b", folder, 100)


def test_what_is_no_regular_file(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    (folder / "sub").mkdir()
    for name in ("pipe", "sub"):
        with pytest.raises(RunError, match="expected a regular file"):
            open_inside(folder / name, folder)
    (folder / "loop").symlink_to("loop")
    for name in ("loop", "a.json/x", "x" * 300, "a\0b", "\udce9\ud800"):
        with pytest.raises(RunError, match="cannot be read"):
            open_inside(folder / name, folder)
    with pytest.raises(FileNotFoundError):
        open_inside(folder / "nothing", folder)


@pytest.mark.parametrize("contents", [b"", b"{", b"\xff", b"[" * 100_000, b"1" * 5000])
def test_what_is_no_json(folder: Path, contents: bytes) -> None:
    (folder / "a.json").write_bytes(contents)
    with pytest.raises(RunError, match="expected figures"):
        read_json(folder / "a.json", folder, "figures")


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e400", "1" + "0" * 400, "-" + "9" * 5000])
def test_numbers_that_are_not_finite_are_refused(tmp_path: Path, number: str) -> None:
    (tmp_path / "metrics.json").write_text(f'{{"test": {{"accuracy": {number}}}}}')
    with pytest.raises(RunError, match=r"metrics\.json: expected figures; expected finite numbers; received"):
        read_json(tmp_path / "metrics.json", tmp_path, "figures")


def test_finite_numbers_are_read_as_they_are(tmp_path: Path) -> None:
    values = {"large": 1.7976931348623157e308, "small": 5e-324, "minus zero": -0.0, "whole": 10**30, "none": None}
    (tmp_path / "any.json").write_text(json.dumps(values))
    assert repr(read_json(tmp_path / "any.json", tmp_path, "values")) == repr(values)
