"""The input pipeline: rows stay where they are, the next few batches are gathered from them as they are."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.data.augmentation.prefetch import PrefetchedRows
from dnnctl.data.augmentation.transforms import Augmenter
from dnnctl.datasets.rows import Order, Rows
from dnnctl.engines.base import STEPS_AT_ONCE

# Rows are handed to the graph in portions of at most so many bytes, one batch at least.
PORTION = 8 << 20


class EpochRows:
    """Training rows, and those of one epoch after another in its order.

    Shuffling moves row numbers, not rows. The rows stay where the caller has them: a portion of
    some batches is gathered (bytes, for images) and handed to TensorFlow, which casts and scales them.

    Args:
        x: Raw inputs, (n, ...), wherever they are.
        y: Prepared targets, (n,) or (n, targets).
        augmenter: What changes pictures before each visit; None leaves them as they are.
    """

    def __init__(self, x: Rows, y: Rows, augmenter: Augmenter | None = None) -> None:
        self._x, self._y = x, y
        self._changed = PrefetchedRows(x, augmenter) if augmenter is not None else None
        self.dtype = np.dtype(np.float32) if augmenter is not None else x.dtype
        self._order: Order = np.zeros(0, np.int64)
        self._batch_size = self._batches = 1
        self._position = 0
        self._buffer = np.empty((0, *x.shape[1:]), x.dtype)

    def start(self, order: Order, batch_size: int, first: int = 0, epoch: int = 0) -> None:
        """Begin an epoch.

        Args:
            order: Row numbers in the order to visit them, (n,).
            batch_size: Rows a batch; the last one has what is left.
            first: Batch to begin with, counted from 0.
            epoch: The epoch, counted from 0: it decides how pictures are changed.
        """
        self._order, self._batch_size, self._position = order, batch_size, first * batch_size
        row = max(1, math.prod(self._x.shape[1:]) * self.dtype.itemsize)
        self._batches = min(STEPS_AT_ONCE, max(1, PORTION // (row * batch_size)))
        if self._changed is not None:
            self._changed.start(order, epoch, self._position)
            return
        rows = min(self._batches * batch_size, len(order))
        if len(self._buffer) < rows:
            self._buffer = np.empty((rows, *self._x.shape[1:]), self._x.dtype)

    @property
    def batch_size(self) -> int:
        """Rows a batch."""
        return self._batch_size

    @property
    def most(self) -> int:
        """Batches in a portion at most."""
        return self._batches

    def portions(self, batches: int) -> Iterator[tuple[NDArray[Any], NDArray[Any], int]]:
        """Yield the epoch's next batches a few at a time.

        Args:
            batches: How many in all.

        Yields:
            Rows (m, ...), valid until the next portion; their targets; the number of batches they make.
        """
        while batches:
            count = min(batches, self._batches)
            index = self._order[self._position : self._position + count * self._batch_size]
            if len(index) <= (count - 1) * self._batch_size:
                raise ValueError(f"the epoch has no {count} batches left; start_epoch begins the next one")
            self._position += len(index)
            batches -= count
            rows = self._gathered(index)
            if self._position >= len(self._order):
                # Of very many rows even their numbers take room, and what follows an epoch may need it.
                self._order, self._buffer = np.zeros(0, np.int64), self._buffer[:0].copy()
            yield rows, self._y.take(index), count

    def _gathered(self, index: NDArray[Any]) -> NDArray[Any]:
        """Return the rows that come next."""
        if self._changed is not None:
            return self._changed.take(len(index))
        return self._x.take(index, out=self._buffer[: len(index)])
