"""Columns in files: what a source of tables offers, before it is known which of them are wanted and what for."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.tables.names import NamedColumns
from dnnctl.datasets.tables.parsing import Parsed
from dnnctl.datasets.tables.selection import Wanted


class ColumnSource(NamedColumns, Protocol):
    """Tables with the same columns, read a group of rows at a time; several threads may read at once."""

    @property
    def identity(self) -> str:
        """The files, as long as nobody changes them, and how they are read."""

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Rows of each group, (groups,)."""

    def known(self, wanted: Wanted) -> Wanted:
        """Return a wanted column with its kind, as its type in the files says if nothing else does.

        Raises:
            WrongOptionError: If it holds what no network can read.
        """

    def read(self, group: int, wanted: Sequence[Wanted]) -> list[Parsed]:
        """Return the cells of some columns of a group.

        Raises:
            DataError: If they cannot be read; the message names the file and the group.
        """

    def number(self, wanted: Sequence[Wanted]) -> np.dtype[Any]:
        """Return the type of floating point that holds the cells of some columns well enough."""

    def place(self, group: int) -> str:
        """Return what to call a group in messages."""
