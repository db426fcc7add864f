"""Finding numbers in the data that are none, before they spoil a training."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.base import Dataset
from dnnctl.errors import DataError

SHOWN = 3


def check_finite(dataset: Dataset) -> None:
    """Raise `DataError` if an input or a target is not a finite number, with its row and column.

    Args:
        dataset: What was read; whole numbers, as those of images and labels, are always finite.
    """
    info = dataset.info
    for rows, samples in (("training", dataset.train), ("test", dataset.test)):
        if samples is None or (rows == "test" and info.shared_rows):
            continue
        for array, columns in ((samples.x, info.feature_names), (samples.y, (info.target,))):
            problem = _problem(array, columns)
            if problem:
                raise DataError(
                    f"data set {dataset.name!r}, {rows} rows: expected finite numbers; received {problem}. "
                    "Correct these cells or take their rows out"
                )


def _problem(array: NDArray[Any], columns: Sequence[str]) -> str:
    """Name the first cells of an array (n, ...) that are no finite numbers, and count them; empty if all are."""
    if array.dtype.kind != "f" or not array.size:
        return ""
    flat = array.reshape(len(array), -1)
    # A sum is finite unless a number is not, or they are huge: only then is it worth looking at each.
    with np.errstate(all="ignore"):
        if np.isfinite(flat.sum(dtype=np.float64)):
            return ""
    where = np.argwhere(~np.isfinite(flat))
    if not len(where):
        return ""
    cells = [
        f"{flat[row, column]} in row {row + 1}, column {columns[column] if column < len(columns) else column + 1!r}"
        for row, column in where[:SHOWN].tolist()
    ]
    more = f", and {len(where) - SHOWN:,} more" if len(where) > SHOWN else ""
    return "; ".join(cells) + more
