"""Count, mean, spread, smallest and largest value of columns, which can be merged."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Values of a column turned into float64 at a time, so that they stay in the cache.
TURNED = 1 << 14


@dataclass(frozen=True)
class Moments:
    """What is known of the numbers in some columns.

    Args:
        rows: How many rows there are.
        count: Cells of each column that are not empty, (columns,).
        mean: Their mean, float64 (columns,).
        squares: The sum of their squared differences from it, float64 (columns,).
        low: The smallest, (columns,); infinite where there is none.
        high: The largest, likewise.
    """

    rows: int
    count: NDArray[np.int64]
    mean: NDArray[np.float64]
    squares: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    @classmethod
    def of_nothing(cls, columns: int) -> "Moments":
        """Return what is known of no rows."""
        nothing = np.zeros(columns)
        return cls(0, np.zeros(columns, np.int64), nothing, nothing, nothing + np.inf, nothing - np.inf)

    @property
    def empty(self) -> NDArray[np.int64]:
        """Empty cells of each column, (columns,)."""
        return self.rows - self.count

    def std(self) -> NDArray[np.float64]:
        """Return the standard deviation of the cells of each column that are not empty, (columns,)."""
        return np.asarray(np.sqrt(self.squares / np.maximum(self.count, 1)))

    def merged(self, other: "Moments") -> "Moments":
        """Return what is known of the rows of both."""
        count = self.count + other.count
        share = other.count / np.maximum(count, 1)
        off = other.mean - self.mean
        return Moments(
            self.rows + other.rows,
            count,
            np.where(self.count > 0, self.mean + off * share, other.mean),
            self.squares + other.squares + np.square(off) * self.count * share,
            np.minimum(self.low, other.low),
            np.maximum(self.high, other.high),
        )

    def filled(self, fill: NDArray[np.float64]) -> "Moments":
        """Return what is known of the columns once their empty cells have a value.

        Args:
            fill: The value for each column, (columns,).
        """
        empty = self.empty
        some = empty > 0
        fill = np.where(some, fill, 0.0)
        nothing = np.zeros(len(fill))
        low, high = np.where(some, fill, np.inf), np.where(some, fill, -np.inf)
        both = self.merged(Moments(0, empty, fill, nothing, low, high))
        return Moments(self.rows, both.count, both.mean, both.squares, both.low, both.high)


def moments(columns: NDArray[Any]) -> Moments:
    """Return what is known of the numbers in columns, each of which lies together, (columns, rows); NaN is empty."""
    width, rows = columns.shape
    if not rows:
        return Moments.of_nothing(width)
    found = [_of_column(column) for column in columns]
    count, mean, squares, low, high = (np.array(each) for each in zip(*found, strict=True))
    return Moments(rows, count.astype(np.int64), mean, squares, low, high)


def _of_column(column: NDArray[Any]) -> tuple[int, float, float, float, float]:
    low, high = float(column.min()), float(column.max())
    if np.isnan(low):
        column = column[~np.isnan(column)]
        if not len(column):
            return 0, 0.0, 0.0, np.inf, -np.inf
        low, high = float(column.min()), float(column.max())
    if np.isinf(low) or np.isinf(high):
        return len(column), 0.0, 0.0, low, high
    if low == high:
        # A mean that is rounded would be off from all of them.
        return len(column), low, 0.0, low, high
    mean = float(column.mean(dtype=np.float64))
    squares = 0.0
    for start in range(0, len(column), TURNED):
        away = column[start : start + TURNED] - np.float64(mean)
        # Not a product of BLAS, whose threads would wait for each other and add up in another order.
        np.square(away, out=away)
        squares += float(away.sum())
    return len(column), mean, squares, low, high
