"""Rows, wherever they are: the one way in which training and evaluation ask for them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from dnnctl import memory


class Rows(Protocol):
    """Inputs of one shape and type, gathered by their numbers or gone through in blocks.

    Whoever asks so never holds all of them, and gets the same bits from an array and from a file larger than memory.
    """

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of rows, then the shape of one, (n, ...)."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the elements."""

    def __len__(self) -> int:
        """Return the number of rows."""

    def take(self, index: NDArray[Any], out: NDArray[Any] | None = None) -> NDArray[Any]:
        """Return some rows; several threads may ask at once.

        Args:
            index: Their numbers, (m,), each from 0 to n - 1; a number may come again.
            out: Where to put them, (m, ...) of the same type; a new array if None.

        Returns:
            The rows in the order of their numbers, (m, ...); `out` itself if it is given.
        """

    def blocks(self, size: int = memory.ROWS) -> Iterator[NDArray[Any]]:
        """Yield all rows in their order, `size` at a time, the last ones perhaps fewer; one empty block if none are."""


class Order(Protocol):
    """Numbers of rows in the order in which they are visited: an array, or what knows any part of itself."""

    def __len__(self) -> int:
        """Return how many rows are visited."""

    def __getitem__(self, places: slice | NDArray[Any], /) -> NDArray[np.int64]:
        """Return the numbers at some places, (m,); whoever asks goes through them from the front to the back."""


@dataclass(frozen=True)
class ArrayRows:
    """Rows of an array in memory, which is not copied.

    Args:
        array: The rows, (n, ...).
    """

    array: NDArray[Any]

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the array."""
        return self.array.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of its elements."""
        return self.array.dtype

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.array)

    def take(self, index: NDArray[Any], out: NDArray[Any] | None = None) -> NDArray[Any]:
        """Return some rows, (m, ...)."""
        if not self.array.flags.c_contiguous:
            # Of the columns of a table beside its targets `take` would make a copy first, all rows of them.
            rows: NDArray[Any] = self.array[index]
            if out is None:
                return rows
            np.copyto(out, rows)
            return out
        if out is None:
            return self.array.take(index, axis=0)
        # mode="clip" writes straight into the buffer; the default would make a copy first.
        return self.array.take(index, axis=0, out=out, mode="clip")

    def blocks(self, size: int = memory.ROWS) -> Iterator[NDArray[Any]]:
        """Yield views of the array."""
        for block in memory.blocks(max(1, len(self.array)), size):
            yield self.array[block]
