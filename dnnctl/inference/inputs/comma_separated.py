"""CSV files and standard input: rows of pixels, or of numbers under the names of the features."""

from array import array
from operator import itemgetter
from typing import IO

import numpy as np

from dnnctl.datasets.parts.faults import clipped
from dnnctl.datasets.tables.dialect import is_number
from dnnctl.errors import DataError
from dnnctl.inference.inputs.base import MAX_BYTES, MAX_ROWS, Inputs, InputSpec, Options
from dnnctl.inference.inputs.parts.arrays import from_rows
from dnnctl.inference.inputs.parts.columns import Columns, columns_of
from dnnctl.inference.inputs.parts.lines import text_rows
from dnnctl.inference.inputs.parts.tables import read_table

ENDINGS = (".csv", ".tsv")


def read(stream: IO[bytes], name: str, spec: InputSpec, options: Options) -> Inputs:
    """Read the rows of a CSV file, separated by comma, semicolon or tab, with or without a header.

    Args:
        stream: Binary stream of UTF-8 text; it need not be seekable.
        name: What to call it.
        spec: What the network takes.
        options: Whether to exchange dark and light.

    Returns:
        One row a record, named by file and line, as `people.csv:2`.

    Raises:
        DataError: If it is empty or damaged, columns are missing, rows are of different lengths, or a
            cell is no number; the message names the line and the column.
    """
    if spec.table is not None:
        return read_table(stream, name, spec.table, spec.encoding)
    rows = text_rows(stream, name, spec.cells)
    columns: Columns | None = None
    cells, lines = array("d"), array("q")
    for line, row in rows:
        where = f"{name}:{line}"
        if columns is None:
            columns = columns_of(row, spec, where)
            pick = itemgetter(*columns.taken) if len(columns.taken) > 1 else None
            if columns.header:
                continue
        if len(row) != columns.width:
            raise DataError(f"{where}: expected {columns.width} columns as in the first row; received {len(row)}")
        taken: tuple[str, ...] = pick(row) if pick else (row[columns.taken[0]],)
        _append(cells, taken, columns, where)
        lines.append(line)
        if len(cells) * cells.itemsize > MAX_BYTES or len(lines) > MAX_ROWS:
            raise DataError(f"{where}: more than {MAX_ROWS:,} rows, or {MAX_BYTES:,} bytes of numbers: split it")
    if columns is None or not lines:
        raise DataError(f"{name}: holds no rows; expected {spec.described}")
    table = np.frombuffer(cells, dtype=np.float64).reshape(len(lines), spec.cells)
    names = tuple(f"{name}:{line}" for line in lines)
    inputs = from_rows(table, name, names, spec, options, columns.called)
    notes = (f"{name}: {columns.note}", *inputs.notes) if columns.note else inputs.notes
    return Inputs(inputs.x, inputs.names, notes)


def _append(cells: "array[float]", row: tuple[str, ...], columns: Columns, where: str) -> None:
    try:
        # Python reads 1_000 as a number; nobody who writes a CSV file means that.
        if "_" not in "".join(row):
            cells.extend(map(float, row))
            return
    except ValueError:
        pass
    cell, text = next((cell, text) for cell, text in enumerate(row) if not is_number(text))
    hint = "; write decimals with a point" if is_number(text, ",") else ""
    raise DataError(f"{where}: {columns.called(cell)}: expected a number; received {clipped(text)}{hint}")
