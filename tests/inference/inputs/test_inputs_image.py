"""Pictures of every mode, size and polarity."""

import gzip
import io
import struct
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from dnnctl.datasets.base import DatasetInfo
from dnnctl.errors import DataError
from dnnctl.inference.inputs import image
from dnnctl.inference.inputs.base import Inputs, InputSpec

INFO = DatasetInfo("t", "multiclass", (28, 28), input_range=(0.0, 255.0))
PLAIN = InputSpec(INFO, 0.5)
DRAWING = InputSpec(replace(INFO, drawing=True), 0.0)
DIGITS = InputSpec(replace(INFO, input_shape=(8, 8), input_range=(0.0, 16.0), drawing=True), 0.0)
CENTRED = InputSpec(replace(INFO, drawing=True, framing="mass"), 0.0)


def read(
    picture: Image.Image, spec: InputSpec = PLAIN, kind: str = "PNG", invert: bool | None = None, **save
) -> Inputs:
    stream = io.BytesIO()
    picture.save(stream, kind, **save)
    stream.seek(0)
    return image.read(stream, "p", spec, invert)


def ramp() -> np.ndarray:
    return np.linspace(0, 255, 784).reshape(28, 28).astype(np.uint8)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "LA", "P", "CMYK", "YCbCr", "I;16", "I", "F", "1"])
def test_modes_agree(mode: str) -> None:
    grey = Image.fromarray(ramp())
    kind = "TIFF"
    if mode in {"I;16", "I"}:
        picture = Image.fromarray((ramp().astype(np.uint16) * 257).astype(np.uint16 if mode == "I;16" else np.int32))
    elif mode == "F":
        picture = Image.fromarray(ramp().astype(np.float32) / 255)
    elif mode in {"CMYK", "YCbCr"}:
        picture = grey.convert("RGB").convert(mode)
    elif mode == "1":
        picture = grey.point(lambda v: 255 * (v > 127)).convert("1")
    else:
        picture = grey.convert(mode)
    if mode in {"P", "LA"}:
        kind = "PNG"
    expected = np.where(ramp() > 127, 255, 0) if mode == "1" else ramp()
    inputs = read(picture, kind=kind)
    assert inputs.x.dtype == np.uint8
    assert np.abs(inputs.x[0].astype(int) - expected).max() <= (2 if mode in {"CMYK", "YCbCr"} else 0)


def test_sixteen_bit_png() -> None:
    picture = Image.fromarray(ramp().astype(np.uint16) * np.uint16(257))
    assert np.array_equal(read(picture).x[0], ramp())


def test_float_outside_every_scale_is_stretched() -> None:
    inputs = read(Image.fromarray(ramp().astype(np.float32) - 100), kind="TIFF")
    assert np.abs(inputs.x[0].astype(int) - ramp()).max() <= 1
    assert "stretched" in inputs.notes[0]
    broken = ramp().astype(np.float32)
    broken[3, 3] = np.nan
    with pytest.raises(DataError, match="finite"):
        read(Image.fromarray(broken), kind="TIFF")


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "1"])
def test_transparency_is_white(mode: str) -> None:
    if mode == "P":
        picture = Image.new("P", (28, 28), 0)
        picture.putpalette([0, 0, 0] * 256)
        inputs = read(picture, transparency=0)
    elif mode == "1":
        inputs = read(Image.new("1", (28, 28), 0), transparency=0)
    else:
        inputs = read(Image.new(mode, (28, 28), (0,) * len(mode)))
    assert (inputs.x == 255).all()
    assert "transparent" in inputs.notes[0]


def test_exif_rotation() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees clockwise
    inputs = read(Image.fromarray(ramp()), exif=exif)
    assert np.array_equal(inputs.x[0], np.rot90(ramp(), -1))


def test_animation_gives_its_first_frame() -> None:
    frames = [Image.new("L", (28, 28), value) for value in (40, 90, 200)]
    inputs = read(frames[0], kind="GIF", save_all=True, append_images=frames[1:])
    assert (inputs.x == 40).all()
    assert inputs.notes == ("p: first of several frames taken",)


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 1), (3, 7), (1000, 40), (2600, 2600)])
def test_flat_pictures_of_any_size_stay_flat(size: tuple[int, int]) -> None:
    assert (read(Image.new("L", size, 77)).x == 77).all()


def test_shape_is_kept_by_padding_with_the_border_colour() -> None:
    wide = np.full((50, 100), 200, np.uint8)
    wide[10:40, 35:65] = 0  # a black square
    x = read(Image.fromarray(wide)).x[0]
    assert (x[:6] == 200).all()
    assert (x[-6:] == 200).all()
    rows, columns = np.nonzero(x < 100)
    assert abs(np.ptp(rows) - np.ptp(columns)) <= 1


def test_polarity() -> None:
    dark_on_light = Image.fromarray(255 - np.pad(np.full((8, 8), 200, np.uint8), 10))
    found = read(dark_on_light, DRAWING)
    assert found.x[0, 0, 0] == 0
    assert found.x[0, 14, 14] == 200
    assert found.notes == ("p: dark on light, inverted to match the training images; `invert`=False keeps it",)
    assert read(dark_on_light, PLAIN).x[0, 0, 0] == 255
    kept = read(dark_on_light, DRAWING, invert=False)
    assert (kept.x[0, 0, 0], kept.notes) == (255, ())
    assert read(dark_on_light, PLAIN, invert=True).notes == ("p: inverted as asked",)
    light = read(dark_on_light, InputSpec(DRAWING.info, 0.9))
    assert (light.x[0, 0, 0], light.notes) == (255, ())


