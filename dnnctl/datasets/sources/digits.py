"""Handwritten digits of 8x8 pixels, out of scikit-learn's own data file: real images without a download.

The file is read without importing scikit-learn, which takes a second.
"""

import gzip
import importlib.util
import io
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.base import Dataset, DatasetInfo, DatasetOptions, Places
from dnnctl.datasets.parts.faults import DamagedError, verify
from dnnctl.datasets.samples import Samples
from dnnctl.errors import DataError

PACKAGE = "scikit-learn"
DIGESTS = {
    "images": "8f26b2bd9d135c256808f68f14fdabddde6d9c7f869ae419704b051f0f14b3b3",
    "labels": "8ba4f891220f5e4c9c819638d1602d74b83618f167043c6da52a2a247841ddf0",
}

ROWS, SIDE = 1797, 8
# 65 numbers of at most two digits and their separators a row.
LARGEST = ROWS * (SIDE * SIDE + 1) * 3


class Options(DatasetOptions):
    """1,797 digits of 8x8 pixels; it has no options. Who is in the test set is `data.test_split`'s."""


def describe(options: Options) -> DatasetInfo:  # noqa: ARG001
    """Return what is known about the digits."""
    return DatasetInfo(
        title="Digits: 8x8 pictures of handwritten digits",
        task="multiclass",
        input_shape=(8, 8),
        class_names=tuple("0123456789"),
        target="digit",
        input_range=(0.0, 16.0),
        drawing=True,
        rows=(1797, 0),
        licence="CC BY 4.0",
        source="Alpaydin and Kaynak, Optical Recognition of Handwritten Digits, UCI, 1998 (its test part, "
        "as scikit-learn carries it)",
    )


def find(options: Options, places: Places) -> str | None:  # noqa: ARG001
    """Return `scikit-learn`, whose data file it is, or None if that is not installed."""
    return PACKAGE if _data_file() else None


def load(options: Options, places: Places) -> Dataset:  # noqa: ARG001
    """Read the digits: x uint8 (1797, 8, 8) in 0..16, y int64 (1797,); no test rows are set apart.

    Raises:
        DataError: If scikit-learn is not installed or its data file is damaged.
    """
    file = _data_file()
    if file is None:
        raise DataError(
            "digits: scikit-learn's data file sklearn/datasets/data/digits.csv.gz is not here; "
            "expected scikit-learn to be installed; run 'pip install scikit-learn'"
        )
    try:
        images, labels = read(file)
        digests = {name: verify(array, DIGESTS[name], name) for name, array in (("images", images), ("labels", labels))}
    except DamagedError as fault:
        raise DataError(f"{file}: {fault}; run 'pip install --force-reinstall scikit-learn'") from None
    train = Samples(images, labels.astype("int64"))
    return Dataset("digits", describe(options), train, None, PACKAGE, digests)


def _data_file() -> Path | None:
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
