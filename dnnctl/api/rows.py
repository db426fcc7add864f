"""Rows that Python holds, as inputs of a network: arrays, frames, dicts, and paths of files.

What has named columns is written out as CSV and read as a file would be, so that both are understood alike.
"""

import csv
import io
import os
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import isnan
from typing import Any

import numpy as np

from dnnctl.data.fitted_column import FittedColumn
from dnnctl.datasets.tables.decoding import text_of
from dnnctl.errors import DataError, UsageError
from dnnctl.inference.inputs.base import Inputs, InputSpec
from dnnctl.inference.inputs.parts.arrays import from_array
from dnnctl.inference.inputs.table import read_text
from dnnctl.inference.read_inputs import read_all

NAME = "rows"
FRAMES = ("pandas", "polars")
# Names of a column, and the cells of each.
Table = tuple[list[str], list[Sequence[Any]]]


def read_rows(rows: Any, spec: InputSpec, invert: bool | None = None) -> Inputs:
    """Read rows for a network.

    Args:
        rows: An array, a frame, a row of one, a record array, a list of dicts, a dict of columns or of one row, a path,
            or a list of paths.
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
    if spec.encoding != "auto":
        raise UsageError(f"`encoding`={spec.encoding} is for files; received rows")
    table = _named_columns(rows)
    if table is not None and not (table[0] and len(table[1][0])):
        raise DataError(
            f"`{NAME}`: the network takes {spec.described}; received no {'rows' if table[0] else 'columns'}"
        )
    # A frame that was given no names counts its columns.
    counted = table is not None and spec.table is None and all(name.isdecimal() for name in table[0])
    if table is None or counted:
        array = _as_array(list(zip(*table[1], strict=True)) if table else rows, mixed=spec.table is not None)
        if spec.table is None:
            return from_array(array, NAME, spec, invert)
        table = _columns_in_order(array, [column.name for column in spec.table.columns], spec)
    return _from_table(table, spec, invert)


def _named_columns(rows: Any) -> Table | None:
    """Return rows whose columns have names; None if they have none."""
    if type(rows).__name__ == "LazyFrame":
        rows = rows.collect()
    if _is_frame(rows):
        # By position: of two columns with one name, pandas would return both.
        each = rows.get_columns() if hasattr(rows, "get_columns") else (rows.iloc[:, i] for i in range(rows.shape[1]))
        return _expect_different(rows.columns), [column.to_list() for column in each]
    fields = getattr(getattr(rows, "dtype", None), "names", None)
    if fields:
        records = np.atleast_1d(rows)
        return list(fields), [records[name].tolist() for name in fields]
    labelled = _by_label(rows)
    if labelled is not None:
        return _of_dict(labelled)
    if isinstance(rows, list | tuple) and rows and _by_label(rows[0]) is not None:
        found = [each for row in rows if (each := _by_label(row)) is not None]
        if len(found) == len(rows):
            names = list(dict.fromkeys(name for each in found for name in each))
            return list(map(str, names)), [[each.get(name) for each in found] for name in names]
    return None


def frame_index(rows: Any) -> Any:
    """Return how a pandas frame labels its rows; None for anything else."""
    return rows.index if _is_frame(rows) and hasattr(rows, "iloc") else None


def _is_frame(rows: Any) -> bool:
    # Whoever holds a frame has imported what it is of.
    libraries = [sys.modules[name] for name in FRAMES if name in sys.modules]
    return any(isinstance(rows, getattr(library, "DataFrame", ())) for library in libraries)


def _by_label(row: Any) -> Mapping[Any, Any] | None:
    """Return what has its values by label, as a dict, a row of a frame or of a database; None for anything else."""
    if isinstance(row, Mapping):
        return row
    # A column of a frame counts its values.
    if not hasattr(row, "keys") or not all(isinstance(label, str) for label in row.keys()):  # noqa: SIM118
        return None
    return {label: row[label] for label in _expect_different(row.keys())}


def _expect_different(names: Iterable[Any]) -> list[str]:
    """Return names of columns as text, no two of them the same."""
    told = list(map(str, names))
    twice = [name for name, count in Counter(told).items() if count > 1]
    if twice:
        raise DataError(f"`{NAME}`: expected columns of different names; received several called {twice[0]!r}")
    return told


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


def _as_array(rows: Any, *, mixed: bool) -> Any:
    """Return rows without names as an array; where they may be mixed, numbers beside texts stay numbers."""
    try:
        array = np.asarray(rows)
        if mixed and array.dtype.kind in "US":
            array = np.asarray(rows, object)
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


def _from_table(table: Table, spec: InputSpec, invert: bool | None) -> Inputs:
    """Read named columns as a CSV file of them would be read, but for the rows that its lines are called."""
    names, columns = table
    fitted = {} if spec.table is None else {column.name.casefold(): column for column in spec.table.columns}
    known = [fitted.get(name.casefold()) for name in names]
    # Only a network trained on a table knows empty cells; any other shall name the cell that is none.
    empty = "" if fitted else "nan"
    cells = [_texts(column, of, empty) for column, of in zip(columns, known, strict=True)]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(zip(*cells, strict=True))
    contents = out.getvalue()
    # The line that each row begins in: a cell may have line breaks of its own.
    lines = np.ones(len(cells[0]) + 1, np.int64)
    if contents.count("\n") > len(lines):
        lines += [sum(cell.count("\n") for cell in row) for row in (names, *zip(*cells, strict=True))]
    starts = 1 + lines.cumsum()[:-1]
    text = text_of(contents.encode("utf-8", "backslashreplace"), NAME, "utf-8")
    return read_text(replace(text, starts=starts), spec, invert)


def _texts(column: Sequence[Any], fitted: FittedColumn | None, empty: str) -> Sequence[str]:
    """Return the cells of a column as they are written in a file."""
    kinds = set(map(type, column))
    if kinds == {str}:
        return column
    # A shorter way to what `_text` gives, for a million numbers.
    if kinds == {float} and not (fitted and (fitted.words or fitted.form)) and not np.isnan(column).any():
        return list(map(repr, column))
    return [_text(value, fitted, empty) for value in column]


def _text(value: Any, column: FittedColumn | None, empty: str) -> str:
    """Return a cell as it is written in a file, a number with all its digits."""
    if isinstance(value, str):
        return value
    if isinstance(value, np.datetime64):
        return empty if np.isnat(value) else str(value)
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if value is None or type(value).__name__ in {"NAType", "NaTType"} or (isinstance(value, float) and isnan(value)):
        return empty
    if isinstance(value, bool) and column is not None and column.kind == "boolean":
        return column.words[value]
    if isinstance(value, float) and column is not None and column.form is not None and column.kind == "number":
        return column.form.written(value)
    if not isinstance(value, float):
        return str(value)
    # In pandas, whole numbers of a column with empty cells are floating point ones.
    whole = value.is_integer() and column is not None and str(int(value)) in column.words
    return str(int(value)) if whole else repr(value)
