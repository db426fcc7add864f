r"""How much one column of a table says about the target.

Between numbers the correlation $r$; between a number and groups the correlation ratio
$\eta = \sqrt{\sum_g n_g (\bar x_g - \bar x)^2 / \sum_i (x_i - \bar x)^2}$; between groups Cramér's
$V = \sqrt{\chi^2 / (n (\min(k, l) - 1))}$ with Bergsma's correction for chance. Each is 0 for no connection
and 1 (or -1) for a strict one.

Source: Pearson, 1896; Fisher, Statistical Methods for Research Workers, 1925; Cramér, Mathematical Methods of
Statistics, 1946; Bergsma, A bias-correction for Cramér's V and Tschuprow's T, 2013.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def association(values: NDArray[Any], y: NDArray[Any], *, groups: bool) -> tuple[str, float]:
    """Return how much a column says about the target.

    Args:
        values: The column (n,): numbers, or codes of categories; NaN where a cell is empty.
        y: int64 (n,) labels, or numbers (n, 1).
        groups: Whether the column holds categories.

    Returns:
        The measure's sign (`r`, `η` or `V`) and its value; 0 where one of them never varies.
    """
    full = ~np.isnan(values)
    values, y = values[full].astype(np.float64), y[full]
    if not len(values):
        return "r", 0.0
    if y.ndim == 1:
        return ("V", _cramer(values, y)) if groups else ("η", _ratio(y, values))
    target = y[:, 0].astype(np.float64)
    return ("η", _ratio(values, target)) if groups else ("r", _correlation(values, target))


def _correlation(x: NDArray[Any], y: NDArray[Any]) -> float:
    product = float(x.std() * y.std())
    return float(((x - x.mean()) * (y - y.mean())).mean() / product) if product else 0.0


def _ratio(groups: NDArray[Any], x: NDArray[Any]) -> float:
    """Return the correlation ratio of numbers x in groups."""
    _, codes, counts = np.unique(groups, return_inverse=True, return_counts=True)
    means = np.bincount(codes, x) / counts
    whole = float(np.square(x - x.mean()).sum())
    between = float((counts * np.square(means - x.mean())).sum())
    return float(np.sqrt(min(1.0, between / whole))) if whole else 0.0


def _cramer(first: NDArray[Any], second: NDArray[Any]) -> float:
    one, codes = np.unique(first, return_inverse=True)
    two, labels = np.unique(second, return_inverse=True)
    if min(len(one), len(two)) < 2:
        return 0.0
    table = np.zeros((len(one), len(two)))
    np.add.at(table, (codes, labels), 1)
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / table.sum()
    count = table.sum()
    squared = float((np.square(table - expected) / expected).sum()) / count
    # Many groups of few rows go with anything; what chance alone would give is taken off.
    sizes = np.array(table.shape)
    least = sizes - np.square(sizes - 1) / max(1, count - 1)
    corrected = max(0.0, squared - float(np.prod(sizes - 1)) / max(1, count - 1))
    return float(np.sqrt(corrected / (least.min() - 1))) if least.min() > 1 else 0.0
