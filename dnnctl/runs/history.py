"""The history of a training as a table: a row an epoch, a row a step, or a row an epoch and layer."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dnnctl.errors import RunError
from dnnctl.files import write_text
from dnnctl.runs.reading import read_bytes

MOST_BYTES = 1 << 28

Row = Mapping[str, float | int | str]


def write_table(path: Path, rows: Sequence[Row]) -> None:
    """Write rows as CSV, the columns in the order in which they first appear.

    Args:
        path: The file to create or replace.
        rows: The rows; numbers are written with all their digits, a figure that a row lacks as an empty cell.
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
        RunError: If it holds anything else, or more than 256 MiB.
    """
    try:
        header, *rows = csv.reader(io.StringIO(read_bytes(path, folder, MOST_BYTES).decode("utf-8")))
        values = np.array([[float(cell or "nan") for cell in row] for row in rows]).reshape(len(rows), len(header))
    except FileNotFoundError:
        return {}
    except (ValueError, csv.Error) as error:
        raise RunError(f"{path}: expected a row of names and rows of numbers; {error}. Restore it") from None
    return dict(zip(header, values.T, strict=True))
