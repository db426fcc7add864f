"""Folds: equal parts of the training rows, of which each is held out once."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.config.schema import Fold
from dnnctl.errors import DataError
from dnnctl.random_streams import generator


def hold_out(
    rows: NDArray[np.int64], labels: NDArray[Any] | None, fold: Fold, split_seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Take a fold out; of each class there is, to one row, the same number in every fold.

    The rows of each class are brought into an order drawn for it, one class after the other, and dealt out.

    Args:
        rows: Row numbers to divide, (n,).
        labels: Labels of all rows, indexed by row number; None for regression.
        fold: Which one, of how many.
        split_seed: Decides which row is in which fold.

    Returns:
        The rows that stay and the rows of the fold, each in ascending order.

    Raises:
        DataError: If there are fewer rows than folds.

    Source: Kohavi, A Study of Cross-Validation and Bootstrap for Accuracy Estimation and Model Selection, 1995.
    """
    if fold.of > len(rows):
        raise DataError(
            f"folds: expected at most as many as there are training rows, {len(rows):,}; received {fold.of:,}"
        )
    groups = [rows] if labels is None else [rows[labels[rows] == label] for label in np.unique(labels[rows])]
    dealt = np.concatenate([generator("fold", split_seed, i).permutation(group) for i, group in enumerate(groups)])
    out = np.sort(dealt[fold.index - 1 :: fold.of])
    return np.setdiff1d(rows, out, assume_unique=True), out
