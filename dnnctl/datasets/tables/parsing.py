"""A table's cells out of its text, by pyarrow; Python's own reader only says where something is wrong."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.columns import side_by_side
from dnnctl.datasets.forms.numerals import number_of
from dnnctl.datasets.parts.faults import clipped
from dnnctl.datasets.parts.precision import LARGEST, is_too_large
from dnnctl.datasets.tables.table import Table, Wrong
from dnnctl.datasets.tables.text import MAX_ROW
from dnnctl.errors import DataError
from dnnctl.memory import blocks

# No table may need more than this once it is numbers.
MAX_NUMBERS = 4 * 1024**3
_COLUMN = re.compile(r"column #(\d+)")


@dataclass(frozen=True)
class Words:
    """A column of text.

    Args:
        codes: float64 (rows,): which word stands there; NaN where a cell is empty.
        words: The words, without space around them, in the order they occur.
    """

    codes: NDArray[Any]
    words: tuple[str, ...]

    def texts(self) -> list[str]:
        """Return the word of each row; an empty one where a cell is empty."""
        written = [*self.words, ""]
        codes = np.where(np.isnan(self.codes), len(self.words), self.codes).astype(np.int64)
        return [written[code] for code in codes.tolist()]

    def replaced(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return a value for each cell, (rows,): that of its word in `values`, (words,); NaN where it is empty."""
        empty = np.isnan(self.codes)
        every = np.append(np.asarray(values, np.float64), np.nan)
        return every[np.where(empty, len(values), self.codes).astype(np.int64)]


Parsed = NDArray[Any] | Words


@dataclass(frozen=True)
class Number:
    """What a number in a table is.

    Args:
        dtype: `float64` or `uint8`.
        wrong: Says what is wrong with a cell.
    """

    dtype: str
    wrong: Wrong


def _no_float(table: Table, position: int, cell: str) -> str:
    number = number_of(cell, table.decimal)
    if number is not None and abs(number) <= LARGEST:
        return ""
    expected = "a number" if number is None else "a finite number that fits into 32 bits"
    hint = "; write decimals with a point" if number is None and number_of(cell, ",") is not None else ""
    return f"column {table.names[position]!r}: expected {expected}; received {clipped(cell)}{hint}"


FLOAT = Number("float64", _no_float)


def parse(
    table: Table, wanted: Mapping[int, bool], *, fixed: Collection[int], number: Number = FLOAT
) -> dict[int, Parsed]:
    """Read columns.

    Args:
        table: The table.
        wanted: Positions of the columns to read, and whether each holds numbers.
        fixed: The columns that are known to hold numbers: it is an error where one does not, unless its numbers are
            written with other digits or signs. Any other one that turns out not to is read as text.
        number: What a number is.

    Returns:
        For each position its numbers (rows,), NaN for empty cells, or its words.

    Raises:
        DataError: If rows have different lengths, a quote is not closed, or a cell is no number.
    """
    table.text.check_quotes(table.separator)
    if 8 * len(wanted) * table.text.about_rows() > MAX_NUMBERS:
        raise DataError(f"{table.name}: more than {MAX_NUMBERS:,} bytes of numbers; leave columns out, or split it")
    import pyarrow as pa

    numbers = dict(wanted)
    while True:
        try:
            read = _read(table, numbers, number.dtype)
        except (pa.ArrowInvalid, pa.ArrowKeyError) as fault:
            late = _late(str(fault), numbers)
            if not late:
                raise table.unreadable(str(fault)) from None
            guessed = [position for position in late if position not in fixed]
            if not guessed and number.dtype == "uint8":
                raise table.bad_number(late, number.wrong) from None
            numbers |= dict.fromkeys(guessed or late, False)
        else:
            columns = _columns(read, numbers, number.dtype)
            for position in fixed:
                if isinstance(words := columns.get(position), Words):
                    columns[position] = _as_numbers(table, position, words, number)
            return columns


