"""Rows of arrays that stay in their files."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.arrays.targets import labels_of
from dnnctl.datasets.columns import Cells, Column
from dnnctl.datasets.parts.precision import is_too_large
from dnnctl.datasets.parts.target import encode_targets
from dnnctl.datasets.streams.array_file import ArrayFile
from dnnctl.datasets.streams.base import Block, Marks
from dnnctl.datasets.streams.cells import BLOCK, COARSE, CellsFile, block_sizes
from dnnctl.datasets.tables.parsing import Parsed, Words
from dnnctl.datasets.tables.selection import Wanted
from dnnctl.errors import DataError

# Bytes of a block that is gone through from the front to the back, at most.
BYTES = 1 << 24


@dataclass(frozen=True)
class ArrayTargets:
    """The targets of rows, as columns of a table.

    Args:
        name: What to call it.
        file: Where they are, (rows,) or (rows, targets).
        hint: Why a column may not be there; nothing.
        counts: How many targets a row may have; any number if these are the training rows.
    """

    name: str
    file: ArrayFile
    hint: str = ""
    counts: tuple[int, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the targets."""
        many = int(np.prod(self.file.shape[1:]))
        return ("y",) if many == 1 else tuple(f"y{i + 1}" for i in range(many))

    @property
    def identity(self) -> str:
        """The file."""
        return str(self.file)

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """Rows of each block."""
        return block_sizes(len(self.file), COARSE)

    def wanted(self) -> tuple[Wanted, ...]:
        """Return all targets."""
        kind = "category" if self.file.dtype.kind in "US" else "number"
        return tuple(Wanted(name, i, kind) for i, name in enumerate(self.names))  # type: ignore[arg-type]

    def known(self, wanted: Wanted) -> Wanted:
        """Return a target as it is."""
        return wanted

    def read(self, group: int, wanted: Sequence[Wanted]) -> list[Parsed]:
        """Return the targets of a block."""
        cells = self.rows(group * COARSE, int(self.sizes[group]))
        column = cells.columns[0]
        if column.kind == "category":
            return [Words(np.ascontiguousarray(cells.values[:, 0]), column.words)]
        return [np.ascontiguousarray(cells.values[:, one.position]) for one in wanted]

    def number(self, wanted: Sequence[Wanted]) -> np.dtype[Any]:
        """Return the type of numbers to predict."""
        return np.dtype(np.float64)

    def rows(self, first: int, rows: int) -> Cells:
        """Return the targets of some rows."""
        return labels_of(self.file.read(first, rows), rows, self.name, self.counts, first)

    def place(self, group: int) -> str:
        """Return a block's rows."""
        return f"{self.name}, rows {group * COARSE:,} to {group * COARSE + int(self.sizes[group]):,}"


@dataclass(frozen=True)
class ArrayStream:
    """Rows of an array of inputs and one of targets.

    Args:
        inputs: The inputs, (rows, ...).
        targets: The targets.
        row: Shape of one row as it is trained on.
        dtype: Type that inputs are kept in.
        classes: The classes as the array has them; empty for numbers.
        block: Rows of a group.
    """

    inputs: ArrayFile
    targets: ArrayTargets | CellsFile
    row: tuple[int, ...]
    dtype: str
    classes: tuple[str, ...]
    block: int = BLOCK
    columns: tuple[Column, ...] = ()
    marked: bool = False

    @property
    def name(self) -> str:
        """What to call it."""
        return self.targets.name

    @property
    def identity(self) -> str:
        """The files and how they are read."""
        return f"{self.inputs} {self.targets.identity} {self.row} {self.dtype} {self.classes} {self._size}"

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """Rows of each block."""
        return block_sizes(len(self.inputs), self._size)

    @property
    def x(self) -> tuple[tuple[int, ...], np.dtype[Any]]:
        """Shape of one row, and type, of the inputs."""
        return self.row, np.dtype(self.dtype)

    @property
    def y(self) -> tuple[tuple[int, ...], np.dtype[Any]]:
        """Shape of one row, and type, of the targets."""
        return ((), np.dtype(np.int64)) if self.classes else ((len(self.targets.names),), np.dtype(np.float64))

    def coarse(self) -> "ArrayStream":
        """Return the same rows in larger blocks."""
        return replace(self, block=COARSE)

    def with_columns(self, columns: Sequence[Column]) -> "ArrayStream":
        """Return the same rows, which have no codes."""
        return self

    def read_as_written(self, group: int) -> Block:
        """Return the rows of a block, all of whose numbers are finite."""
        block = self.read(group)
        wide = block.x.dtype == np.float64
        finite = block.x.dtype.kind != "f" or np.isfinite(block.x.sum(dtype=np.float64))
        if not finite or (wide and is_too_large(block.x)):
            raise DataError(f"{self.place(group)}: hold NaN, infinity or a number too large for 32 bits")
        return block

    def read(self, group: int) -> Block:
        """Return the rows of a block."""
        first, rows = group * self._size, int(self.sizes[group])
        with np.errstate(over="ignore"):
            x = self.inputs.read(first, rows).reshape(rows, *self.row).astype(self.dtype, copy=False)
        return Block(x, self.read_targets(group)[0])

    def read_targets(self, group: int) -> tuple[NDArray[Any], Marks]:
        """Return the targets of a block."""
        cells = self.targets.rows(group * self._size, int(self.sizes[group]))
        return encode_targets(cells, self.classes, self.name), Marks()

    def marks(self, group: int) -> Marks:
        """Return nothing: positions alone decide."""
        return Marks()

    def place(self, group: int) -> str:
        """Return a block's rows."""
        first = group * self._size
        return f"{self.inputs.file.name}, rows {first:,} to {first + int(self.sizes[group]):,}"

    @cached_property
    def _size(self) -> int:
        """Rows of a block; of large pictures fewer. A coarse block is whole fine ones."""
        most = max(1, BYTES // self.inputs.row_bytes)
        fine = min(BLOCK, most)
        return max(fine, min(self.block, most) // fine * fine)
