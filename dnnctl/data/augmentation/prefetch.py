"""Changed pictures made ahead of need, in threads of their own, while the network learns from those before."""

import math
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.data.augmentation.transforms import Augmenter, Floats
from dnnctl.datasets.rows import Order, Rows

# Pixels made in one go: what is worked on stays in the processor's cache.
PIXELS = 1 << 17


class PrefetchedRows:
    """The training rows of one epoch after another, changed, in the order they are visited.

    Args:
        rows: All training rows, raw: (n, height, width[, channels]).
        augmenter: What changes them, and in how many threads.
    """

    def __init__(self, rows: Rows, augmenter: Augmenter) -> None:
        self._rows, self._augmenter = rows, augmenter
        self._workers = augmenter.workers
        self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix="augment")
        self._portion = max(1, PIXELS // max(1, math.prod(rows.shape[1:])))
        self._waiting: deque[Future[Floats]] = deque()
        self._order: Order = np.zeros(0, np.int64)
        self._next = 0
        self._left = np.zeros((0, *rows.shape[1:]), np.float32)
        self._make = partial(augmenter, parameters=augmenter.parameters(0, 0))

    def start(self, order: Order, epoch: int, first: int = 0) -> None:
        """Begin an epoch.

        Args:
            order: Row numbers in the order to visit them, (n,).
            epoch: The epoch, counted from 0.
            first: How many of them were visited before.
        """
        while self._waiting:
            self._waiting.popleft().cancel()
        self._make = partial(self._augmenter, parameters=self._augmenter.parameters(epoch, len(self._rows)))
        self._order, self._next, self._left = order, first, self._left[:0]
        self._fill()

    def take(self, count: int) -> Floats:
        """Return the next rows, (count, height, width[, channels]), float32.

        Args:
            count: How many; no more than are left.
        """
        parts, missing = [self._left[:count]], count - len(self._left)
        self._left = self._left[count:]
        while missing > 0:
            made = self._waiting.popleft().result()
            self._fill()
            parts.append(made[:missing])
            self._left = made[missing:]
            missing -= len(made)
        return np.concatenate(parts) if len(parts) > 2 or len(parts[0]) else parts[-1]

    def _fill(self) -> None:
        """Give every worker something to do, and have as much ready as they do at a time."""
        while len(self._waiting) < 2 * self._workers and self._next < len(self._order):
            rows = self._order[self._next : self._next + self._portion]
            self._next += len(rows)
            self._waiting.append(self._pool.submit(self._work, rows))

    def _work(self, rows: NDArray[Any]) -> Floats:
        return self._make(self._rows.take(rows), rows)
