"""Sparing memory: rows a block at a time, and what is free given back."""

import contextlib
import ctypes
from collections.abc import Iterator

# Rows in a block where nothing else decides.
ROWS = 1 << 15
# Rows of a stream that are looked at together, for baselines, plots and files; fewer if they are large.
SAMPLE, SAMPLE_BYTES = 100_000, 1 << 25


def blocks(rows: int, size: int = ROWS) -> Iterator[slice]:
    """Yield slices that together are all rows, in their order.

    Args:
        rows: Number of rows, 0 or more.
        size: Rows in a slice, at least 1; the last one may go beyond the end.
    """
    for start in range(0, rows, size):
        yield slice(start, start + size)


def give_back() -> None:
    """Return to the system what is free, after something that needed much for a moment.

    The C library of Linux would keep it; others have no such function, and nothing happens.
    """
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
