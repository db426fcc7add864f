"""What each column of a table holds: found out from its cells, or as it is said."""

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.columns import PAIRS, Cells, Column, side_by_side
from dnnctl.datasets.parts.faults import clipped
from dnnctl.datasets.parts.precision import is_exact, is_too_large, narrowed
from dnnctl.datasets.tables.decimals import likely_decimal, sure_decimal
from dnnctl.datasets.tables.dialect import is_number
from dnnctl.datasets.tables.parsing import FLOAT, Words, parse
from dnnctl.datasets.tables.selection import Wanted
from dnnctl.datasets.tables.settled_forms import converted, settled_form
from dnnctl.datasets.tables.table import Table
from dnnctl.datasets.tables.value_patterns import check_words
from dnnctl.errors import DataError, Notice

# A number with zeros before it, as that of a post code.
CODE = re.compile(r"0\d+")
# A day as one number, as 20240305.
DAY = re.compile(r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")
LONGEST = 1000


def read_cells(
    table: Table, wanted: Sequence[Wanted], targets: int = 0, *, narrow: bool = False
) -> tuple[Cells, Cells, tuple[Notice, ...]]:
    """Read columns, and find out what those hold of which it is not known.

    Args:
        table: The table.
        wanted: The columns to read, in this order.
        targets: How many of them, the last ones, are targets.
        narrow: Whether inputs are held in 32 bits where these are enough; else all is in 64.

    Returns:
        The cells of the inputs and those of the targets, where categories have codes of their own, and what is odd
        about the kinds that were found out.

    Raises:
        DataError: If rows have different lengths, a cell does not fit its kind, or a column holds dates.
    """
    numeric = numeric_columns(table, wanted)
    fixed = {one.position for one in wanted if one.kind == "number" and one.form is None}
    parsed = parse(table, numeric, fixed=fixed)
    columns: list[Column] = []
    values: list[NDArray[Any]] = []
    warnings: list[Notice] = []
    inputs = len(wanted) - targets
    for one in wanted:
        cells = parsed.pop(one.position)
        if isinstance(cells, Words):
            column, cells, odd = _of_words(table, one, cells)
            warnings += odd
        else:
            column = Column(one.name, "number")
            warnings += odd_numbers(table, one)
            if is_too_large(cells):
                raise table.bad_number([one.position], FLOAT.wrong)
        columns.append(column)
        # A target is decided on with all its digits, and a time of day is a small part of a date.
        fine = len(values) >= inputs or (column.kind == "date" and not is_exact(cells))
        values.append(narrowed(cells) if narrow and not fine else cells)
    rows = len(values[0])
    return (
        Cells(tuple(columns[:inputs]), side_by_side(values[:inputs])),
        Cells(tuple(columns[inputs:]), side_by_side(values[inputs:]) if targets else np.zeros((rows, 0))),
        tuple(warnings),
    )


def numeric_columns(table: Table, wanted: Sequence[Wanted]) -> dict[int, bool]:
    """Return for the position of each column whether it holds numbers, as far as its first rows tell."""
    return {one.position: _looks_numeric(table, one) for one in wanted}


def _looks_numeric(table: Table, wanted: Wanted) -> bool:
    if wanted.kind is not None or wanted.form is not None or wanted.asked:
        return wanted.kind == "number" and wanted.form is None
    return all(is_number(cell, table.decimal) for cell in sample_of(table, wanted))


def sample_of(table: Table, wanted: Wanted) -> list[str]:
    """Return a column's cells in the first rows, without the empty ones."""
    return [row[wanted.position] for row in table.sample if row[wanted.position] not in table.null_values]


def _of_words(table: Table, wanted: Wanted, cells: Words) -> tuple[Column, NDArray[Any], list[Notice]]:
    """Return what a column of text holds, its cells as numbers, and what is odd about it."""

    def place(code: int) -> str:
        return table.text.place(int(table.lines(len(cells.codes))[int(np.argmax(cells.codes == code))]))

    counts = np.bincount(cells.codes[~np.isnan(cells.codes)].astype(np.int64), minlength=len(cells.words))
    column, new, warnings = settle_words(table, wanted, cells.words, counts, place)
    return column, cells.codes if new is None else cells.replaced(new), warnings


def settle_words(
    table: Table,
    wanted: Wanted,
    words: tuple[str, ...],
    counts: NDArray[np.int64],
    place: Callable[[int], str],
) -> tuple[Column, NDArray[Any] | None, list[Notice]]:
    """Find out what a column of text holds.

    Args:
        table: The table.
        wanted: The column.
        words: Its different words, in the order they occur.
        counts: How many rows have each.
        place: Returns the place of the first row with a word, given by its number.

    Returns:
        The column; the number that each word is, of a boolean 0 or 1; None for a category; and what is odd about it.

    Raises:
        DataError: If it does not hold what it is said to, or what no network can read.
    """
    name, said, pair = table.names[wanted.position], wanted.kind, wanted.words
    if wanted.form is not None:
        values = converted(wanted, wanted.form, words, place, sure_decimal(table), sample_of(table, wanted))
        return Column(name, wanted.form.kind, (), wanted.form), values, []
    folded = {word.casefold() for word in words}
    # A column said to be yes or no may be empty from top to bottom.
    if said != "category" and not wanted.asked and (words or said == "boolean"):
        known = tuple(word.casefold() for word in pair)
        fitting = known or next((two for two in PAIRS if folded <= set(two)), ())
        if fitting and folded <= set(fitting):
            new = np.array([fitting.index(word.casefold()) for word in words], np.float64)
            return Column(name, "boolean", pair or _as_written(words, fitting)), new, []
    if said == "boolean":
        nearest = known or max(PAIRS, key=lambda two: len(folded & set(two)))
        code, wrong = next((i, word) for i, word in enumerate(words) if word.casefold() not in nearest)
        expected = " or ".join(map(repr, pair or reversed(nearest)))
        raise DataError(f"{place(code)}: column {name!r}: expected {expected}; received {clipped(wrong)}")
    longest = max(words, key=len, default="")
    if len(longest) > LONGEST:
        raise DataError(
            f"{table.name}: column {name!r} holds a text of {len(longest):,} characters, {clipped(longest)}; it is no "
            f"category. Leave the column out (exclude: [{name}]), or mend the cell: is a quote not closed?"
        )
    if wanted.is_open and words:
        found = settled_form(wanted, words, table.decimal, likely_decimal(table), place, table.name)
        if found is not None:
            return found.column, found.values, found.warnings
    warnings = check_words(table, wanted.position, words, counts) if said is None else []
    return Column(name, "category", words), None, warnings


def _as_written(words: Sequence[str], pair: tuple[str, ...]) -> tuple[str, ...]:
    """Return how false and true are written in a table, where each is written in one way only."""
    written = [[word for word in words if word.casefold() == each] for each in pair]
    return tuple(own[0] for own in written) if all(len(own) == 1 for own in written) else pair


def odd_numbers(table: Table, wanted: Wanted) -> list[Notice]:
    """Return a warning of a column of numbers that look like codes, or like dates."""
    if wanted.kind is not None:
        return []
    if any(CODE.fullmatch(row[wanted.position]) for row in table.sample):
        told = (
            "is written with leading zeros, as codes are, and taken for numbers; "
            f"`types: {{{wanted.name}: category}}` takes it for categories"
        )
        return [Notice("leading_zeros", told, f"column {wanted.name!r}")]
    cells = sample_of(table, wanted)
    if cells and all(DAY.fullmatch(cell) for cell in cells):
        told = (
            f"is written as dates may be, as {cells[0]}, and taken for numbers; `types: {{{wanted.name}: date}}` "
            "takes it for dates"
        )
        return [Notice("ambiguous_cells", told, f"column {wanted.name!r}")]
    return []
