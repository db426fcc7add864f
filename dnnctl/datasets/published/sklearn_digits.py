"""Reading the digits out of scikit-learn's data file without importing it (which takes a second)."""

import gzip
import importlib.util
import io
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.parts.damage import DamagedError

ROWS, SIDE = 1797, 8
# 65 numbers of at most two digits and their separators a row.
LARGEST = ROWS * (SIDE * SIDE + 1) * 3


def data_file() -> Path | None:
    """Return scikit-learn's file of digits, or None if there is none."""
    spec = importlib.util.find_spec("sklearn")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        file = Path(folder) / "datasets" / "data" / "digits.csv.gz"
        if file.is_file():
            return file
    return None


def read(file: Path) -> tuple[NDArray[Any], NDArray[Any]]:
    """Read images and labels.

    Args:
        file: A gzip file of CSV rows: 64 pixels 0..16 and the label.

    Returns:
        Images uint8 (1797, 8, 8) and labels uint8 (1797,).

    Raises:
        DamagedError: If it is no such file.
    """
    try:
        with gzip.open(file) as stream:
            text = stream.read(LARGEST + 1)
        if len(text) > LARGEST:
            raise DamagedError(f"expected at most {LARGEST:,} bytes of text, received more")
        table = np.loadtxt(io.BytesIO(text), delimiter=",", dtype=np.uint8, comments=None, ndmin=2)
    except (OSError, EOFError, zlib.error, ValueError) as fault:
        raise DamagedError(f"expected gzipped rows of numbers; {fault}") from None
    if table.shape != (ROWS, SIDE * SIDE + 1):
        raise DamagedError(f"expected {ROWS} rows of {SIDE * SIDE + 1} numbers, received {table.shape}")
    images = np.ascontiguousarray(table[:, :-1]).reshape(ROWS, SIDE, SIDE)
    return images, np.ascontiguousarray(table[:, -1])
