"""Hostile arrays, tables and numbers given to `predict`, each through the real command line."""

import io
import os
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hostile
import numpy as np
import pytest
from hostile import CommandLine, Outcome, assert_refused, assert_survived, described

Predict = Callable[..., Outcome]


def npy(shape: str, values: bytes = b"", kind: str = "'<f8'", version: int = 1) -> bytes:
    return hostile.npy(described(shape, kind), values, version)


def npz(contents: bytes, name: str = "x.npy") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(name, contents)
    return stream.getvalue()


def array(value: object, **options: Any) -> bytes:
    stream = io.BytesIO()
    np.save(stream, np.asarray(value), **options)
    return stream.getvalue()


ARRAYS: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "zero bytes": ("a.npy", lambda: b"", "is not a .npy array"),
    "pickled": (
        "a.npy",
        lambda: array(np.array([print, {}], dtype=object), allow_pickle=True),
        "Python objects|elements of type object",
    ),
    "pickled in an archive": (
        "a.npz",
        lambda: npz(array(np.array([{}], dtype=object), allow_pickle=True)),
        "Python objects|elements of type object",
    ),
    "text": ("a.npy", lambda: array(["1", "2"]), "expected an array of numbers"),
    "complex": ("a.npy", lambda: array([[1j, 0]]), "expected an array of numbers"),
    "dates": ("a.npy", lambda: array([np.datetime64("2020-01-01")]), "expected an array of numbers"),
    "records": ("a.npy", lambda: array(np.zeros(3, [("a", "f4")])), "expected an array of numbers"),
    "an absurd shape": ("a.npy", lambda: npy("(400000, 2)"), "is cut short"),
    "too many rows": ("a.npy", lambda: npy("(99999999999, 2)"), "at most 4,000,000 rows"),
    "a negative shape": ("a.npy", lambda: npy("(-1, 2)"), "header claims the shape"),
    "a shape beyond numbers": ("a.npy", lambda: npy("(10**400, 2)"), "is not a .npy array"),
    "no rows": ("a.npy", lambda: npy("(0, 2)"), "holds no rows"),
    "another shape": ("a.npy", lambda: array(np.zeros((3, 3))), "received (3, 3)"),
    "64 axes": ("a.npy", lambda: npy("(" + "1, " * 64 + ")"), "expected shape|not a .npy"),
    "NaN": ("a.npy", lambda: array([[0.0, 1.0], [0.0, np.nan]]), "a.npy[1]: element 1: expected a finite number"),
    "infinity": ("a.npy", lambda: array([[np.inf, 1.0]]), "a.npy[0]: element 0: expected a finite number"),
    "beyond 32 bits": ("a.npy", lambda: array([[1e300, 1.0]]), "fits into 32 bits; received 1e+300"),
    "code": ("a.npy", lambda: npy("__import__('os').system('touch owned')"), "is not a .npy array"),
    "a deep header": ("a.npy", lambda: npy("-" * 9_000 + "1"), "is not a .npy array"),
    "an endless header": ("a.npy", lambda: b"\x93NUMPY\x02\x00" + struct.pack("<I", 2**31), "a header of at most"),
    "an endless header in an archive": (
        "a.npz",
        lambda: npz(b"\x93NUMPY\x02\x00" + struct.pack("<I", 2**31) + bytes(50 << 20)),
        "a header of at most",
    ),
    "no archive": ("a.npz", lambda: b"PK", "is not a .npz archive"),
    "an empty archive": ("a.npz", lambda: b"PK\x05\x06" + bytes(18), "an empty archive"),
    "an archive upwards": ("a.npz", lambda: npz(b"", "../../x.npy"), "is not a .npy array"),
    "escape codes in an archive": ("a.npz", lambda: npz(b"", "\x1b[31m.npy"), "is not a .npy array"),
}


@pytest.mark.parametrize("kind", ARRAYS)
def test_a_hostile_array_is_refused(ask_run: Predict, tmp_path: Path, kind: str) -> None:
    name, make, said = ARRAYS[kind]
    outcome = ask_run("xor", name, make())
    assert_refused(outcome, 1, name)
    assert any(part in outcome.err for part in said.split("|")), outcome.err
    assert not (tmp_path / "owned").exists()


def test_what_an_archive_expands_to_is_bounded(ask_run: Predict) -> None:
    shape, size = "(500000, 8, 8)", 500_000 * 64
    assert_refused(ask_run("digits", "a.npz", npz(npy("(500000, 64, 13)", kind="'|u1'"))), 1, "expected shape")
    # The largest that is taken: it is read and checked, and found out in its last pixel.
    values = bytes(size * 8 - 8) + struct.pack("<d", 17.0)
    outcome = ask_run("digits", "a.npz", npz(npy(shape, values)))
    assert_refused(outcome, 1, "a.npz[499999]: element 63: expected a pixel from 0 to 16; received 17")


