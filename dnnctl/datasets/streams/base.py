"""What data larger than memory is made of: groups of rows, each read as a whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.columns import Column


@dataclass(frozen=True)
class Marks:
    """What decides about rows of a group besides their position.

    Args:
        kept: Which rows count at all, (rows,) bool; None for all.
        keys: A number for each row that rows of one group of `data.group` share, (rows,); None without such groups.
    """

    kept: NDArray[np.bool_] | None = None
    keys: NDArray[np.uint64] | None = None


@dataclass(frozen=True)
class Block:
    """The rows of a group, all of them.

    Args:
        x: Inputs, (rows, ...) in whatever order in memory; of a table the cells, with the codes of categories.
        y: Labels int64 (rows,), or numbers float32 (rows, targets).
        marks: What decides about these rows.
        columns: Of a table, what its columns hold; the codes of categories are those of this block's words.
    """

    x: NDArray[Any]
    y: NDArray[Any]
    marks: Marks = Marks()
    columns: tuple[Column, ...] = ()


class Stream(Protocol):
    """Rows in files, which are read a group at a time; several threads may read at once.

    Where a file was cut off, changed or removed since it was opened, reading raises a `DataError` with file and group.
    """

    @property
    def name(self) -> str:
        """What to call it in messages."""

    @property
    def identity(self) -> str:
        """The files, as long as nobody changes them, and what is read of them, in a word that no other stream has."""

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Rows of each group, (groups,)."""

    @property
    def x(self) -> tuple[tuple[int, ...], np.dtype[Any]]:
        """Shape of one row, and type, of the inputs."""

    @property
    def y(self) -> tuple[tuple[int, ...], np.dtype[Any]]:
        """Shape of one row, and type, of the targets."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """Of a table, what its inputs hold, with the words that `read` has codes for; nothing for what is none."""

    @property
    def marked(self) -> bool:
        """Whether anything but its position decides about a row."""

    def coarse(self) -> "Stream":
        """Return the same rows in groups that are worth being read one by one from the front to the back."""

    def read_as_written(self, group: int) -> Block:
        """Return the rows of a group, with the codes for categories that the block's columns say."""

    def with_columns(self, columns: Sequence[Column]) -> "Stream":
        """Return the same rows, where that can be chosen with the codes of these columns' words."""

    def read(self, group: int) -> Block:
        """Return the rows of a group, with the codes that the whole stream has for categories."""

    def read_targets(self, group: int) -> tuple[NDArray[Any], Marks]:
        """Return the targets of a group's rows and what decides about these, reading no more than that if it can."""

    def marks(self, group: int) -> Marks:
        """Return what decides about the rows of a group, reading no more than that."""

    def place(self, group: int) -> str:
        """Return what to call a group in messages, as `part-3.parquet, row group 12`."""
