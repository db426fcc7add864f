"""A table in a text file that is too large to be held: read in pieces, each as a small table of its own would be."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.columns import Column, TableInfo
from dnnctl.datasets.parts.data_files import DataFile, digest
from dnnctl.datasets.parts.faults import quoted
from dnnctl.datasets.streams.conversion import Converted, Piece, Plan, Settled, cache_folder, converted
from dnnctl.datasets.tables.column_types import leading_zeros, numeric_columns, settle_words
from dnnctl.datasets.tables.names import position_of
from dnnctl.datasets.tables.options import TableOptions
from dnnctl.datasets.tables.parsing import FLOAT, Words, parse
from dnnctl.datasets.tables.pictures import pixels_first
from dnnctl.datasets.tables.selection import Wanted, chosen_columns, known_columns, split_off_group
from dnnctl.datasets.tables.table import Table

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


def chosen(table: Table, options: TableOptions, shape: tuple[int, ...] | None = None) -> TextTable:
    """Return a table with the columns that options choose; `shape` is that of the pictures of a run."""
    many = len(options.target)
    wanted = split_off_group(table, chosen_columns(table, options), many, options.group)
    targets = wanted[-many:]
    inputs, picture, notes = pixels_first(wanted[:-many], options, table.name, shape)
    if options.columns is None:
        # Separators at the ends of all lines make columns without a name and without a value.
        unnamed = [one for one in inputs if one.name in table.unnamed]
        nothing = [o for o in unnamed if all(row[o.position] in table.null_values for row in table.sample)]
        if 0 < len(nothing) < len(inputs):
            names = quoted(one.name for one in nothing)
            notes = (*notes, f"{table.name}: left out {names}, without a name and without a value in the first rows")
            inputs = [one for one in inputs if one not in nothing]
    group = options.group
    grouped = None if group is None else Wanted(group, position_of(table, group, "group"), "category")
    return TextTable(table, (*inputs, *targets), len(inputs), grouped, notes, picture)


def known(table: Table, info: TableInfo) -> TextTable:
    """Return a table with the columns of another one."""
    wanted = known_columns(table, (*info.columns, *info.targets))
    return TextTable(table, tuple(wanted), len(info.columns), None)


def as_cells(chosen_: TextTable, file: DataFile, missing: str) -> Converted:
    """Return the wanted columns as a file of numbers, written now if it is not in the cache.

    Args:
        chosen_: The table.
        file: The file that it is in.
        missing: What becomes of rows with empty cells.

    Raises:
        DataError: If it cannot be read, or a cell does not fit.
    """
    table = chosen_.table
    numeric = numeric_columns(table, chosen_.wanted)
    plan = Plan(table.name, chosen_.wanted, chosen_.inputs, chosen_.group, missing, table.text.about_rows())
    layout = (table.separator, table.header, table.decimal, sorted(table.null_values), table.text.encoding)
    folder = cache_folder("text", digest([file]), file.changed, layout, plan.wanted, plan.group, missing, plan.inputs)

    def settle(columns: tuple[Column, ...], counts: Sequence[NDArray[np.int64]]) -> Settled:
        return _settle(plan, table, columns, counts)

    while True:
        try:
            return converted(plan, folder, partial(_pieces, plan, table, file, numeric), settle)
        except _TurnedOutTextError as late:
            # All of it is read again: what was taken for a number further up is a word.
            numeric = {**numeric, late.position: False}


class _TurnedOutTextError(Exception):
    """A column that seemed to hold numbers holds text further down."""

    def __init__(self, position: int) -> None:
        super().__init__(position)
        self.position = position


def _pieces(plan: Plan, table: Table, file: DataFile, numeric: dict[int, bool]) -> Iterator[Piece]:
    """Yield the cells of one piece of text after the other, as long as the file is what it was."""
    fixed = {one.position for one in plan.wanted if one.kind == "number"}
    kinds = {**numeric, **({plan.group.position: False} if plan.group else {})}
    for i, text in enumerate(table.text.pieces(table.separator, PIECE)):
        file.check()
        if not bytes(text.data).strip():
            continue
        own = replace(table, text=text, header=table.header and i == 0)
        read = parse(own, kinds, fixed=fixed)
        late = [position for position, is_one in kinds.items() if is_one and isinstance(read[position], Words)]
        if late:
            raise _TurnedOutTextError(late[0])
        numbers = [p for p in kinds if kinds[p] and np.isinf(np.asarray(read[p])).any()]
        if numbers:
            raise own.bad_number(numbers, FLOAT.wrong)
        yield [read[one.position] for one in plan.read], None, f"{text.name}, from line {text.skipped + 1:,} on"
    file.check()


def _settle(plan: Plan, table: Table, columns: tuple[Column, ...], counts: Sequence[NDArray[np.int64]]) -> Settled:
    """Return what columns of text hold, now that all their words are known."""
    found, values, warnings = list(columns), {}, []
    for i, (one, column) in enumerate(zip(plan.wanted, columns, strict=True)):
        if column.kind != "category":
            warnings += leading_zeros(table, one)
            continue
        found[i], new, odd = settle_words(table, one, column.words, counts[i], lambda _: table.name)
        warnings += odd
        if new is not None:
            values[i] = new
    return Settled(tuple(found), values, tuple(warnings))
