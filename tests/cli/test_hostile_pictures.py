"""Hostile and odd pictures given to `predict`, each through the real command line."""

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hostile import Outcome, assert_refused, assert_survived
from PIL import Image

Predict = Callable[..., Outcome]


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
    "a picture as a table": ("a.csv", lambda: saved(GREY), "is a picture; expected text"),
    "a picture as an archive": ("a.npz", lambda: saved(GREY), "is not a .npz archive"),
    "an unknown ending": ("a.svg", lambda: saved(GREY), "unknown ending '.svg'"),
    "no ending": ("a", lambda: saved(GREY), "unknown ending ''"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_hostile_file_is_refused(ask_run: Predict, tmp_path: Path, kind: str) -> None:
    name, make, said = REFUSED[kind]
    outcome = ask_run("digits", name, make())
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
def test_an_odd_picture_is_taken_as_documented(ask_run: Predict, kind: str) -> None:
    name, make, said = TAKEN[kind]
    outcome = ask_run("digits", name, make())
    assert_survived(outcome)
    assert (outcome.status, outcome.err) == (0, "")
    assert name in outcome.out
    assert said in outcome.out
