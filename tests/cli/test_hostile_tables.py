"""Damaged and hostile CSV files of pictures, plain and zipped, each through the real command line."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hostile import Outcome, assert_refused, zipped

HEAD = ",".join(["label", *(f"pixel{i}" for i in range(1, 785))])
ROW = ",".join(["3"] + ["7"] * 784)


def table(*rows: str, head: str = HEAD, end: str = "\n") -> bytes:
    return end.join([head, *rows, ""]).encode()


def cell(column: int, text: str) -> str:
    cells = ROW.split(",")
    cells[column] = text
    return ",".join(cells)


TABLES: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "is empty"),
    "a header alone": (table, "holds a header and no rows"),
    "another header": (lambda: table(head="a,b"), "received 2 columns that start with 'a,b'"),
    "a missing column": (lambda: table(ROW, head=HEAD.replace(",pixel9,", ",")), "received 784 columns"),
    "a short row": (lambda: table(ROW, ROW[:-2]), ":3: expected 785 cells as in the first row; received 784"),
    "a long row": (lambda: table(ROW, ROW + ",1"), ":3: expected 785 cells as in the first row; received 786"),
    "text in a cell": (
        lambda: table(ROW, cell(5, "abc")),
        ":3: pixel5: expected a whole number 0 to 255, received 'abc'",
    ),
    "nothing in a cell": (lambda: table(ROW, cell(5, "")), ":3: pixel5: expected a whole number 0 to 255, received ''"),
    "NaN": (lambda: table(cell(784, "nan")), ":2: pixel784: expected a whole number"),
    "a decimal": (lambda: table(cell(1, "1.5")), ":2: pixel1: expected a whole number"),
    "a pixel too large": (
        lambda: table(cell(1, "256")),
        ":2: pixel1: expected a whole number 0 to 255, received '256'",
    ),
    "a huge number": (lambda: table(cell(1, "9" * 5_000)), ":2: pixel1: expected a whole number"),
    "a negative pixel": (lambda: table(cell(1, "-1")), ":2: pixel1: expected a whole number"),
    "a label that does not occur": (lambda: table(cell(0, "9")), ":2: label: expected a label out of 0-8, 10-24"),
    "a label out of range": (lambda: table(cell(0, "99")), ":2: label: expected a label"),
    "semicolons": (lambda: table(ROW.replace(",", ";")), ":2: expected 785 cells as in the first row; received 1"),
    "a quoted line end": (
        lambda: table(cell(5, '"1\n2"')),
        ":3: pixel5: expected a whole number 0 to 255, received '1\\n2'",
    ),
    "latin-1": (lambda: table(cell(5, "é")).decode().encode("latin-1"), ":2: pixel5: expected a whole number"),
    "NUL bytes": (lambda: table(cell(5, "\0")), ":2: pixel5: expected a whole number"),
    "an escape code": (lambda: table(cell(5, "\x1b[31m")), ":2: pixel5: expected a whole number"),
    "a line without end": (lambda: table() + b"1," * 20_000_000, "its second line is longer than"),
    "a header without end": (lambda: b"pixel," * 10_000_000, ":1: expected the header"),
    "blank lines": (lambda: table() + b"\n" * 20_000_000, "expected at most 200,000 lines"),
}


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "zipped"])
@pytest.mark.parametrize("kind", TABLES)
def test_a_damaged_table_is_refused(data_info: Callable[..., Outcome], tmp_path: Path, kind: str, packed: bool) -> None:
    make, said = TABLES[kind]
    files = {"sign_mnist_train.csv": make(), "sign_mnist_test.csv": table(ROW)}
    if packed:
        (tmp_path / "archive.zip").write_bytes(zipped(*files.items()))
    for name, contents in files.items():
        if not packed:
            (tmp_path / name).write_bytes(contents)
    assert_refused(data_info("sign_language_mnist", tmp_path), 1, "sign_mnist_train.csv", said)


@pytest.mark.parametrize("form", ["CRLF", "mark", "quoted header", "blank lines", "spaces", "UTF-16"])
def test_what_only_looks_odd_in_a_table_is_taken(data_info: Callable[..., Outcome], tmp_path: Path, form: str) -> None:
    contents = {
        "CRLF": table(ROW, end="\r\n"),
        "mark": b"\xef\xbb\xbf" + table(ROW),
        "quoted header": table(ROW, head=",".join(f'"{name}"' for name in HEAD.split(","))),
        "blank lines": table("", ROW, ""),
        "spaces": table(cell(3, " 7 ")),
        "UTF-16": table(ROW).decode().encode("utf-16"),
    }[form]
    for part in ("train", "test"):
        (tmp_path / f"sign_mnist_{part}.csv").write_bytes(contents)
    outcome = data_info("sign_language_mnist", tmp_path)
    assert (outcome.status, outcome.err) == (0, "")


def test_nothing_is_extracted_from_a_zip_file(data_info: Callable[..., Outcome], tmp_path: Path) -> None:
    files = [("../escaped.csv", b"x"), ("/tmp/escaped-dnnctl.csv", b"x")]
    good = [(f"sign_mnist_{part}.csv", table(ROW)) for part in ("train", "test")]
    folder = tmp_path / "inner"
    folder.mkdir()
    (folder / "archive.zip").write_bytes(zipped(*files, *good))
    assert data_info("sign_language_mnist", folder).status == 0
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["archive.zip", "inner"]
    assert not Path("/tmp/escaped-dnnctl.csv").exists()
    (folder / "archive.zip").write_bytes(zipped(*files))
    assert_refused(data_info("sign_language_mnist", folder), 1, "without sign_mnist_train.csv")


def test_a_zip_bomb_and_a_link_are_refused(data_info: Callable[..., Outcome], tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for part in ("train", "test"):
            with archive.open(f"sign_mnist_{part}.csv", "w") as member:
                for _ in range(300):
                    member.write(b"0" * (1 << 20))
    (tmp_path / "archive.zip").write_bytes(stream.getvalue())
    assert_refused(
        data_info("sign_language_mnist", tmp_path), 1, "expected at most 268,435,456 bytes, received 314,572,800"
    )
    both = zipped(("sign_mnist_test.csv", table(ROW)))
    (tmp_path / "archive.zip").write_bytes(both)
    with zipfile.ZipFile(tmp_path / "archive.zip", "a") as archive:
        entry = zipfile.ZipInfo("sign_mnist_train.csv")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, b"/etc/passwd")
    assert_refused(data_info("sign_language_mnist", tmp_path), 1, "a symbolic link")
