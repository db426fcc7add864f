"""A table's cells out of its text, by pyarrow; Python's own reader only says where something is wrong."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.columns import side_by_side
from dnnctl.datasets.parts.faults import clipped
from dnnctl.datasets.tables.dialect import Dialect, is_number
from dnnctl.datasets.tables.text import MAX_ROW, Text
from dnnctl.errors import DataError
from dnnctl.memory import blocks

# No table may need more than this once it is numbers.
MAX_NUMBERS = 4 * 1024**3
_COLUMN = re.compile(r"column #(\d+)")


@dataclass(frozen=True)
class Words:
    """A column of text.

    Args:
        codes: float32 (rows,): which word stands there; NaN where a cell is empty.
        words: The words, without space around them, in the order they occur.
    """

    codes: NDArray[Any]
    words: tuple[str, ...]


Parsed = NDArray[Any] | Words


def parse(
    text: Text,
    dialect: Dialect,
    wanted: Mapping[int, bool],
    null_values: frozenset[str],
    *,
    fixed: Collection[int],
    number: "Number | None" = None,
) -> dict[int, Parsed]:
    """Read columns.

    Args:
        text: The table.
        dialect: How it is written.
        wanted: Positions of the columns to read, and whether each holds numbers.
        null_values: Texts that stand for an empty cell.
        fixed: The columns that are known to hold numbers: it is an error where one does not. Any other one that
            turns out not to is read as text.
        number: What a number is; None for float32.

    Returns:
        For each position its numbers (rows,), NaN for empty cells, or its words.

    Raises:
        DataError: If rows have different lengths, a quote is not closed, or a cell is no number.
    """
    _check_quotes(text, dialect)
    numbers, number = dict(wanted), number or FLOAT
    while True:
        try:
            return _columns(_read(text, dialect, numbers, null_values, number.dtype), numbers, number.dtype)
        except _NotANumberError as fault:
            late = _late(fault, numbers)
            if not late:
                raise _unreadable(text, dialect, str(fault)) from None
            guessed = [position for position in late if position not in fixed]
            if not guessed:
                raise bad_number(text, dialect, late, null_values, number) from None
            numbers |= dict.fromkeys(guessed, False)


class _NotANumberError(Exception):
    """A cell of a column of numbers is none."""


def _late(fault: _NotANumberError, numbers: Mapping[int, bool]) -> list[int]:
    found = _COLUMN.search(str(fault))
    position = int(found[1]) if found else -1
    return [position] if numbers.get(position) else [i for i, is_one in numbers.items() if is_one]


def number_columns(text: Text, dialect: Dialect, positions: Sequence[int], number: "Number | None" = None) -> Any:
    """Read columns of numbers, none of them empty.

    Args:
        text: The table.
        dialect: How it is written.
        positions: Where they stand.
        number: What a number is; None for float32.

    Returns:
        Numbers (rows, columns).

    Raises:
        DataError: If a cell is none; the message names its line.
    """
    number = number or FLOAT
    wanted = dict.fromkeys(positions, True)
    columns = parse(text, dialect, wanted, frozenset(), fixed=wanted, number=number)
    values = side_by_side([columns[position] for position in positions], number.dtype)  # type: ignore[misc]
    if any(not np.isfinite(values[here]).all() for here in blocks(len(values))):
        raise bad_number(text, dialect, list(positions), frozenset(), number)
    return values


def _read(text: Text, dialect: Dialect, numbers: Mapping[int, bool], null_values: frozenset[str], dtype: str) -> Any:
    import pyarrow as pa
    from pyarrow import csv

    names = [str(i) for i in range(len(dialect.names))]
    width = 4 * len(numbers)
    if width * _about_rows(text) > MAX_NUMBERS:
        raise DataError(f"{text.name}: more than {MAX_NUMBERS:,} bytes of numbers; leave columns out, or split it")
    words = pa.dictionary(pa.int32(), pa.string())
    try:
        return csv.read_csv(
            pa.BufferReader(pa.py_buffer(text.data)),
            read_options=csv.ReadOptions(
                column_names=names, skip_rows_after_names=int(dialect.header), block_size=2 * MAX_ROW
            ),
            parse_options=csv.ParseOptions(
                delimiter=dialect.separator, newlines_in_values=text.data.find(b'"') >= 0, ignore_empty_lines=True
            ),
            convert_options=csv.ConvertOptions(
                include_columns=[str(i) for i in numbers],
                column_types={str(i): pa.type_for_alias(dtype) if is_one else words for i, is_one in numbers.items()},
                null_values=sorted(null_values),
                strings_can_be_null=True,
                decimal_point=dialect.decimal,
            ),
        )
    except (pa.ArrowInvalid, pa.ArrowKeyError) as fault:
        message = str(fault)
        if any(f"conversion error to {kind}" in message for kind in ("float", "uint8", "dictionary")):
            raise _NotANumberError(message) from None
        raise _unreadable(text, dialect, message) from None


def _about_rows(text: Text) -> int:
    """Return about how many rows there are, without reading them, from the length of the first ones."""
    head = bytes(text.head().data)
    lines = max(1, head.count(b"\n") + head.count(b"\r"))
    return int(len(text.data) / max(1, len(head) / lines) * 1.1) + 1


def _columns(table: Any, numbers: Mapping[int, bool], dtype: str) -> dict[int, Parsed]:
    import pyarrow as pa

    read: dict[int, Parsed] = {}
    for i, is_one in numbers.items():
        column = table.column(str(i))
        if is_one:
            # Without a copy where it is one piece; empty cells become NaN.
            values = column.to_numpy()
            read[i] = np.ascontiguousarray(values, dtype)
            continue
        unified = column.unify_dictionaries()
        codes = pa.chunked_array([part.indices for part in unified.chunks], pa.int32()).cast(pa.float32()).to_numpy()
        words = unified.chunk(0).dictionary.to_pylist() if unified.num_chunks else []
        read[i] = _stripped(np.array(codes, np.float32), words)
    return read


def _stripped(codes: NDArray[Any], words: list[str]) -> Words:
    """Take the space around words away, which may make two of them one."""
    plain = [word.strip() for word in words]
    if plain == words:
        return Words(codes, tuple(words))
    known: dict[str, int] = {}
    new = np.array([known.setdefault(word, len(known)) for word in plain], np.float32)
    full = ~np.isnan(codes)
    codes[full] = new[codes[full].astype(np.int64)]
    return Words(codes, tuple(known))


def _check_quotes(text: Text, dialect: Dialect) -> None:
    """Raise if a quote is never closed, which would swallow all rows behind it without a word."""
    if text.data.find(b'"') < 0:
        return
    odd = 0
    for start in range(0, len(text.data), 1 << 24):
        odd ^= text.data[start : start + (1 << 24)].count(b'"') & 1
    if odd:
        for _ in text.rows(dialect.separator):
            pass


def _unreadable(text: Text, dialect: Dialect, message: str) -> DataError:
    """Return what is wrong with a table that pyarrow refuses, with the line."""
    width = len(dialect.names)
    for line, row in text.rows(dialect.separator):
        if len(row) != width:
            shown = clipped(dialect.separator.join(row))
            return DataError(
                f"{text.name}:{line}: expected {width} cells as in the first row; received {len(row)}: {shown}. "
                + (
                    "If the first column holds names of rows, give it a name in the first row"
                    if dialect.header and not dialect.sample and len(row) == width + 1
                    else "A cell with a separator in it must stand in quotes"
                )
            )
    if "straddling" in message:
        return DataError(f"{text.name}: a row is longer than {2 * MAX_ROW:,} bytes; is a quote not closed?")
    return DataError(f"{text.name}: cannot be read as CSV: {message}")


@dataclass(frozen=True)
class Number:
    """What a number in a table is.

    Args:
        dtype: `float32` or `uint8`.
        wrong: Given a table's dialect, a column's position and a cell, what is wrong with that, or nothing.
    """

    dtype: str
    wrong: Callable[[Dialect, int, str], str]


def _no_float(dialect: Dialect, position: int, cell: str) -> str:
    number = float(cell.replace(",", ".")) if is_number(cell, dialect.decimal) else None
    if number is not None and abs(number) < float(np.finfo(np.float32).max):
        return ""
    expected = "a number" if number is None else "a finite number that fits into 32 bits"
    hint = "; write decimals with a point" if number is None and is_number(cell, ",") else ""
    return f"column {dialect.names[position]!r}: expected {expected}; received {clipped(cell)}{hint}"


FLOAT = Number("float32", _no_float)


def bad_number(
    text: Text, dialect: Dialect, positions: list[int], null_values: frozenset[str], number: Number = FLOAT
) -> DataError:
    """Return what is wrong with the first cell that is no such number in columns of numbers."""
    rows = text.rows(dialect.separator)
    if dialect.header:
        next(rows)
    for line, row in rows:
        for position in positions:
            cell = row[position].strip() if position < len(row) else ""
            if cell not in null_values and (wrong := number.wrong(dialect, position, cell)):
                return DataError(f"{text.name}:{line}: {wrong}")
    return DataError(f"{text.name}: column {dialect.names[positions[0]]!r}: holds cells that are no numbers")
