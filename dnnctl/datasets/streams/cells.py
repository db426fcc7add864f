"""The cells of a table in files of numbers, row after row, which any few rows can be read from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.columns import Cells, Column
from dnnctl.datasets.parts.target import encode_targets
from dnnctl.datasets.streams.array_file import ArrayFile
from dnnctl.datasets.streams.base import Block, Marks
from dnnctl.datasets.tables.parsing import Parsed, Words
from dnnctl.datasets.tables.selection import Wanted

# Rows of a block that is drawn for an epoch, and of one that is gone through from the front to the back.
BLOCK, COARSE = 512, 1 << 16


def block_sizes(rows: int, size: int) -> NDArray[np.int64]:
    """Return the sizes of blocks that rows are cut into, the last one perhaps smaller."""
    full, rest = divmod(rows, size)
    return np.array([size] * full + [rest] * (rest > 0), np.int64)


@dataclass(frozen=True)
class CellsFile:
    """Columns of a table, as a source of them.

    Args:
        name: What to call it in messages.
        cells: Those of the inputs, float32 or float64 (rows, inputs), with the codes of categories; NaN where one is
            empty.
        targets: Those of the targets, float64 (rows, targets).
        keys: uint64 (rows,), for each row a number that rows of one group share; None without groups.
        columns: What the columns hold, the inputs first.
    """

    name: str
    cells: ArrayFile
    targets: ArrayFile
    keys: ArrayFile | None
    columns: tuple[Column, ...]
    hint: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(column.name for column in self.columns)

    @property
    def identity(self) -> str:
        """The files."""
        return f"{self.cells} {self.targets}"

    @property
    def inputs(self) -> int:
        """How many of the columns are inputs."""
        return self.cells.shape[1]

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """Rows of each coarse block."""
        return block_sizes(len(self.targets), COARSE)

    def known(self, wanted: Wanted) -> Wanted:
        """Return a wanted column with its kind."""
        return Wanted.known(self.columns[wanted.position], wanted.position)

    def read(self, group: int, wanted: Sequence[Wanted]) -> list[Parsed]:
        """Return the cells of some columns of a coarse block."""
        first, rows = group * COARSE, int(self.sizes[group])
        inputs, targets = (
            file.read(first, rows) if any((one.position < self.inputs) == given for one in wanted) else None
            for file, given in ((self.cells, True), (self.targets, False))
        )
        read: list[Parsed] = []
        for one in wanted:
            values, at = (inputs, one.position) if one.position < self.inputs else (targets, one.position - self.inputs)
            assert values is not None
            column, own = self.columns[one.position], np.ascontiguousarray(values[:, at])
            read.append(Words(own, column.words) if column.kind == "category" else own)
        return read

    def wanted(self) -> tuple[Wanted, ...]:
        """Return all columns."""
        return tuple(Wanted.known(column, i) for i, column in enumerate(self.columns))

    def number(self, wanted: Sequence[Wanted]) -> np.dtype[Any]:
        """Return the type that inputs are kept in."""
        return self.cells.dtype

    def rows(self, first: int, rows: int) -> Cells:
        """Return the targets of some rows."""
        return Cells(self.columns[self.inputs :], self.targets.read(first, rows))

    def place(self, group: int) -> str:
        """Return a block's rows."""
        return f"{self.name}, rows {group * COARSE:,} to {group * COARSE + int(self.sizes[group]):,}"


@dataclass(frozen=True)
class CellsStream:
    """The rows of such a table; those that have no place in it were left out when it was written.

    Args:
        source: The table.
        classes: Names of the classes; empty for numbers.
        block: Rows of a group.
    """

    source: CellsFile
    classes: tuple[str, ...]
    block: int = BLOCK

    @property
    def name(self) -> str:
        """What to call it."""
        return self.source.name

    @property
    def identity(self) -> str:
        """The file and what is read of it."""
        return f"{self.source.identity} {self.classes} {self.block}"

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """Rows of each block."""
        return block_sizes(len(self.source.targets), self.block)

    @property
    def columns(self) -> tuple[Column, ...]:
        """The inputs."""
        return self.source.columns[: self.source.inputs]

    @property
    def x(self) -> tuple[tuple[int, ...], np.dtype[Any]]:
        """Shape of one row, and type, of the cells."""
        return (self.source.inputs,), self.source.cells.dtype

    @property
    def y(self) -> tuple[tuple[int, ...], np.dtype[Any]]:
        """Shape of one row, and type, of the targets."""
        if self.classes:
            return (), np.dtype(np.int64)
        return (len(self.source.columns) - self.source.inputs,), np.dtype(np.float64)

    @property
    def marked(self) -> bool:
        """Whether rows belong to groups."""
        return self.source.keys is not None

    def coarse(self) -> "CellsStream":
        """Return the same rows in larger blocks."""
        return replace(self, block=COARSE)

    def with_columns(self, columns: Sequence[Column]) -> "CellsStream":
        """Return the same rows, with the codes that are in the file."""
        return self

    def read_as_written(self, group: int) -> Block:
        """Return the rows of a block."""
        return self.read(group)

    def read(self, group: int) -> Block:
        """Return the rows of a block."""
        first, rows = group * self.block, int(self.sizes[group])
        y = encode_targets(self.source.rows(first, rows), self.classes, self.name)
        return Block(self.source.cells.read(first, rows), y, self.marks(group), self.columns)

    def read_targets(self, group: int) -> tuple[NDArray[Any], Marks]:
        """Return the targets of a block, which lie between its inputs."""
        block = self.read(group)
        return block.y, block.marks

    def marks(self, group: int) -> Marks:
        """Return the groups that the rows of a block belong to."""
        keys = self.source.keys
        return Marks() if keys is None else Marks(None, keys.read(group * self.block, int(self.sizes[group])))

    def place(self, group: int) -> str:
        """Return a block's rows."""
        return f"{self.name}, rows {group * self.block:,} to {group * self.block + int(self.sizes[group]):,}"
