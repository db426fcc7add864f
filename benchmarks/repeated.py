"""Writing MNIST's rows repeated, a piece at a time, so that they are never in memory twice."""

import hashlib
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import dnnctl.datasets.sources
from dnnctl.datasets.published.image_set import STEMS

DATASETS = Path(__file__).parent / "datasets"


def install() -> None:
    """Let dnnctl find the data sets of this folder in this process."""
    if str(DATASETS) not in dnnctl.datasets.sources.__path__:
        dnnctl.datasets.sources.__path__.append(str(DATASETS))


def write(arrays: Path, rows: int, folder: Path) -> None:
    """Write IDX files with `rows` training rows, and MNIST's test rows.

    Args:
        arrays: Folder with MNIST's arrays, as `data.py` writes them.
        rows: Training rows.
        folder: Where to write; made here.
    """
    folder.mkdir(parents=True)
    names = {"train-images": "x", "train-labels": "y", "test-images": "x_test", "test-labels": "y_test"}
    digests = {}
    for part, name in names.items():
        values = np.load(arrays / f"{name}.npy").astype(np.uint8)
        count = rows if part.startswith("train") else len(values)
        digests[part] = _write_repeated(folder / STEMS[part], values, count)
    (folder / "digests.json").write_text(json.dumps(digests), encoding="utf-8")


def _write_repeated(file: Path, values: NDArray[Any], count: int) -> str:
    """Write values, repeated to `count` rows, as an IDX file, and return the digest of them."""
    digest, left = hashlib.sha256(), count
    with file.open("wb") as out:
        out.write(bytes([0, 0, 8, values.ndim]) + struct.pack(f">{values.ndim}I", count, *values.shape[1:]))
        while left:
            piece = np.ascontiguousarray(values[:left])
            out.write(piece.data)
            digest.update(piece.data)
            left -= len(piece)
    return digest.hexdigest()
