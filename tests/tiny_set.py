"""An image set of ten pictures, and its files in every form."""

import gzip
import struct
from pathlib import Path

import numpy as np

from dnnctl.datasets.base import DatasetInfo
from dnnctl.datasets.published.image_set import MEMBERS, STEMS, ImageSet
from dnnctl.files import sha256_of_array

INFO = DatasetInfo("Tiny", "multiclass", (3, 2), ("a", "b"), rows=(6, 4), folder="tiny-set", input_range=(0, 255))

ARRAYS = {
    "train-images": np.arange(36, dtype=np.uint8).reshape(6, 3, 2),
    "train-labels": np.array([0, 1, 0, 1, 0, 1], np.uint8),
    "test-images": np.arange(100, 124, dtype=np.uint8).reshape(4, 3, 2),
    "test-labels": np.array([1, 1, 0, 0], np.uint8),
}

TINY = ImageSet("tiny_set", INFO, {part: sha256_of_array(array) for part, array in ARRAYS.items()}, keras="tiny.npz")


def packed(array: np.ndarray) -> bytes:
    return bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


FILES = {f"{STEMS[part]}.gz": gzip.compress(packed(array)) for part, array in ARRAYS.items()}


def plant_npz(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    np.savez(file, **{MEMBERS[part]: array for part, array in ARRAYS.items()})


def plant_idx(folder: Path, form: str = "gzip") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for part, array in ARRAYS.items():
        stem = STEMS[part].replace("-idx", ".idx") if "dotted" in form else STEMS[part]
        contents = packed(array)
        if "gzip" in form:
            stem, contents = f"{stem}.gz", gzip.compress(contents)
        (folder / stem).write_bytes(contents)


def assert_true(dataset) -> None:
    assert np.array_equal(dataset.train.x, ARRAYS["train-images"])
    assert np.array_equal(dataset.train.y, ARRAYS["train-labels"])
    assert np.array_equal(dataset.test.x, ARRAYS["test-images"])
    assert np.array_equal(dataset.test.y, ARRAYS["test-labels"])
    assert dataset.train.y.dtype == np.int64
    assert dataset.digests == TINY.digests