def _as_numbers(table: Table, position: int, words: Words, number: Number) -> NDArray[Any]:
    """Return a column of numbers in other digits or signs than those of programs.

    Raises:
        DataError: If a cell is none.
    """
    values = np.array([np.nan if (each := number_of(word, table.decimal)) is None else each for word in words.words])
    if not np.isfinite(values).all():
        raise table.bad_number([position], number.wrong)
    return words.replaced(values).astype(number.dtype)


def number_columns(table: Table, positions: Sequence[int], number: Number = FLOAT) -> Any:
    """Read columns of numbers, none of them empty.

    Args:
        table: The table.
        positions: Where they stand.
        number: What a number is.

    Returns:
        Numbers (rows, columns).

    Raises:
        DataError: If a cell is none; the message names its line.
    """
    table = replace(table, null_values=frozenset())
    wanted = dict.fromkeys(positions, True)
    columns = parse(table, wanted, fixed=wanted, number=number)
    values = side_by_side([columns[position] for position in positions], number.dtype)  # type: ignore[misc]
    if is_too_large(values) or any(np.isnan(values[here]).any() for here in blocks(len(values))):
        raise table.bad_number(positions, number.wrong)
    return values


def _late(fault: str, numbers: Mapping[int, bool]) -> list[int]:
    """Return which columns pyarrow found not to hold numbers; none where something else is wrong."""
    if not any(f"conversion error to {kind}" in fault for kind in ("double", "uint8", "dictionary")):
        return []
    found = _COLUMN.search(fault)
    position = int(found[1]) if found else -1
    return [position] if numbers.get(position) else [i for i, is_one in numbers.items() if is_one]


def _read(table: Table, numbers: Mapping[int, bool], dtype: str) -> Any:
    import pyarrow as pa
    from pyarrow import csv

    words, contents = pa.dictionary(pa.int32(), pa.string()), table.text.data
    return csv.read_csv(
        pa.BufferReader(pa.py_buffer(contents)),
        read_options=csv.ReadOptions(
            column_names=[str(i) for i in range(len(table.names))],
            skip_rows_after_names=int(table.header),
            block_size=2 * MAX_ROW,
        ),
        parse_options=csv.ParseOptions(
            delimiter=table.separator, newlines_in_values=contents.find(b'"') >= 0, ignore_empty_lines=True
        ),
        convert_options=csv.ConvertOptions(
            include_columns=[str(i) for i in numbers],
            column_types={str(i): pa.type_for_alias(dtype) if is_one else words for i, is_one in numbers.items()},
            null_values=sorted(table.null_values),
            strings_can_be_null=True,
            decimal_point=table.decimal,
        ),
    )


def _columns(arrow: Any, numbers: Mapping[int, bool], dtype: str) -> dict[int, Parsed]:
    import pyarrow as pa

    read: dict[int, Parsed] = {}
    for i, is_one in numbers.items():
        column = arrow.column(str(i))
        if is_one:
            # Without a copy where it is one piece; empty cells become NaN.
            values = column.to_numpy()
            read[i] = np.ascontiguousarray(values, dtype)
            continue
        unified = column.unify_dictionaries()
        codes = pa.chunked_array([part.indices for part in unified.chunks], pa.int32()).cast(pa.float64()).to_numpy()
        words = unified.chunk(0).dictionary.to_pylist() if unified.num_chunks else []
        read[i] = stripped(np.array(codes, np.float64), words)
    return read


def stripped(codes: NDArray[Any], words: list[str]) -> Words:
    """Take the space around words away, which may make two of them one."""
    plain = [word.strip() for word in words]
    if plain == words:
        return Words(codes, tuple(words))
    known: dict[str, int] = {}
    new = np.array([known.setdefault(word, len(known)) for word in plain], np.float64)
    full = ~np.isnan(codes)
    codes[full] = new[codes[full].astype(np.int64)]
    return Words(codes, tuple(known))
