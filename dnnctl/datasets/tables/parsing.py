"""A table's cells out of its text, by pyarrow; Python's own reader only says where something is wrong."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.parts.faults import clipped
from dnnctl.datasets.tables.dialect import Dialect, is_number
from dnnctl.datasets.tables.text import MAX_ROW, Text
from dnnctl.errors import DataError

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
    text: Text, dialect: Dialect, wanted: Mapping[int, bool], gaps: frozenset[str], *, fixed: Collection[int]
) -> dict[int, Parsed]:
    """Read columns.

    Args:
        text: The table.
        dialect: How it is written.
        wanted: Positions of the columns to read, and whether each holds numbers.
        gaps: Texts that stand for an empty cell.
        fixed: The columns that are known to hold numbers: it is an error where one does not. Any other one that
            turns out not to is read as text.

    Returns:
        For each position float32 (rows,) with NaN for empty cells, or its words.

    Raises:
        DataError: If rows have different lengths, a quote is not closed, or a cell is no number.
    """
    _check_quotes(text, dialect)
    numbers = dict(wanted)
    while True:
        try:
            return _columns(_read(text, dialect, numbers, gaps), numbers)
        except _NotANumberError as fault:
            late = _late(fault, numbers)
            if not late:
                raise _unreadable(text, dialect, str(fault)) from None
            guessed = [position for position in late if position not in fixed]
            if not guessed:
                raise bad_number(text, dialect, late, gaps) from None
            numbers |= dict.fromkeys(guessed, False)


class _NotANumberError(Exception):
    """A cell of a column of numbers is none."""


def _late(fault: _NotANumberError, numbers: Mapping[int, bool]) -> list[int]:
    found = _COLUMN.search(str(fault))
    position = int(found[1]) if found else -1
    return [position] if numbers.get(position) else [i for i, is_one in numbers.items() if is_one]


def _read(text: Text, dialect: Dialect, numbers: Mapping[int, bool], gaps: frozenset[str]) -> Any:
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
                column_types={str(i): pa.float32() if is_one else words for i, is_one in numbers.items()},
                null_values=sorted(gaps),
                strings_can_be_null=True,
                decimal_point=dialect.decimal,
            ),
        )
    except (pa.ArrowInvalid, pa.ArrowKeyError) as fault:
        message = str(fault)
        if "conversion error to float" in message or "conversion error to dictionary" in message:
            raise _NotANumberError(message) from None
        raise _unreadable(text, dialect, message) from None


def _about_rows(text: Text) -> int:
    """Return about how many rows there are, without reading them, from the length of the first ones."""
    head = bytes(text.head().data)
    lines = max(1, head.count(b"\n") + head.count(b"\r"))
    return int(len(text.data) / max(1, len(head) / lines) * 1.1) + 1


def _columns(table: Any, numbers: Mapping[int, bool]) -> dict[int, Parsed]:
    import pyarrow as pa

    read: dict[int, Parsed] = {}
    for i, is_one in numbers.items():
        column = table.column(str(i))
        if is_one:
            # Without a copy where it is one piece; empty cells become NaN.
            values = column.to_numpy()
            read[i] = np.ascontiguousarray(values, np.float32)
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
                    if dialect.header and not dialect.sample
                    else "A cell with a separator in it must stand in quotes"
                )
            )
    if "straddling" in message:
        return DataError(f"{text.name}: a row is longer than {2 * MAX_ROW:,} bytes; is a quote not closed?")
    return DataError(f"{text.name}: cannot be read as CSV: {message}")


def bad_number(text: Text, dialect: Dialect, positions: list[int], gaps: frozenset[str]) -> DataError:
    """Return what is wrong with the first cell that is no finite number in columns of numbers."""
    rows = text.rows(dialect.separator)
    if dialect.header:
        next(rows)
    for line, row in rows:
        for position in positions:
            cell = row[position].strip() if position < len(row) else ""
            if cell in gaps:
                continue
            number = (
                float(cell.replace(",", ".") if dialect.decimal == "," else cell)
                if is_number(cell, dialect.decimal)
                else None
            )
            if number is not None and abs(number) < float(np.finfo(np.float32).max):
                continue
            expected = "a number" if number is None else "a finite number that fits into 32 bits"
            hint = "; write decimals with a point" if number is None and is_number(cell, ",") else ""
            return DataError(
                f"{text.name}:{line}: column {dialect.names[position]!r}: expected {expected}; "
                f"received {clipped(cell)}{hint}"
            )
    return DataError(f"{text.name}: column {dialect.names[positions[0]]!r}: holds cells that are no numbers")
