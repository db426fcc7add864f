"""The history of a training as a table: a row an epoch, a row a step, or a row an epoch and layer."""

import csv
import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from dnnctl.errors import RunError
from dnnctl.files import write_text

Row = Mapping[str, float | int | str]


def write_table(path: Path, rows: Sequence[Row]) -> None:
    """Write rows as CSV, the columns in the order of the first row.

    Args:
        path: The file to create or replace.
        rows: Rows with the same keys; numbers are written with all their digits.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    columns = list(rows[0]) if rows else []
    writer.writerow(columns)
    writer.writerows([repr(v) if isinstance(v, float) else v for v in map(row.__getitem__, columns)] for row in rows)
    write_text(path, text.getvalue())


def read_table(path: Path) -> list[dict[str, float]]:
    """Read a table of numbers that `write_table` wrote.

    Raises:
        RunError: If a cell is not a number or a row is too short.
    """
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    table: list[dict[str, float]] = []
    for number, row in enumerate(rows[1:], start=2):
        try:
            table.append({k: float(v) for k, v in zip(rows[0], row, strict=True)})
        except ValueError:
            raise RunError(f"{path}:{number}: expected {len(rows[0])} numbers; received {row!r:.80}") from None
    return table


def best_row(rows: Sequence[Mapping[str, float]], monitor: str, *, larger: bool) -> int | None:
    """Return the position of the row with the best figure, the first of equals; None if there is none.

    Args:
        rows: The history.
        monitor: Column to look at.
        larger: Whether larger is better.
    """
    figures = [(row[monitor], -i) if larger else (-row[monitor], -i) for i, row in enumerate(rows) if monitor in row]
    finite = [pair for pair in figures if math.isfinite(pair[0])]
    return -max(finite)[1] if finite else None
