"""Cells that are empty and must not be, or infinite: told with the group that they are in."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.parts.faults import quoted
from dnnctl.datasets.parts.precision import LARGEST, is_too_large
from dnnctl.errors import DataError


def check_cells(cells: NDArray[Any], names: Sequence[str], missing: str, name: str, place: str) -> None:
    """Refuse cells that are infinite, and empty ones where these are an error.

    Args:
        cells: Numbers (columns, rows); NaN where a cell is empty.
        names: Names of the columns.
        missing: What becomes of rows with empty cells: `error`, `drop` or `impute`.
        name: What to call the table.
        place: What to call the group of rows.

    Raises:
        DataError: If there is such a cell.
    """
    # A sum is finite unless a number is not, or they are huge; only then is it worth looking at each.
    if np.isfinite(cells.sum(dtype=np.float64)) and not (cells.dtype == np.float64 and is_too_large(cells.T)):
        return
    with np.errstate(invalid="ignore"):
        infinite = (np.abs(cells) > LARGEST).any(axis=1)
    if infinite.any():
        raise DataError(
            f"{place}: column {names[int(np.argmax(infinite))]!r}: expected finite numbers that fit into 32 bits; "
            "received infinity"
        )
    if missing == "error":
        empty = np.isnan(cells).sum(axis=1).tolist()
        raise empty_cells(name, {one: count for one, count in zip(names, empty, strict=True) if count}, place)


def told_cells(counts: Mapping[str, int]) -> str:
    """Return how many cells of which columns are empty, for people."""
    more = f" and {len(counts) - 12} more columns" if len(counts) > 12 else ""
    return ", ".join(f"{name!r} {count:,}" for name, count in [*counts.items()][:12]) + more


def empty_cells(name: str, counts: Mapping[str, int], first: str = "") -> DataError:
    """Return the error of cells that are empty and must not be.

    Args:
        name: What to call the table.
        counts: How many, by column.
        first: The first group with one, where that is known.
    """
    exclude, where = quoted(counts, 3), f"; the first in {first}" if first else ""
    return DataError(
        f"{name}: cells are empty: {told_cells(counts)}{where}. Fill them, leave columns out (exclude: "
        f"{exclude}), or write `missing: drop` or `missing: impute`"
    )
