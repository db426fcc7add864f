"""The history of a training as a table: a row an epoch, a row a step, or a row an epoch and layer."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from dnnctl.files import write_text

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
