"""Keras's `.npz` form: right values in, anything else refused before it is read."""

import io
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest

from dnnctl.datasets.parts.faults import DamagedError
from dnnctl.datasets.published import keras_npz

VALUES = np.arange(30, dtype=np.uint8).reshape(5, 3, 2)


def saved(tmp_path: Path, **arrays: np.ndarray) -> Path:
    np.savez(tmp_path / "set.npz", **arrays)
    return tmp_path / "set.npz"


@pytest.mark.parametrize("dtype", ["uint8", "int32", ">i8"])
@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_reads_whole_numbers_of_any_width_as_bytes(tmp_path: Path, dtype: str, save) -> None:
    save(tmp_path / "set.npz", x_train=VALUES.astype(dtype))
    values = keras_npz.read(tmp_path / "set.npz", "x_train", VALUES.shape)

    assert values.dtype == np.uint8
    assert np.array_equal(values, VALUES)


@pytest.mark.parametrize(
    ("array", "problem"),
    [
        (VALUES[:4], r"received uint8 of shape \(4, 3, 2\)"),
        (VALUES.astype("float32"), "received float32"),
        (VALUES.astype("int16") - 1, "expected values 0 to 255, received -1 to 28"),
        (np.asfortranarray(VALUES), "in Fortran order"),
        (VALUES.astype(object), "received object"),
    ],
    ids=["shape", "float", "negative", "fortran", "pickle"],
)
def test_refuses_other_arrays(tmp_path: Path, array: np.ndarray, problem: str) -> None:
    with pytest.raises(DamagedError, match=problem):
        keras_npz.read(saved(tmp_path, x_train=array), "x_train", VALUES.shape)


def test_refuses_a_missing_array_and_another_file(tmp_path: Path) -> None:
    with pytest.raises(DamagedError, match="none of that name"):
        keras_npz.read(saved(tmp_path, other=VALUES), "x_train", VALUES.shape)
    (tmp_path / "no.npz").write_bytes(b"no zip file")
    with pytest.raises(DamagedError, match=r"expected an .npz file"):
        keras_npz.read(tmp_path / "no.npz", "x_train", VALUES.shape)


def test_refuses_damaged_contents_and_a_missing_header(tmp_path: Path) -> None:
    file = saved(tmp_path, x_train=VALUES)
    contents = file.read_bytes().replace(VALUES.tobytes(), VALUES[::-1].tobytes())
    file.write_bytes(contents)
    with pytest.raises(DamagedError, match="CRC"):
        keras_npz.read(file, "x_train", VALUES.shape)
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("x_train.npy", b"nothing of the kind")
    with pytest.raises(DamagedError, match=r"not a \.npy array"):
        keras_npz.read(file, "x_train", VALUES.shape)


def test_a_header_that_promises_too_much_costs_no_memory(tmp_path: Path) -> None:
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|u1", "fortran_order": False, "shape": (1 << 40,)})
    with zipfile.ZipFile(tmp_path / "set.npz", "w") as archive:
        archive.writestr("x_train.npy", header.getvalue())
    tracemalloc.start()
    with pytest.raises(DamagedError, match="received uint8 of shape"):
        keras_npz.read(tmp_path / "set.npz", "x_train", VALUES.shape)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 1_000_000
