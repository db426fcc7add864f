"""A table in a text file that is too large to be held: read in pieces, each as a small table of its own would be."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.columns import Column, TableInfo
from dnnctl.datasets.parts.data_files import DataFile, digest
from dnnctl.datasets.parts.faults import quoted
from dnnctl.datasets.parts.precision import is_too_large
from dnnctl.datasets.streams.cache import cache_folder, is_written
from dnnctl.datasets.streams.conversion import Converted, Piece, Plan, Settled, converted
from dnnctl.datasets.streams.text_forms import Texts, may_have_form, with_forms
from dnnctl.datasets.tables.choosing import choose
from dnnctl.datasets.tables.column_types import numeric_columns, odd_numbers, sample_of, settle_words
from dnnctl.datasets.tables.decimals import likely_decimal, sure_decimal
from dnnctl.datasets.tables.options import TableOptions
from dnnctl.datasets.tables.parsing import FLOAT, Parsed, Words, parse
from dnnctl.datasets.tables.selection import Wanted, known_columns
from dnnctl.datasets.tables.settled_forms import converted as in_form
from dnnctl.datasets.tables.table import Table
from dnnctl.errors import Notice

# Bytes of text that are read as one table.
PIECE = 1 << 24


@dataclass(frozen=True)
class TextTable:
    """A table's text, and which of its columns are wanted.

    Args:
        table: The table.
        wanted: The inputs, behind them the targets.
        inputs: How many are inputs.
        group: The column of `data.group`; None without one.
        notes: What was left out.
        picture: Shape of the pictures whose pixels the inputs are, as far as their names tell; None for numbers.
    """

    table: Table
    wanted: tuple[Wanted, ...]
    inputs: int
    group: Wanted | None
    notes: tuple[str, ...] = ()
    picture: tuple[int, ...] | None = None


def chosen(
    table: Table, options: TableOptions, shape: tuple[int, ...] | None = None, trained: TableInfo | None = None
) -> TextTable:
    """Return a table with the columns that options choose.

    Args:
        table: The table.
        options: Its options.
        shape: That of the pictures of a run.
        trained: What its columns were taken for by a run; None where that is to be found out.
    """
    found = choose(table, options, shape, trained)
    inputs, notes = found.inputs, found.notes
    if options.columns is None:
        # Separators at the ends of all lines make columns without a name and without a value.
        unnamed = [one for one in inputs if one.name in table.unnamed]
        nothing = [o for o in unnamed if all(row[o.position] in table.null_values for row in table.sample)]
        if 0 < len(nothing) < len(inputs):
            names = quoted(one.name for one in nothing)
            notes = (*notes, f"{table.name}: left out {names}, without a name and without a value in the first rows")
            inputs = [one for one in inputs if one not in nothing]
    return TextTable(table, (*inputs, *found.targets), len(inputs), found.group, notes, found.picture)


def known(table: Table, info: TableInfo) -> TextTable:
    """Return a table with the columns of another one."""
    wanted = known_columns(table, (*info.columns, *info.targets))
    return TextTable(table, tuple(wanted), len(info.columns), None)


def as_cells(chosen_: TextTable, file: DataFile, missing: str, number: str = "") -> Converted:
    """Return the wanted columns as a file of numbers, written now if it is not in the cache.

    Args:
        chosen_: The table.
        file: The file that it is in.
        missing: What becomes of rows with empty cells.
        number: Type of the inputs, as `<f8`; empty for the one that they need.

    Raises:
        DataError: If it cannot be read, or a cell does not fit.
    """
    table = chosen_.table
    numeric = numeric_columns(table, chosen_.wanted)
    rows = table.text.about_rows()
    plan = Plan(table.name, chosen_.wanted, chosen_.inputs, chosen_.group, missing, rows, number=number)
    layout = (table.separator, table.header, table.decimal, sorted(table.null_values), table.text.encoding)
    described = (layout, plan.wanted, plan.group, missing, plan.inputs, number)
    folder = cache_folder("text", digest([file]), file.changed, *described)
    late: list[int] = []
    while True:
        formed = plan
        odd: tuple[Notice, ...] = ()
        if not is_written(folder):
            wanted, odd = _with_forms(table, plan.wanted, numeric, late)
            formed = replace(plan, wanted=wanted)
        try:
            settle = partial(_settle, formed, table, odd)
            return converted(formed, folder, partial(_pieces, formed, table, file, numeric), settle)
        except _TurnedOutTextError as fault:
            # All of it is read again: what was taken for a number further up is a word.
            numeric, late = {**numeric, fault.position: False}, [*late, fault.position]


def _with_forms(
    table: Table, wanted: tuple[Wanted, ...], numeric: Mapping[int, bool], late: Sequence[int]
) -> tuple[tuple[Wanted, ...], tuple[Notice, ...]]:
    """Settle the forms of columns whose first cells have one, or that turned out to be text further down."""
    likely = likely_decimal(table)

    def may(one: Wanted) -> bool:
        if numeric[one.position] or not one.is_open:
            return False
        cells = sample_of(table, one)
        return bool(one.asked) or one.position in late or (bool(cells) and may_have_form(cells, likely))

    def read(columns: Sequence[Wanted]) -> Iterator[tuple[list[Parsed], str]]:
        for own in _parts(table):
            found = parse(own, {one.position: False for one in columns}, fixed=())
            yield [found[one.position] for one in columns], ""

    def place(one: Wanted, word: str, group: str) -> str:  # noqa: ARG001
        return _place(table, one.position, word)

    candidates = [i for i, one in enumerate(wanted) if may(one)]
    return with_forms(wanted, candidates, Texts(table.name, read, place, table.decimal, likely))


def _parts(table: Table) -> Iterator[Table]:
    """Yield a table in pieces."""
    for i, text in enumerate(table.text.pieces(table.separator, PIECE)):
        if bytes(text.data).strip():
            yield replace(table, text=text, header=table.header and i == 0)


def _place(table: Table, position: int, word: str) -> str:
    """Return the place of the first row with a word in a column."""
    for line, row in table.text.rows(table.separator):
        if position < len(row) and row[position].strip() == word:
            return table.text.place(line)
    return table.name


class _TurnedOutTextError(Exception):
    """A column that seemed to hold numbers holds text further down."""

    def __init__(self, position: int) -> None:
        super().__init__(position)
        self.position = position


def _pieces(plan: Plan, table: Table, file: DataFile, numeric: dict[int, bool]) -> Iterator[Piece]:
    """Yield the cells of one piece of text after the other, as long as the file is what it was."""
    fixed = {one.position for one in plan.wanted if one.kind == "number" and one.form is None}
    kinds = {**numeric, **({plan.group.position: False} if plan.group else {})}
    for own in _parts(table):
        file.check()
        read = parse(own, kinds, fixed=fixed)
        late = [position for position, is_one in kinds.items() if is_one and isinstance(read[position], Words)]
        if late:
            raise _TurnedOutTextError(late[0])
        numbers = [p for p in kinds if kinds[p] and is_too_large(np.asarray(read[p]))]
        if numbers:
            raise own.bad_number(numbers, FLOAT.wrong)
        where = f"{own.name}, from line {own.text.skipped + 1:,} on"
        yield [_with_form(own, one, read[one.position]) for one in plan.read], None, where
    file.check()


def _with_form(piece: Table, wanted: Wanted, cells: Parsed) -> Parsed:
    """Return the cells of a column in a piece of the table, as numbers where its form is known."""
    if wanted.form is None or not isinstance(cells, Words):
        return cells
    words = cells.words

    def place(word: int) -> str:
        return _place(piece, wanted.position, words[word])

    values = in_form(wanted, wanted.form, words, place, sure_decimal(piece), sample_of(piece, wanted))
    return cells.replaced(values)


def _settle(
    plan: Plan,
    table: Table,
    odd: Sequence[Notice],
    columns: tuple[Column, ...],
    counts: Sequence[NDArray[np.int64]],
) -> Settled:
    """Return what columns of text hold, now that all their words are known."""
    found, values, warnings = list(columns), {}, list(odd)
    for i, (one, column) in enumerate(zip(plan.wanted, columns, strict=True)):
        if column.kind != "category":
            warnings += odd_numbers(table, one)
            continue

        def place(word: int, one: Wanted = one, words: tuple[str, ...] = column.words) -> str:
            return _place(table, one.position, words[word])

        found[i], new, more = settle_words(table, one, column.words, counts[i], place)
        warnings += more
        if new is not None:
            values[i] = new
    return Settled(tuple(found), values, tuple(warnings))
