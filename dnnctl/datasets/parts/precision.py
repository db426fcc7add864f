"""Where 32 bits hold numbers well enough, and where 64 are kept.

A number of 32 bits is off by up to $2^{-24}$ of itself. Of a column that is an offence only where its numbers are large
beside what they differ by, as time stamps are; and whole numbers are exact up to $2^{24}$ only. Tables are read in 64
bits, and kept so where either is the case; everything else is held in 32, which halves its memory.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.memory import blocks

# The largest number that is taken: statistics and networks of 32 bits have to hold it.
LARGEST = float(np.finfo(np.float32).max)
# Whole numbers up to here are exact in 32 bits, and in 64.
EXACT, EXACT_DOUBLE = 2**24, 2**53
# 32 bits are enough for numbers of at most so many times the range they span: they are then off by at most 4e-6 of it.
FAR = 64


class Precision:
    """Finds out whether 32 bits are enough for columns that are read piece by piece, none of which is kept."""

    def __init__(self) -> None:
        self._ends: dict[int, tuple[NDArray[Any], NDArray[Any]]] = {}
        self._constant = set[int]()

    def takes(self, column: int, values: NDArray[Any], *, exactly: bool = False) -> bool:
        """Look at a piece of a column, (rows,); return False where 32 bits are not enough for this piece alone.

        Args:
            column: A number for the column.
            values: Its cells; NaN for an empty one.
            exactly: Whether every digit counts, as in dates, of which a time of day is a small part.
        """
        low, high = span_of(values)
        before, behind = self._ends.get(column, (low, high))
        self._ends[column] = np.fmin(before, low), np.fmax(behind, high)
        if is_exact(values):
            return True
        if low == high and not exactly:
            # What never varies in a piece may do so from one to the next.
            self._constant.add(column)
            return True
        return not exactly and is_enough(low, high)

    @property
    def is_enough(self) -> bool:
        """Whether 32 bits are enough for the pieces together; True before there is one."""
        return all(is_enough(*self._ends[column]) for column in self._constant)


def is_enough(low: NDArray[Any], high: NDArray[Any]) -> bool:
    """Tell whether 32 bits are enough for columns.

    Args:
        low: The smallest number of each, (columns,) or a scalar; infinite or NaN where a column has none.
        high: The largest likewise.
    """
    low, high = np.atleast_1d(low).astype(np.float64), np.atleast_1d(high).astype(np.float64)
    full = np.isfinite(low) & np.isfinite(high)
    size, span = np.maximum(np.abs(low[full]), np.abs(high[full])), high[full] - low[full]
    # What never varies says nothing, however large it is.
    return bool(((size < EXACT) & (size <= FAR * span) | (span == 0)).all())


def span_of(values: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the smallest and the largest number of each column (rows, columns), or of one (rows,); NaN is left out."""
    if not len(values):
        nothing = np.full(values.shape[1:], np.nan)
        return nothing, nothing
    lows, highs = zip(
        *((np.fmin.reduce(values[here]), np.fmax.reduce(values[here])) for here in blocks(len(values))), strict=True
    )
    return np.fmin.reduce(lows), np.fmax.reduce(highs)


def narrowed(values: NDArray[Any]) -> NDArray[Any]:
    """Return numbers in 32 bits where these are enough, else in 64; without a copy where they are so already.

    Args:
        values: (rows,) or (rows, columns), NaN where a cell is empty.
    """
    if fits(values.dtype):
        return values.astype(np.float32, copy=False)
    return values.astype(np.float32 if is_enough(*span_of(values)) or is_exact(values) else np.float64, copy=False)


def is_exact(values: NDArray[Any]) -> bool:
    """Tell whether 32 bits hold each number to its last digit, as days without a time; NaN does no harm."""
    with np.errstate(over="ignore"):
        return all(
            bool(((part.astype(np.float32) == part) | np.isnan(part)).all())
            for part in (values[here] for here in blocks(len(values)))
        )


def fits(dtype: np.dtype[Any]) -> bool:
    """Tell whether all numbers of a type are exact in 32 bits of floating point."""
    return dtype.itemsize <= (4 if dtype.kind == "f" else 2)


def as_floats(values: NDArray[Any]) -> NDArray[Any]:
    """Return numbers in floating point, with all their digits: 32 bits where any of their type fit, else 64."""
    return values.astype(np.float32 if fits(values.dtype) else np.float64, copy=False)


def is_too_large(values: NDArray[Any]) -> bool:
    """Tell whether a number is infinite, or too large for 32 bits; NaN is none."""
    low, high = span_of(values)
    # Numbers of 16 bits do not reach so far themselves.
    most = np.float64(LARGEST)
    return bool((low < -most).any() or (high > most).any())