@pytest.mark.parametrize(("paper", "ink", "inverted"), [(110, 30, True), (140, 60, True), (110, 220, False)])
def test_polarity_on_grey_paper(paper: int, ink: int, inverted: bool) -> None:
    page = np.full((28, 28), paper, np.uint8)
    page[10:18, 13:15] = ink
    assert bool(read(Image.fromarray(page), DRAWING).notes) is inverted


def test_other_scales() -> None:
    x = read(Image.fromarray(np.pad(np.full((4, 4), 255, np.uint8), 2)), DIGITS).x
    assert x.dtype == np.uint8
    assert (x.max(), x.min()) == (16, 0)
    x = read(Image.fromarray(np.pad(np.full((4, 4), 100, np.uint8), 2)), DIGITS).x
    assert x.dtype == np.float32
    assert x.max() == pytest.approx(16 * 100 / 255)


def png_header(width: int, height: int) -> bytes:
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body)) + b"\0\0\0\x09IDAT"


@pytest.mark.parametrize("size", [(10_001, 10_000), (12_000, 12_000), (60_000, 60_000), (2**31 - 1, 2**31 - 1)])
def test_huge_pictures_are_refused_by_their_header(size: tuple[int, int]) -> None:
    with pytest.raises(DataError, match=r"100,000,000"):
        image.read(io.BytesIO(png_header(*size)), "p", PLAIN, None)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 90), st.integers(1, 90), st.integers(0, 2**32 - 1), st.sampled_from([0, 1, 8]))
def test_any_picture_gives_a_row(height: int, width: int, seed: int, levels: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, levels * 31 + 1, (height, width)).astype(np.uint8)
    for spec in (CENTRED, DIGITS, InputSpec(replace(INFO, framing="box"), 0.9)):
        inputs = read(Image.fromarray(pixels), spec)
        assert inputs.x.shape == (1, *spec.info.input_shape)
        assert np.isfinite(inputs.x).all()
        assert inputs.x.max() <= spec.range[1]


def test_a_digit_on_a_page_is_placed_as_in_mnist() -> None:
    page = np.full((300, 400), 230, np.uint8)
    page[200:280, 300:320] = 20  # a one, far from the middle
    page[200:210, 280:320] = 20
    page[20, 20] = 0  # a speck of dust
    inputs = read(Image.fromarray(page), CENTRED)
    x = inputs.x[0].astype(float)
    rows, _ = np.nonzero(x > 60)
    assert np.ptp(rows) + 1 == 20
    centre = [(x.sum(axis=1 - axis) * np.arange(28)).sum() / x.sum() for axis in (0, 1)]
    assert centre == pytest.approx([14, 14], abs=0.6)
    assert x.max() == 255
    assert "placed as in the training images: cropped, 20 x 20, centred by its mass" in inputs.notes[-1]
    same = read(Image.fromarray(255 - page), CENTRED)
    assert np.abs(same.x.astype(int) - inputs.x).max() <= 1


def test_an_empty_or_noisy_page_is_left_alone() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (100, 100)).astype(np.uint8)
    for page in (np.full((100, 100), 240, np.uint8), noise):
        assert not any("cropped" in note for note in read(Image.fromarray(page), CENTRED).notes)


@pytest.fixture(scope="module")
def mnist(data_dir: Path) -> tuple[np.ndarray, ...]:
    folder = data_dir / "mnist"
    if not folder.is_dir():
        pytest.skip("DNNCTL_DATA_DIR names a folder without mnist/ in it")

    def bytes_of(name: str, start: int) -> np.ndarray:
        return np.frombuffer(gzip.decompress((folder / name).read_bytes()), np.uint8)[start:]

    return (
        bytes_of("train-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28)[:10_000],
        bytes_of("train-labels-idx1-ubyte.gz", 8)[:10_000],
        bytes_of("t10k-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28)[:60],
        bytes_of("t10k-labels-idx1-ubyte.gz", 8)[:60],
    )


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_real_digits_on_pages_are_recognised_as_well_as_the_originals(mnist: tuple[np.ndarray, ...], kind: str) -> None:
    x_train, y_train, x_test, y_test = mnist
    train = x_train.reshape(len(x_train), -1).astype(np.float32)

    def accuracy(x: np.ndarray) -> float:
        distance = (train**2).sum(axis=1) - 2 * x.reshape(len(x), -1).astype(np.float32) @ train.T
        return float((y_train[distance.argmin(axis=1)] == y_test).mean())

    def on_page(spec: InputSpec) -> float:
        rng, rows = np.random.default_rng(0), []
        for digit in x_test:
            side = int(rng.integers(90, 200))
            page = np.full((300, 400), 255, np.uint8)
            top, left = rng.integers(0, 301 - side), rng.integers(0, 401 - side)
            large = Image.fromarray(digit).resize((side, side), Image.Resampling.BICUBIC)
            page[top : top + side, left : left + side] = 255 - np.asarray(large)
            rows.append(read(Image.fromarray(page), spec, kind).x[0])
        return accuracy(np.stack(rows))

    original = accuracy(x_test)
    assert original > 0.9
    assert on_page(CENTRED) > original - 0.05
    assert on_page(DRAWING) < 0.3
