"""A table in groups of rows, once it is known which columns are inputs, targets and the group that rows belong to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.columns import Cells, Column
from dnnctl.datasets.parts.target import encode_targets
from dnnctl.datasets.streams.base import Block, Marks
from dnnctl.datasets.streams.cell_checks import check_cells, empty_cells
from dnnctl.datasets.streams.columns import ColumnSource
from dnnctl.datasets.tables.groups import keys_of
from dnnctl.datasets.tables.parsing import Parsed, Words
from dnnctl.datasets.tables.selection import Wanted

# How a boolean is written in files that have a type for it.
BOOLEAN = ("false", "true")


@dataclass(frozen=True)
class Roles:
    """What the columns of a table are for.

    Args:
        inputs: What to predict from.
        targets: What to predict.
        group: The column of `data.group`; None without one.
        missing: What becomes of rows with empty cells: `error`, `drop` or `impute`.
        classes: Names of the classes in the order of their labels; empty for numbers.
        untargeted: Whether there are rows without a target.
    """

    inputs: tuple[Wanted, ...]
    targets: tuple[Wanted, ...]
    group: Wanted | None
    missing: str
    classes: tuple[str, ...] = ()
    untargeted: bool = False


@dataclass(frozen=True, eq=False)
class TableStream:
    """The rows of a table.

    Args:
        source: Where its columns are.
        roles: What they are for.
        columns: The inputs with the words of categories that are known; words beside them share one code more.
        dtype: Type of the cells; None for the one that the table needs.
    """

    source: ColumnSource
    roles: Roles
    columns: tuple[Column, ...] = ()
    dtype: np.dtype[Any] | None = None

    @property
    def name(self) -> str:
        """What to call it."""
        return self.source.name

    @property
    def identity(self) -> str:
        """The files and what is read of them."""
        return f"{self.source.identity} {self.roles} {self.dtype or ''}"

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Rows of each group."""
        return self.source.sizes

    @property
    def x(self) -> tuple[tuple[int, ...], np.dtype[Any]]:
        """Shape of one row, and type, of the cells."""
        return (len(self.roles.inputs),), self._number

    @property
    def y(self) -> tuple[tuple[int, ...], np.dtype[Any]]:
        """Shape of one row, and type, of the targets."""
        if self.roles.classes:
            return (), np.dtype(np.int64)
        return (len(self.roles.targets),), np.dtype(np.float64)

    @cached_property
    def _number(self) -> np.dtype[Any]:
        return self.dtype or self.source.number(self.roles.inputs)

    @property
    def marked(self) -> bool:
        """Whether anything but its position decides about a row."""
        roles = self.roles
        return roles.missing == "drop" or roles.group is not None or (roles.untargeted and roles.missing != "error")

    def coarse(self) -> "TableStream":
        """Return the same rows in groups that are worth reading one by one."""
        return self

    def place(self, group: int) -> str:
        """Return what to call a group."""
        return self.source.place(group)

    @cached_property
    def _known(self) -> list[dict[str, float]]:
        """For each input the codes of its words."""
        return [{word: float(code) for code, word in enumerate(column.words)} for column in self.columns]

    def with_columns(self, columns: Sequence[Column]) -> "TableStream":
        """Return the same rows with the codes of these columns' words."""
        return replace(self, columns=tuple(columns))

    def read(self, group: int) -> Block:
        """Return the rows of a group, with the codes of `columns`."""
        block = self._block(group)
        for i, (own, known) in enumerate(zip(block.columns, self._known, strict=True)):
            if own.kind != "category":
                continue
            codes = np.array([*(known.get(word, len(known)) for word in own.words), np.nan], block.x.dtype)
            cells = block.x[:, i]
            cells[...] = codes[np.where(np.isnan(cells), len(own.words), cells).astype(np.int64)]
        return replace(block, columns=self.columns)

    def read_as_written(self, group: int) -> Block:
        """Return the rows of a group, where categories have codes of their own: those of the block's columns."""
        block = self._block(group)
        names = [one.name for one in self.roles.inputs]
        check_cells(block.x.T, names, self.roles.missing, self.name, self.place(group))
        return block

    def _block(self, group: int) -> Block:
        roles = self.roles
        every = (*roles.inputs, *roles.targets, *((roles.group,) if roles.group else ()))
        cells = self.source.read(group, every)
        inputs, targets = cells[: len(roles.inputs)], cells[len(roles.inputs) :][: len(roles.targets)]
        rows = int(self.sizes[group])
        # A column after the other, as they are in the files; whoever wants rows turns those that are wanted.
        values = np.empty((len(inputs), rows), self._number)
        columns = []
        for i, (wanted, read) in enumerate(zip(roles.inputs, inputs, strict=True)):
            # What is too large for 32 bits becomes infinite, and is refused where the rows are surveyed.
            with np.errstate(over="ignore"):
                values[i] = read.codes if isinstance(read, Words) else read
            columns.append(_column(wanted, read))
        y, kept = self._targets(targets, self.place(group))
        if kept is not None and roles.missing == "error":
            names = ", ".join(one.name for one in roles.targets)
            raise empty_cells(self.name, {names: int((~kept).sum())}, self.place(group))
        if roles.missing == "drop":
            full = ~np.asarray(np.isnan(values).any(axis=0))
            kept = full if kept is None else kept & full
        keys = _keys(cells[-1]) if roles.group else None
        return Block(values.T, y, Marks(kept, keys), tuple(columns))

    def read_targets(self, group: int) -> tuple[NDArray[Any], Marks]:
        """Return the targets of a group's rows; the inputs are read where empty cells decide about a row."""
        roles = self.roles
        if roles.missing == "drop":
            block = self._block(group)
            return block.y, block.marks
        cells = self.source.read(group, (*roles.targets, *((roles.group,) if roles.group else ())))
        y, kept = self._targets(cells[: len(roles.targets)], self.place(group))
        return y, Marks(kept, _keys(cells[-1]) if roles.group else None)

    def marks(self, group: int) -> Marks:
        """Return what decides about the rows of a group."""
        roles = self.roles
        if roles.missing == "drop":
            return self.read_as_written(group).marks
        every = (*(roles.targets if roles.untargeted else ()), *((roles.group,) if roles.group else ()))
        cells = self.source.read(group, every) if every else []
        kept = None
        if roles.untargeted:
            kept = _filled(cells[: len(roles.targets)])
        return Marks(kept, _keys(cells[-1]) if roles.group else None)

    def _targets(self, read: Sequence[Parsed], place: str) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
        """Return the targets as they are learned from, and which rows have them; None for all."""
        values = [each.codes if isinstance(each, Words) else each for each in read]
        kept = _filled(read)
        if kept is not None:
            # Rows that are not taken still need some value.
            values = [np.where(kept, each, each[np.argmax(kept)] if kept.any() else 0) for each in values]
        columns = tuple(_column(*each) for each in zip(self.roles.targets, read, strict=True))
        if kept is not None and not kept.any():
            shape, dtype = self.y
            return np.zeros((len(kept), *shape), dtype), kept
        return encode_targets(Cells(columns, np.stack(values, axis=1)), self.roles.classes, place), kept


def bare(wanted: Wanted) -> Column:
    """Return what a column holds before its words are known."""
    words = wanted.words or BOOLEAN if wanted.kind == "boolean" else ()
    return Column(wanted.name, wanted.kind or "number", words, wanted.form)


def _column(wanted: Wanted, read: Parsed) -> Column:
    if isinstance(read, Words):
        return Column(wanted.name, "category", read.words)
    return bare(wanted)


def _filled(read: Sequence[Parsed]) -> NDArray[np.bool_] | None:
    """Return in which rows no cell is empty; None if none is in any."""
    empty = np.zeros(len(read[0].codes if isinstance(read[0], Words) else read[0]), bool)
    for each in read:
        empty |= np.isnan(each.codes if isinstance(each, Words) else each)
    return ~empty if empty.any() else None


def _keys(read: Parsed) -> NDArray[np.uint64]:
    """Return a number for each row that rows with the same text share; rows without one are a group too."""
    assert isinstance(read, Words)
    return keys_of(read)
