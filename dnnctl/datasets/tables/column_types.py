"""What each column of a table holds: found out from its cells, or as it is said."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.columns import PAIRS, Cells, Column, side_by_side
from dnnctl.datasets.parts.faults import clipped
from dnnctl.datasets.tables.dialect import is_number
from dnnctl.datasets.tables.parsing import FLOAT, Words, parse
from dnnctl.datasets.tables.selection import Wanted
from dnnctl.datasets.tables.table import Table
from dnnctl.datasets.tables.value_patterns import check_words
from dnnctl.errors import DataError, Notice

# A number with zeros before it, as that of a post code.
CODE = re.compile(r"0\d+")
LONGEST = 1000


def read_cells(table: Table, wanted: Sequence[Wanted]) -> tuple[Cells, tuple[Notice, ...]]:
    """Read columns, and find out what those hold of which it is not known.

    Args:
        table: The table.
        wanted: The columns to read, in this order.

    Returns:
        The cells, where categories have codes of their own, and what is odd about the kinds that were found out.

    Raises:
        DataError: If rows have different lengths, a cell does not fit its kind, or a column holds dates.
    """
    numeric = {
        one.position: _looks_numeric(table, one.position) if one.kind is None else one.kind == "number"
        for one in wanted
    }
    fixed = {one.position for one in wanted if one.kind == "number"}
    parsed = parse(table, numeric, fixed=fixed)
    columns: list[Column] = []
    values: list[NDArray[Any]] = []
    warnings: list[Notice] = []
    for one in wanted:
        cells = parsed.pop(one.position)
        if isinstance(cells, Words):
            column, cells, odd = _of_words(table, one, cells)
            warnings += odd
        else:
            column = Column(one.name, "number")
            if one.kind is None and any(CODE.fullmatch(row[one.position]) for row in table.sample):
                told = (
                    "is written with leading zeros, as codes are, and taken for numbers; "
                    f"`types: {{{one.name}: category}}` takes it for categories"
                )
                warnings.append(Notice("leading_zeros", told, f"column {one.name!r}"))
            if np.isinf(cells).any():
                raise table.bad_number([one.position], FLOAT.wrong)
        columns.append(column)
        values.append(cells)
    return Cells(tuple(columns), side_by_side(values)), tuple(warnings)


def _looks_numeric(table: Table, position: int) -> bool:
    cells = [row[position] for row in table.sample if row[position] not in table.null_values]
    return all(is_number(cell, table.decimal) for cell in cells)


def _of_words(table: Table, wanted: Wanted, cells: Words) -> tuple[Column, NDArray[Any], list[Notice]]:
    """Return what a column of text holds, its cells as numbers, and what is odd about it."""
    name, said, pair = table.names[wanted.position], wanted.kind, wanted.words
    folded = {word.casefold() for word in cells.words}
    # A column said to be yes or no may be empty from top to bottom.
    if said != "category" and (cells.words or said == "boolean"):
        known = tuple(word.casefold() for word in pair)
        fitting = known or next((two for two in PAIRS if folded <= set(two)), ())
        if fitting and folded <= set(fitting):
            return Column(name, "boolean", pair or _as_written(cells, fitting)), _mapped(cells, fitting), []
    if said == "boolean":
        nearest = known or max(PAIRS, key=lambda two: len(folded & set(two)))
        code, wrong = next((i, word) for i, word in enumerate(cells.words) if word.casefold() not in nearest)
        line = table.lines(len(cells.codes))[int(np.argmax(cells.codes == code))]
        expected = " or ".join(map(repr, pair or reversed(nearest)))
        raise DataError(f"{table.text.place(line)}: column {name!r}: expected {expected}; received {clipped(wrong)}")
    longest = max(cells.words, key=len, default="")
    if len(longest) > LONGEST:
        raise DataError(
            f"{table.name}: column {name!r} holds a text of {len(longest):,} characters, {clipped(longest)}; it is no "
            f"category. Leave the column out (exclude: [{name}]), or mend the cell: is a quote not closed?"
        )
    warnings = check_words(table, wanted.position, cells) if said is None else []
    return Column(name, "category", cells.words), cells.codes, warnings


def _as_written(cells: Words, pair: tuple[str, ...]) -> tuple[str, ...]:
    """Return how false and true are written in a table, where each is written in one way only."""
    written = [[word for word in cells.words if word.casefold() == each] for each in pair]
    return tuple(own[0] for own in written) if all(len(own) == 1 for own in written) else pair


def _mapped(cells: Words, pair: tuple[str, ...]) -> NDArray[Any]:
    new = np.array([pair.index(word.casefold()) for word in cells.words], np.float32)
    full = ~np.isnan(cells.codes)
    values = cells.codes.copy()
    values[full] = new[cells.codes[full].astype(np.int64)]
    return values
