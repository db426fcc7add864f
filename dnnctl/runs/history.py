"""The history of a training as a table: a row an epoch, a row a step, or a row an epoch and layer."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dnnctl.errors import RunError
from dnnctl.files import write_text
from dnnctl.runs.reading import read_bytes

MOST_BYTES = 1 << 26

Row = Mapping[str, float | int | str]


def write_table(path: Path, rows: Sequence[Row]) -> None:
    """Write rows as CSV, the columns in the order in which they first appear.

    Args:
        path: The file to create or replace.
        rows: The rows; numbers are written with all their digits, a value that a row lacks as an empty cell.
            No rows make no file.
    """
    if not rows:
        return
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    columns = list(dict.fromkeys(name for row in rows for name in row))
    writer.writerow(columns)
    for row in rows:
        values = (row.get(name, "") for name in columns)
        writer.writerow([repr(value) if isinstance(value, float) else value for value in values])
    write_text(path, text.getvalue())


def read_table(path: Path, folder: Path) -> dict[str, NDArray[np.float64]]:
    """Read what `write_table` wrote, where all cells are numbers.

    Args:
        path: The file.
        folder: The run's folder.

    Returns:
        The values of each column, (rows,), by its name; NaN for empty cells. Nothing if there is no such file.

    Raises:
        RunError: If it holds anything else, or more than 64 MiB.
    """
    try:
        rows = csv.reader(io.StringIO(read_bytes(path, folder, MOST_BYTES).decode("utf-8")))
        header = next(rows, [])
        # One cell after the other: as lists of numbers they would take many times the memory of the file.
        values = np.fromiter((float(cell or "nan") for cell in _cells(rows, len(header))), np.float64)
    except FileNotFoundError:
        return {}
    except (ValueError, csv.Error) as error:
        raise RunError(f"{path}: expected a row of names and rows of numbers; {error}. Restore it") from None
    return dict(zip(header, values.reshape(-1, len(header)).T, strict=True))


def _cells(rows: Iterable[list[str]], columns: int) -> Iterator[str]:
    """Yield cell after cell; raise `ValueError` at a row that has another number of them, or if there are no names."""
    if not columns:
        raise ValueError("received no names")
    for row in rows:
        if len(row) != columns:
            raise ValueError(f"received {len(row):,} cells in a row under {columns:,} names")
        yield from row
