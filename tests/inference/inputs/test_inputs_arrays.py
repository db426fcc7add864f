"""`.npy` and `.npz`: every shape that is taken, and everything that is not."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from dnnctl.datasets.base import DatasetInfo
from dnnctl.errors import DataError
from dnnctl.inference.inputs import npy, npz
from dnnctl.inference.inputs.base import Inputs, InputSpec

INFO = DatasetInfo("t", "multiclass", (4, 3), input_range=(0.0, 255.0), drawing=True)
PICTURES = InputSpec(INFO, 0.0)
NUMBERS = InputSpec(DatasetInfo("t", "regression", (2,), feature_names=("a", "b")))
ONE = InputSpec(DatasetInfo("t", "regression", (1,), feature_names=("weight",)))
X = np.array([[[0, 1, 2], [3, 250, 5], [6, 7, 8], [9, 10, 11]], [[0] * 3] * 4], np.uint8)


def read(array: np.ndarray, spec: InputSpec = PICTURES, invert: bool | None = False) -> Inputs:
    stream = io.BytesIO()
    np.save(stream, array)
    return npy.read(stream, "b.npy", spec, invert)


@pytest.mark.parametrize("shape", [(2, 4, 3), (2, 12), (2, 4, 3, 1)])
@pytest.mark.parametrize("dtype", ["u1", "<i2", ">i8", "<f4", ">f8", "<f2"])
def test_several_pictures(shape: tuple[int, ...], dtype: str) -> None:
    inputs = read(X.reshape(shape).astype(dtype))
    assert inputs.x.dtype == np.uint8
    assert np.array_equal(inputs.x, X)
    assert inputs.names == ("b.npy[0]", "b.npy[1]")
    assert inputs.notes == ()


@pytest.mark.parametrize("shape", [(4, 3), (12,), (4, 3, 1)])
def test_one_picture(shape: tuple[int, ...]) -> None:
    inputs = read(X[0].reshape(shape))
    assert np.array_equal(inputs.x, X[:1])
    assert inputs.names == ("b.npy",)


def test_column_order_is_kept() -> None:
    assert np.array_equal(read(np.asfortranarray(X)).x, X)


@pytest.mark.parametrize(
    ("array", "spec", "expected"),
    [
        (np.array([1.5, 2]), NUMBERS, [[1.5, 2]]),
        (np.array([[1, 2], [3, 4]]), NUMBERS, [[1, 2], [3, 4]]),
        (np.array([70.0, 80, 90]), ONE, [[70], [80], [90]]),
        (np.array([[70.0], [80]]), ONE, [[70], [80]]),
        (np.array(70.0), ONE, [[70]]),
    ],
)
def test_numbers(array: np.ndarray, spec: InputSpec, expected: list[list[float]]) -> None:
    inputs = read(array, spec, None)
    assert inputs.x.dtype == np.float64
    assert inputs.x.tolist() == expected
    assert len(inputs.names) == len(expected)


@pytest.mark.parametrize("array", [X.astype(np.float32) / 255, X.astype(np.float64) / 255])
def test_fractions_are_scaled_and_said(array: np.ndarray) -> None:
    inputs = read(array)
    assert np.array_equal(inputs.x, X)
    assert inputs.x.dtype == np.uint8
    assert inputs.notes == ("b.npy: values from 0 to 1 taken as fractions of 255",)


def test_whole_numbers_are_no_fractions() -> None:
    assert read(np.minimum(X, 1)).x.max() == 1
    assert read(X > 100).x.max() == 255
    assert read(X * 0.5).x.dtype == np.float32


def test_polarity_is_noted_not_changed() -> None:
    inputs = read(255 - X, invert=None)
    assert np.array_equal(inputs.x, 255 - X)
    assert "`invert`=True" in inputs.notes[0]
    assert np.array_equal(read(255 - X, invert=True).x, X)
    assert read(X, invert=None).notes == ()


@pytest.mark.parametrize(
    ("array", "spec", "message"),
    [
        (np.zeros((5, 5)), PICTURES, r"expected shape \(4, 3\) or \(n, 4, 3\).*received \(5, 5\)"),
        (np.zeros((0, 4, 3)), PICTURES, "no rows"),
        (np.zeros(()), PICTURES, "expected shape"),
        (np.zeros((2, 3)), NUMBERS, r"\(2,\) or \(n, 2\).*received \(2, 3\)"),
        (
            np.full((2, 4, 3), 256),
            PICTURES,
            r"b.npy\[0\]: element 0: expected a pixel from 0 to 255; received 256",
        ),
        (np.where(X == 11, -1, X.astype(int)), PICTURES, r"b.npy\[0\]: element 11: .* received -1"),
        (np.where(X == 11, np.nan, X), PICTURES, "finite number; received nan"),
        (np.array([1, np.inf]), NUMBERS, "b.npy: element 1: .*inf"),
        (np.array([1, 1e300]), NUMBERS, "32 bits"),
        (np.array([1, 2j]), NUMBERS, "complex128"),
        (np.array(["1", "2"]), NUMBERS, "type <U1"),
        (np.array([1, "a"], object), NUMBERS, "Python objects"),
        (np.zeros(2, [("a", "f4")]), NUMBERS, "expected an array of numbers"),
    ],
)
def test_what_does_not_fit(array: np.ndarray, spec: InputSpec, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(array, spec)


def header(text: str, rest: bytes = b"") -> io.BytesIO:
    return io.BytesIO(b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode() + rest)


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ("(4000000, 4, 3)", "cut short"),
        ("(4000001, 4, 3)", "at most 4,000,000 rows"),
        ("(1000000000, 4, 3)", "expected at most"),
        ("(99999999999999999999999999, 4, 3)", "expected at most"),
        ("(-1, 4, 3)", "shape"),
        ("(2, 4.0, 3)", "not a .npy"),
        ("(" * 3000, "not a .npy"),
        ("__import__('os')", "not a .npy"),
    ],
)
def test_headers_that_claim_too_much(shape: str, message: str) -> None:
    text = "{'descr': '<f8', 'fortran_order': False, 'shape': " + shape + "}\n"
    with pytest.raises(DataError, match=message):
        npy.read(header(text, bytes(96)), "b.npy", PICTURES, None)


def archive(**arrays: np.ndarray) -> io.BytesIO:
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)
    stream.seek(0)
    return stream


@pytest.mark.parametrize("key", ["x", "images", "x_test", "whatever"])
def test_archive_with_one_array(key: str) -> None:
    assert np.array_equal(npz.read(archive(**{key: X}), "b.npz", PICTURES, None).x, X)


def test_which_array_is_taken() -> None:
    chosen = npz.read(archive(y=np.zeros(2), x_test=X, x_train=X[:1]), "b.npz", PICTURES, None)
    assert chosen.names == ("b.npz[0]", "b.npz[1]")
    with pytest.raises(DataError, match="received 'a', 'b'"):
        npz.read(archive(a=X, b=X), "b.npz", PICTURES, None)
    with pytest.raises(DataError, match="empty archive"):
        npz.read(archive(), "b.npz", PICTURES, None)


def test_archive_of_objects_and_of_text() -> None:
    with pytest.raises(DataError, match="Python objects"):
        npz.read(archive(x=np.array([None])), "b.npz", PICTURES, None)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as written:
        written.writestr("readme.txt", "hello")
    with pytest.raises(DataError, match=r"b.npz:readme.txt: is not a .npy"):
        npz.read(stream, "b.npz", PICTURES, None)


def test_file_and_stream_agree(tmp_path: Path) -> None:
    np.save(tmp_path / "b.npy", X)
    with (tmp_path / "b.npy").open("rb") as stream:
        assert np.array_equal(npy.read(stream, "b.npy", PICTURES, None).x, X)