TABLES: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "is empty"),
    "blank lines": (lambda: b"\n\n\n", "holds no rows"),
    "a header alone": (lambda: b"weight\n", "holds a header and no rows"),
    "text in a cell": (lambda: b"weight\n75\nheavy\n", ":3: column 'weight': expected a number; received 'heavy'"),
    "nothing in a cell": (lambda: b"weight,a\n75,1\n,2\n", ":3: column 'weight': expected a number; received ''"),
    "a decimal comma": (lambda: b'weight\n"75,5"\n', "write decimals with a point"),
    "NaN": (lambda: b"weight\n75\nnan\n", ":3: column 'weight': expected a finite number"),
    "infinity": (lambda: b"weight\n1e999\n", ":2: column 'weight': expected a finite number"),
    "ragged rows": (lambda: b"weight,a\n75,1\n75\n", ":3: expected 2 cells as in the first row; received 1"),
    "a missing column": (
        lambda: b"height,age\n1,2\n",
        ":1: the network takes 1 number a row (weight); received 2 columns (height, age)",
    ),
    "a column twice": (lambda: b"weight,weight\n1,2\n", "more than one column 'weight'"),
    "quoted line ends": (
        lambda: b'weight,note\n75,"a\nb\nc"\nx,"d"\n',
        ":5: column 'weight': expected a number; received 'x'",
    ),
    "an open quote": (lambda: b'weight\n"75\n' + b"1\n" * 100, "is not CSV"),
    "half of UTF-16": (lambda: "weight\n75\n".encode("utf-16")[:-1], "is not utf-16 text"),
    "NUL bytes": (lambda: b"weight\n7\x005\n", "holds zero bytes"),
    "escape codes": (lambda: b"weight\n\x1b[31m\n", ":2: column 'weight': expected a number"),
    "a row without end": (lambda: b"1," * 10_000_000, "its first line is longer than"),
    "a number without end": (lambda: b"weight\n" + b"9" * 4_000_000, "its second line is longer than"),
    "an endless column of numbers": (lambda: b"75\n" * 4_000_001, "more than 4,000,000 lines"),
    "endless blank lines": (lambda: b"75\n" + b"\n" * 5_000_000, "more than 4,000,000 lines"),
    "zeros": (lambda: bytes(1_000_000), "holds zero bytes"),
}


@pytest.mark.parametrize("name", ["a.csv", "-"])
@pytest.mark.parametrize("kind", TABLES)
def test_a_hostile_table_is_refused(ask_run: Predict, kind: str, name: str) -> None:
    make, said = TABLES[kind]
    outcome = ask_run("height_weight", name, make())
    assert_refused(outcome, 1, f"{name}:" if name == "a.csv" else "-:")
    assert any(part in outcome.err for part in said.split("|")), outcome.err


@pytest.mark.parametrize(
    "contents",
    [
        b"\xef\xbb\xbfweight\r\n75\r\n90\r\n",
        b"a;weight\n1;75\n2;90\n",
        b'"weight"\n"75"\n\n"90"\n',
        b"75\n90",
        "weight\n75\n90\n".encode("utf-16"),
        "weight,größe\n75,1\n90,2\n".encode("latin-1"),
        b"weight\r75\r90\r",
        b"a;weight\n1,5;75,0\n2,5;90,0\n",
    ],
    ids=["mark and CRLF", "semicolons", "quotes", "no header", "UTF-16", "latin-1", "CR", "decimal commas"],
)
def test_what_only_looks_odd_in_a_table_is_taken(ask_run: Predict, contents: bytes) -> None:
    outcome = ask_run("height_weight", "a.csv", contents, "--format", "csv")
    assert_survived(outcome)
    assert outcome.status == 0, outcome.err
    assert len(outcome.out.splitlines()) == 3


@pytest.mark.parametrize(
    "value", ["", "x", "nan", "inf", "1e999", "1_0", "75,", "9" * 5_000 + "x", "\x1b[31m", "75;90", "٣x"]
)
def test_a_hostile_number_is_refused(commands: CommandLine, trained: Path, tmp_path: Path, value: str) -> None:
    outcome = commands.run("predict", "height_weight", "--value", value, "--out", trained, cwd=tmp_path)
    assert_refused(outcome, 2, "--value")


def test_what_is_no_file_is_refused(commands: CommandLine, trained: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.png")
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "loop.png").symlink_to("loop.png")
    (tmp_path / "gone.png").symlink_to("nowhere.png")
    said = {
        "fifo.png": "is not a regular file",
        "folder.png": "is a directory",
        "loop.png": "loop.png",
        "gone.png": "no such file",
        "/dev/zero": "is not a regular file",
        "missing.png": "no such file",
        "x" * 300 + ".png": "png'",
        "\x1b[31m.png": "no such file",
        "": "directory",
    }
    for name, part in said.items():
        assert_refused(commands.run("predict", "digits", name, "--out", trained, cwd=tmp_path), 1, part)
