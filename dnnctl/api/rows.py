"""Rows that Python holds, as inputs of a network: arrays, frames, dicts, and paths of files.

What has named columns is written out as CSV and read as a file would be, so that both are understood alike.
"""

import csv
import io
import os
import re
import sys
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from dnnctl.errors import DataError, DnnctlError, UsageError
from dnnctl.inference.inputs.base import Inputs, InputSpec, Options
from dnnctl.inference.inputs.parts.arrays import from_array
from dnnctl.inference.inputs.table import read as read_table
from dnnctl.inference.read_inputs import read_all

NAME = "rows"
FRAMES = ("pandas", "polars")
# Where messages name lines of a file.
LINES = re.compile(rf"\b{NAME}:(?P<line>\d+)|\bline(?P<s>s?) (?P<lines>\d+(?:,\d{{3}})*(?:, \d+(?:,\d{{3}})*)*)")
# Names of a column, and the cells of each.
Table = tuple[list[str], list[Sequence[Any]]]


def read_rows(rows: Any, spec: InputSpec, invert: bool | None = None) -> Inputs:
    """Read rows for a network.

    Args:
        rows: An array, a frame, a list of dicts, a dict of columns or of one row, a path, or a list of paths.
        spec: What the network takes.
        invert: Whether to exchange dark and light in images; None to detect it.

    Returns:
        The rows, called `rows[0]`, ...; those of files as `dnnctl predict` calls them.

    Raises:
        DataError: If a row is missing, damaged or does not fit the network.
        UsageError: If a file's ending is unknown, or an option does not apply.
    """
    paths = [rows] if isinstance(rows, str | os.PathLike) else rows
    if isinstance(paths, list | tuple) and paths and all(isinstance(path, str | os.PathLike) for path in paths):
        return read_all([os.fspath(path) for path in paths], spec, invert=invert)
    if invert is not None and not spec.info.is_image:
        raise UsageError(f"`invert` is for images; this network takes {spec.described}")
    table = _named_columns(rows)
    if table is None:
        array = _as_array(rows)
        if spec.table is None:
            return from_array(array, NAME, spec, Options(invert))
        table = _columns_in_order(array, [column.name for column in spec.table.columns], spec)
    return _from_table(table, spec, Options(invert))


def _named_columns(rows: Any) -> Table | None:
    """Return rows whose columns have names; None if they have none."""
    if isinstance(rows, Mapping):
        return _of_dict(rows)
    if isinstance(rows, list | tuple) and rows and all(isinstance(row, Mapping) for row in rows):
        names = list(dict.fromkeys(name for row in rows for name in row))
        return list(map(str, names)), [[row.get(name) for row in rows] for name in names]
    # Whoever holds a frame has imported what it is of.
    libraries = [sys.modules[name] for name in FRAMES if name in sys.modules]
    if not any(isinstance(rows, library.DataFrame) for library in libraries):
        return None
    columns = rows.get_columns() if hasattr(rows, "get_columns") else [rows.iloc[:, i] for i in range(rows.shape[1])]
    return [str(name) for name in rows.columns], [column.to_list() for column in columns]


def _of_dict(rows: Mapping[Any, Any]) -> Table:
    """Return the columns of a dict; one of single values is one row."""
    names, columns = list(map(str, rows)), list(rows.values())
    single = [isinstance(column, str) or not hasattr(column, "__len__") for column in columns]
    if all(single):
        return names, [[value] for value in columns]
    if any(single):
        raise DataError(f"`{NAME}`: expected columns, or single values for one row; received both")
    lengths = {name: len(column) for name, column in zip(names, columns, strict=True)}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{length:,} of {name!r}" for name, length in list(lengths.items())[:6])
        raise DataError(f"`{NAME}`: expected columns of one length; received {told}")
    return names, [list(column) for column in columns]


def _as_array(rows: Any) -> Any:
    """Return rows without names as an array."""
    try:
        array = np.asarray(rows)
    except ValueError:
        raise DataError(f"`{NAME}`: expected rows of one length; received rows of different ones") from None
    return array


def _columns_in_order(array: Any, names: list[str], spec: InputSpec) -> Table:
    """Return the columns of an array (n, columns) or (columns,) for a network that was trained on a table."""
    table = array[np.newaxis] if array.shape == (len(names),) else array
    if table.ndim != 2 or table.shape[1] != len(names):
        raise DataError(
            f"`{NAME}`: the network takes {spec.described}: expected shape (n, {len(names)}); received {array.shape}"
        )
    return names, [column.tolist() for column in table.T]


def _from_table(table: Table, spec: InputSpec, options: Options) -> Inputs:
    """Read named columns as a CSV file of them would be read; where that has lines, rows are counted from 0."""
    names, columns = table
    # Only a network trained on a table knows empty cells; any other shall name the cell that is none.
    empty = "" if spec.table is not None else "nan"
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    starts, line = [], 2 + sum(name.count("\n") for name in names)
    for row in zip(*columns, strict=True):
        cells = [_text(value, empty) for value in row]
        writer.writerow(cells)
        starts.append(line)
        line += 1 + sum(cell.count("\n") for cell in cells)

    def place(line: str) -> int:
        return bisect_right(starts, int(line.replace(",", ""))) - 1

    def said(lines: re.Match[str]) -> str:
        if lines["line"]:
            return f"{NAME}[{place(lines['line'])}]"
        return f"row{lines['s']} {', '.join(f'{place(line):,}' for line in lines['lines'].split(', '))}"

    def named(text: str) -> str:
        return LINES.sub(said, text)

    try:
        inputs = read_table(io.BytesIO(out.getvalue().encode("utf-8", "backslashreplace")), NAME, spec, options)
    except DnnctlError as error:
        raise type(error)(named(str(error))) from None
    return replace(inputs, names=tuple(map(named, inputs.names)), notes=tuple(map(named, inputs.notes)))


def _text(value: Any, empty: str) -> str:
    """Return a cell as it is written in a file, a number with all its digits."""
    if isinstance(value, str):
        return value
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or type(value).__name__ in {"NAType", "NaTType"} or value != value:  # noqa: PLR0124 - NaN
        return empty
    return repr(value) if isinstance(value, float) else str(value)
