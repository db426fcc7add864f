"""Rows of raw tables for a network that was trained on a table."""

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from typing import IO

from dnnctl.data.encoding import Encoding
from dnnctl.datasets.parts.faults import quoted
from dnnctl.datasets.tables.column_types import known_cells
from dnnctl.datasets.tables.dialect import Dialect, Layout, find_dialect
from dnnctl.datasets.tables.fixed_width import evened
from dnnctl.datasets.tables.missing_values import TRAINED, lines_of, settle
from dnnctl.datasets.tables.text import FALLBACK, Text, text_of
from dnnctl.errors import DataError, UsageError
from dnnctl.inference.inputs.base import Inputs
from dnnctl.inference.inputs.parts.lines import MAX_TEXT


def read_table(stream: IO[bytes], name: str, encoding: Encoding, letters: str = "auto") -> Inputs:
    """Read the rows of a table, found by the names of its columns in whatever order.

    Args:
        stream: Binary stream of text; it need not be seekable.
        name: What to call it.
        encoding: How the columns become numbers.
        letters: What text is encoded in that is neither UTF-8 nor UTF-16, where that is known.

    Returns:
        One row a record, named by file and line, as `people.csv:2`.

    Raises:
        DataError: If a column is missing, a cell does not fit its column, or one is empty where the run was
            trained to refuse that.
    """
    contents = _contents(stream, name)
    text = text_of(contents, name)
    if text.encoding == FALLBACK and letters != "auto":
        text = text_of(contents, name, letters)
    text = evened(text, "auto")
    layout = _layout(encoding)
    dialect = find_dialect(text, layout)
    if not dialect.header and len(dialect.names) == len(encoding.columns):
        # Without names, the columns must be the network's, in its order.
        dialect = replace(dialect, names=layout.names)
    table = encoding.table
    cells = known_cells(text, dialect, table.columns, layout.gaps)
    kept = settle(text, dialect, cells, len(table.columns), table.missing, TRAINED)
    lines = lines_of(text, dialect, range(len(cells.values)))
    names = tuple(f"{name}:{lines[row]}" for row in kept.rows.tolist())
    used = {column.name.casefold() for column in (*table.columns, *table.targets)}
    others = [other for other in dialect.names if other.casefold() not in used]
    ignored = (f"{name}: columns ignored: {quoted(others)}",) if others else ()
    return Inputs(encoding.apply(kept.cells), names, (*ignored, *kept.notes, *encoding.unknown(name, kept.cells)))


def _contents(stream: IO[bytes], name: str) -> bytes:
    # In pieces, as `read(n)` takes n bytes of memory before it reads the first.
    contents = bytearray()
    while piece := stream.read(1 << 20):
        contents += piece
        if len(contents) > MAX_TEXT:
            raise DataError(f"{name}: is longer than {MAX_TEXT:,} bytes: split it")
    return bytes(contents)


def values_of_table(values: Sequence[str], encoding: Encoding) -> Inputs:
    """Read rows that are written out, a cell for each column, in the order of the training table.

    Args:
        values: One text a row, as `Male,70.5`.
        encoding: How the columns become numbers.

    Raises:
        UsageError: If a row has another number of cells, or a cell does not fit.
    """
    names = [column.name for column in encoding.columns]
    out = io.StringIO()
    writer = csv.writer(out)
    for value in values:
        cells = next(csv.reader([value]), [])
        if len(cells) != len(names):
            raise UsageError(
                f"--value {value!r}: {len(cells)} cell{'s' * (len(cells) != 1)} where the network takes "
                f"{len(names)} ({quoted(names)}); separate the cells of one row by commas"
            )
        writer.writerow(cells)
    text = Text("--value", out.getvalue().encode(), "utf-8")
    layout = _layout(encoding)
    dialect = Dialect(",", False, ".", tuple(names), ())
    try:
        cells_read = known_cells(text, dialect, encoding.table.columns, layout.gaps)
        kept = settle(text, dialect, cells_read, len(names), encoding.missing, TRAINED)
    except DataError as fault:
        raise UsageError(str(fault)) from None
    chosen = tuple(values[row] for row in kept.rows)
    return Inputs(encoding.apply(kept.cells), chosen, (*kept.notes, *encoding.unknown("--value", kept.cells)))


def _layout(encoding: Encoding) -> Layout:
    names = tuple(column.name for column in encoding.columns)
    return Layout(names=names, missing=encoding.missing_values, usual=encoding.usual_missing)
