"""Hostile and odd inputs of `predict`, each through the real command line."""

import io
import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hostile import CommandLine, Outcome, assert_refused, assert_survived
from PIL import Image

Predict = Callable[..., Outcome]


@pytest.fixture(scope="module")
def commands() -> Iterator[CommandLine]:
    with CommandLine() as running:
        yield running


@pytest.fixture
def predict(commands: CommandLine, trained: Path, tmp_path: Path) -> Predict:
    """Ask a run about a file of given contents, or about standard input."""

    def _predict(run: str, name: str, contents: bytes, *options: str) -> Outcome:
        asked = ["predict", run, name, "--out", str(trained), *options]
        if name == "-":
            return commands.run(*asked, cwd=tmp_path, stdin=contents)
        (tmp_path / name).write_bytes(contents)
        return commands.run(*asked, cwd=tmp_path)

    return _predict


def saved(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def chunk(kind: bytes, contents: bytes) -> bytes:
    return struct.pack(">I", len(contents)) + kind + contents + struct.pack(">I", zlib.crc32(kind + contents))


def png(width: int, height: int, pixels: bytes = b"", depth: int = 8, colour: int = 0) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


GREY = Image.linear_gradient("L").resize((40, 40))
FRAMES = [Image.new("L", (28, 28), value) for value in (40, 90, 200)]
SIDE = 10_001
# 100 million pixels of zeros, made row by row.
_packer = zlib.compressobj(1)
BLACK = b"".join(_packer.compress(bytes(1 + 10_000)) for _ in range(10_000)) + _packer.flush()


def turned() -> bytes:
    exif = Image.Exif()
    exif[0x112] = 6
    return saved(GREY, "JPEG", exif=exif)


def with_transparency() -> bytes:
    picture = GREY.convert("P")
    return saved(picture, transparency=picture.getpixel((0, 0)))


def text_bomb() -> bytes:
    packed = zlib.compress(b"a" * (200 << 20), 1)
    whole = saved(GREY)
    return whole[:33] + chunk(b"zTXt", b"Comment\0\0" + packed) + whole[33:]


# A file's name and contents, and what the error says.
REFUSED: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "zero bytes": ("a.png", lambda: b"", "is no image"),
    "one byte": ("a.png", lambda: b"\x89", "is no image"),
    "text": ("a.png", lambda: b"hello" * 100, "is no image"),
    "zeros": ("a.jpg", lambda: bytes(10_000), "is no image"),
    "truncated PNG": ("a.png", lambda: saved(Image.effect_noise((40, 40), 50))[:500], "damaged image"),
    "truncated JPEG": ("a.jpg", lambda: saved(GREY, "JPEG")[:-300], "damaged image"),
    "truncated GIF": ("a.gif", lambda: saved(GREY, "GIF")[:-900], "image"),
    "truncated TIFF": ("a.tif", lambda: saved(GREY, "TIFF")[:300], "image"),
    "truncated WebP": ("a.webp", lambda: saved(GREY, "WEBP", lossless=True)[:-20], "image"),
    "truncated BMP": ("a.bmp", lambda: saved(GREY, "BMP")[:-20], "damaged image"),
    "a header alone": ("a.png", lambda: saved(GREY)[:33], "image"),
    "a broken checksum": ("a.png", lambda: saved(GREY).replace(b"IDAT", b"IDAU"), "image"),
    "no pixels": ("a.png", lambda: png(0, 0), "image"),
    "a decompression bomb": ("a.png", lambda: png(60_000, 60_000), "has more than 100,000,000 pixels"),
    "more than is allowed": ("a.png", lambda: png(SIDE, 10_000), "has 10,001 x 10,000 pixels"),
    "absurd dimensions": ("a.png", lambda: png(2**31 - 1, 2**31 - 1), "has more than 100,000,000 pixels"),
    "promised but not there": ("a.png", lambda: png(10_000, 10_000), "damaged image"),
    "a text bomb": ("a.png", text_bomb, "damaged image|no image"),
    "PostScript": ("a.png", lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "is no image"),
    "SVG": ("a.png", lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is no image"),
    "PDF": ("a.png", lambda: b"%PDF-1.4\n", "is no image"),
    "a script": ("a.png", lambda: b"#!/bin/sh\ntouch owned\n", "is no image"),
    "a picture as an array": ("a.npy", lambda: saved(GREY), "is not a .npy array"),
    "a picture as a table": ("a.csv", lambda: saved(GREY), "is not UTF-8 text"),
    "a picture as an archive": ("a.npz", lambda: saved(GREY), "is not a .npz archive"),
    "an unknown ending": ("a.svg", lambda: saved(GREY), "unknown ending '.svg'"),
    "no ending": ("a", lambda: saved(GREY), "unknown ending ''"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_hostile_file_is_refused(predict: Predict, tmp_path: Path, kind: str) -> None:
    name, make, said = REFUSED[kind]
    outcome = predict("digits", name, make())
    assert_refused(outcome, 2 if "unknown ending" in said else 1, name)
    assert any(part in outcome.err for part in said.split("|")), outcome.err
    assert not (tmp_path / "owned").exists()


# What is taken, and what is said of it.
TAKEN: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "1x1": ("a.png", lambda: saved(Image.new("L", (1, 1), 9)), ""),
    "1x5000": ("a.png", lambda: saved(Image.new("L", (1, 5_000), 9)), ""),
    "5000x1": ("a.png", lambda: saved(Image.new("RGBA", (5_000, 1), 9)), ""),
    "16 bits": ("a.png", lambda: saved(Image.fromarray(np.full((9, 9), 40_000, np.uint16))), ""),
    "CMYK": ("a.jpg", lambda: saved(GREY.convert("RGB").convert("CMYK"), "JPEG"), ""),
    "transparent": (
        "a.png",
        lambda: saved(Image.new("RGBA", (9, 9), (9, 9, 9, 0))),
        "transparent parts taken as white",
    ),
    "palette with transparency": ("a.png", with_transparency, "transparent parts taken as white"),
    "one bit": ("a.png", lambda: saved(GREY.convert("1")), ""),
    "animated GIF": (
        "a.gif",
        lambda: saved(FRAMES[0], "GIF", save_all=True, append_images=FRAMES[1:]),
        "first of several frames",
    ),
    "animated PNG": (
        "a.png",
        lambda: saved(FRAMES[0], save_all=True, append_images=FRAMES[1:]),
        "first of several frames",
    ),
    "animated WebP": (
        "a.webp",
        lambda: saved(FRAMES[0], "WEBP", save_all=True, append_images=FRAMES[1:]),
        "first of several frames",
    ),
    "pages": (
        "a.tif",
        lambda: saved(FRAMES[0], "TIFF", save_all=True, append_images=FRAMES[1:]),
        "first of several frames",
    ),
    "50,000 frames": ("a.gif", lambda: many_frames(50_000), "first of several frames"),
    "turned by EXIF": ("a.jpg", turned, ""),
    "a JPEG called PNG": ("a.png", lambda: saved(GREY, "JPEG"), ""),
    "capital letters": ("A.PNG", lambda: saved(GREY), ""),
    "100 million pixels": ("a.png", lambda: png(10_000, 10_000, BLACK), ""),
    "trailing garbage": ("a.png", lambda: saved(GREY) + b"more" * 1000, ""),
}


def many_frames(count: int) -> bytes:
    one = saved(Image.new("P", (1, 1)), "GIF")
    # Header, screen and colours; then a picture of one pixel as often as wanted.
    start = one.index(b",\0\0\0\0")
    return one[:start] + one[start:-1] * count + b";"


@pytest.mark.parametrize("kind", TAKEN)
def test_an_odd_picture_is_taken_as_documented(predict: Predict, kind: str) -> None:
    name, make, said = TAKEN[kind]
    outcome = predict("digits", name, make())
    assert_survived(outcome)
    assert (outcome.status, outcome.err) == (0, "")
    assert name in outcome.out
    assert said in outcome.out


def npy(shape: str, values: bytes = b"", kind: str = "'<f8'", version: int = 1) -> bytes:
    head = f"{{'descr': {kind}, 'fortran_order': False, 'shape': {shape}}}\n".encode()
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack("<H" if version == 1 else "<I", len(head)) + head + values


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
    "too many rows": ("a.npy", lambda: npy("(99999999999, 2)"), "at most 500,000 rows"),
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
def test_a_hostile_array_is_refused(predict: Predict, tmp_path: Path, kind: str) -> None:
    name, make, said = ARRAYS[kind]
    outcome = predict("xor", name, make())
    assert_refused(outcome, 1, name)
    assert any(part in outcome.err for part in said.split("|")), outcome.err
    assert not (tmp_path / "owned").exists()


def test_what_an_archive_expands_to_is_bounded(predict: Predict) -> None:
    shape, size = "(500000, 8, 8)", 500_000 * 64
    assert_refused(predict("digits", "a.npz", npz(npy("(500000, 64, 13)", kind="'|u1'"))), 1, "expected shape")
    # The largest that is taken: it is read and checked, and found out in its last pixel.
    values = bytes(size * 8 - 8) + struct.pack("<d", 17.0)
    outcome = predict("digits", "a.npz", npz(npy(shape, values)))
    assert_refused(outcome, 1, "a.npz[499999]: element 63: expected a pixel from 0 to 16; received 17")


TABLES: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "holds no rows"),
    "blank lines": (lambda: b"\n\n\n", "holds no rows"),
    "a header alone": (lambda: b"weight\n", "holds no rows"),
    "text in a cell": (lambda: b"weight\n75\nheavy\n", ":3: column 1 ('weight'): expected a number; received 'heavy'"),
    "nothing in a cell": (lambda: b"weight,a\n75,1\n,2\n", ":3: column 1 ('weight'): expected a number; received ''"),
    "a decimal comma": (lambda: b'weight\n"75,5"\n', "write decimals with a point"),
    "NaN": (lambda: b"weight\n75\nnan\n", ":3: column 1 ('weight'): expected a finite number"),
    "infinity": (lambda: b"weight\n1e999\n", ":2: column 1 ('weight'): expected a finite number"),
    "ragged rows": (lambda: b"weight,a\n75,1\n75\n", ":3: expected 2 columns as in the first row; received 1"),
    "a missing column": (
        lambda: b"height,age\n1,2\n",
        ":1: the network takes 1 number a row (weight); received 2 columns (height, age)",
    ),
    "a column twice": (lambda: b"weight,weight\n1,2\n", "more than one column 'weight'"),
    "quoted line ends": (
        lambda: b'weight,note\n75,"a\nb\nc"\nx,"d"\n',
        ":5: column 1 ('weight'): expected a number; received 'x'",
    ),
    "an open quote": (lambda: b'weight\n"75\n' + b"1\n" * 100, "is not CSV"),
    "UTF-16": (lambda: "weight\n75\n".encode("utf-16"), "is not UTF-8 text"),
    "latin-1": (lambda: "weight,größe\n75,1\n".encode("latin-1"), "is not UTF-8 text"),
    "NUL bytes": (lambda: b"weight\n7\x005\n", ":2: column 1 ('weight'): expected a number"),
    "escape codes": (lambda: b"weight\n\x1b[31m\n", ":2: column 1 ('weight'): expected a number"),
    "a row without end": (lambda: b"1," * 10_000_000, "longer than 4,194,304 bytes|field larger"),
    "a number without end": (lambda: b"weight\n" + b"9" * 4_000_000, "expected|CSV"),
    "carriage returns alone": (lambda: b"weight\r75\r90\r", "a carriage return stands alone"),
    "an endless column of numbers": (lambda: b"75\n" * 700_000, "more than 500,000 rows"),
    "endless blank lines": (lambda: b"75\n" + b"\n" * 3_000_000, "more than 2,000,000 lines"),
    "zeros": (lambda: bytes(1_000_000), "is not CSV"),
}


@pytest.mark.parametrize("name", ["a.csv", "-"])
@pytest.mark.parametrize("kind", TABLES)
def test_a_hostile_table_is_refused(predict: Predict, kind: str, name: str) -> None:
    make, said = TABLES[kind]
    outcome = predict("height_weight", name, make())
    assert_refused(outcome, 1, f"{name}:" if name == "a.csv" else "-:")
    assert any(part in outcome.err for part in said.split("|")), outcome.err


@pytest.mark.parametrize(
    "contents",
    [b"\xef\xbb\xbfweight\r\n75\r\n90\r\n", b"a;weight\n1;75\n2;90\n", b'"weight"\n"75"\n\n"90"\n', b"75\n90"],
    ids=["mark and CRLF", "semicolons", "quotes", "no header"],
)
def test_what_only_looks_odd_in_a_table_is_taken(predict: Predict, contents: bytes) -> None:
    outcome = predict("height_weight", "a.csv", contents, "--format", "csv")
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
