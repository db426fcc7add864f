"""What each column of a table holds: found out from its cells, or as it is said."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.columns import PAIRS, Cells, Column, Kind, side_by_side
from dnnctl.datasets.parts.faults import clipped, quoted
from dnnctl.datasets.tables.dialect import Dialect, is_number, lines_of, position
from dnnctl.datasets.tables.parsing import Words, bad_number, parse
from dnnctl.datasets.tables.text import Text
from dnnctl.datasets.tables.value_patterns import odd_spellings, refuse_amounts, refuse_dates
from dnnctl.errors import DataError, Notice

# A number with zeros before it, as that of a post code.
CODE = re.compile(r"0\d+")
LONGEST = 1000


def read_cells(
    text: Text,
    dialect: Dialect,
    names: Sequence[str],
    types: Mapping[str, Kind],
    null_values: frozenset[str],
) -> tuple[Cells, tuple[Notice, ...]]:
    """Read columns and find out what they hold.

    Args:
        text: The table.
        dialect: How it is written.
        names: The columns to read, in the order wanted.
        types: What some of them are said to hold.
        null_values: Texts that stand for an empty cell.

    Returns:
        The cells, and what is odd about their kinds.

    Raises:
        DataError: If rows have different lengths, a column of numbers holds text, or one holds dates.
    """
    places = [position(name, dialect, "columns", text.name) for name in names]
    wanted = {}
    for name, place in zip(names, places, strict=True):
        said = types.get(name)
        wanted[place] = _looks_numeric(dialect, place, null_values) if said is None else said == "number"
    fixed = {place for name, place in zip(names, places, strict=True) if types.get(name) == "number"}
    parsed = parse(text, dialect, wanted, null_values, fixed=fixed)
    columns: list[Column] = []
    values: list[NDArray[Any]] = []
    warnings: list[Notice] = []
    for name, place in zip(names, places, strict=True):
        cells = parsed.pop(place)
        if isinstance(cells, Words):
            column, cells, odd = _of_words(text, dialect, place, cells, types.get(name), null_values)
            warnings += odd
        else:
            column = Column(name, "number")
            if types.get(name) is None and any(CODE.fullmatch(row[place]) for row in dialect.sample):
                told = (
                    "is written with leading zeros, as codes are, and taken for numbers; "
                    f"`types: {{{name}: category}}` takes it for categories"
                )
                warnings.append(Notice("leading_zeros", told, f"column {name!r}"))
            if np.isinf(cells).any():
                raise bad_number(text, dialect, [place], null_values)
        columns.append(Column(name, column.kind, column.words))
        values.append(cells)
    return Cells(tuple(columns), side_by_side(values)), tuple(warnings)


def known_cells(text: Text, dialect: Dialect, columns: Sequence[Column], null_values: frozenset[str]) -> Cells:
    """Read columns of which it is known what they hold.

    Args:
        text: The table.
        dialect: How it is written.
        columns: Names and kinds; other columns are not looked at.
        null_values: Texts that stand for an empty cell.

    Returns:
        The cells; categories have codes of their own.

    Raises:
        DataError: If a column is missing, or a cell does not fit its kind.
    """
    # A column that another one is called like to the letter is not there for one that only sounds like it.
    wanted_names = {column.name for column in columns}
    free = {name.casefold() for name in dialect.names if name not in wanted_names}
    missing = [c.name for c in columns if c.name not in dialect.names and c.name.casefold() not in free]
    if missing:
        raise DataError(
            f"{text.name}: missing column{'s' * (len(missing) != 1)} {quoted(missing)}; it has {quoted(dialect.names)}"
        )
    places = [position(column.name, dialect, "columns", text.name) for column in columns]
    wanted = {place: column.kind == "number" for place, column in zip(places, columns, strict=True)}
    parsed = parse(text, dialect, wanted, null_values, fixed=wanted)
    found: list[Column] = []
    values: list[NDArray[Any]] = []
    for column, place in zip(columns, places, strict=True):
        cells = parsed.pop(place)
        if isinstance(cells, Words):
            own, cells, _ = _of_words(text, dialect, place, cells, column.kind, null_values, column.words)
            found.append(own)
        else:
            found.append(column)
            if np.isinf(cells).any():
                raise bad_number(text, dialect, [place], null_values)
        values.append(cells)
    return Cells(tuple(found), side_by_side(values))


def _looks_numeric(dialect: Dialect, place: int, null_values: frozenset[str]) -> bool:
    cells = [row[place] for row in dialect.sample if row[place] not in null_values]
    return all(is_number(cell, dialect.decimal) for cell in cells)


def _of_words(
    text: Text,
    dialect: Dialect,
    place: int,
    cells: Words,
    said: Kind | None,
    null_values: frozenset[str],
    pair: tuple[str, ...] = (),
) -> tuple[Column, NDArray[Any], list[Notice]]:
    """Return what a column of text holds, its cells as numbers, and what is odd about it."""
    name = dialect.names[place]
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
        row = int(np.argmax(cells.codes == code))
        line = lines_of(text, dialect, len(cells.codes))[row]
        expected = " or ".join(map(repr, pair or reversed(nearest)))
        raise DataError(f"{text.name}:{line}: column {name!r}: expected {expected}; received {clipped(wrong)}")
    warnings: list[Notice] = []
    longest = max(cells.words, key=len, default="")
    if len(longest) > LONGEST:
        raise DataError(
            f"{text.name}: column {name!r} holds a text of {len(longest):,} characters, {clipped(longest)}; it is no "
            f"category. Leave the column out (exclude: [{name}]), or mend the cell: is a quote not closed?"
        )
    if said is None:
        refuse_dates(text.name, name, cells.words)
        warnings = _mixed(text, dialect, place, cells, null_values) + odd_spellings(name, cells.words)
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


def _mixed(text: Text, dialect: Dialect, place: int, cells: Words, null_values: frozenset[str]) -> list[Notice]:
    """Raise if a few texts stand in a column of numbers; warn if there are many of both."""
    numeric = np.array([is_number(word, dialect.decimal) for word in cells.words] or [False])
    if not numeric.any():
        refuse_amounts(text.name, dialect.names[place], cells.words)
        return []
    codes = cells.codes[~np.isnan(cells.codes)].astype(np.int64)
    numbers = int(numeric[codes].sum())
    others, name = len(codes) - numbers, dialect.names[place]
    if numbers >= 0.9 * len(codes) or (numbers >= 2 and others <= 2):
        fault = bad_number(text, dialect, [place], null_values)
        raise DataError(
            f"{fault}. {numbers:,} of its {len(codes):,} cells are numbers: correct the others, name them in "
            f"missing_values, or write `types: {{{name}: category}}`"
        )
    # A thousand is written 1,000 beside 999, and a negative number with a dash beside positive ones.
    signed = tuple(word for word, plain in zip(cells.words, numeric, strict=True) if not plain)
    refuse_amounts(text.name, name, signed)
    told = f"holds {numbers:,} numbers and {others:,} other texts; it is taken for categories"
    return [Notice("mixed_types", told, f"column {name!r}")]
