"""The order of an epoch over rows that are never held together.

The groups of rows are dealt out to windows, drawn anew for each epoch, so that every window has groups out of all parts
of the files: of a table that lies in some order it is a systematic sample, with about the same share of everything. The
rows of a window are shuffled together. Each part of an order is a function of seed, epoch and place alone.

Source: systematic sampling is that of Cochran, Sampling Techniques, 1977, chapter 8.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.random_streams import generator

# Windows whose shuffled numbers are kept: the one at work, and one that is asked for ahead or behind.
KEPT = 3
# Told of the groups of a window and those of the next one before its rows are asked for.
Announce = Callable[[NDArray[np.int64], NDArray[np.int64]], None]


def ranges(starts: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the whole numbers from each start on, so many of each, one range behind the other."""
    before = np.cumsum(counts) - counts
    return np.repeat(starts - before, counts) + np.arange(int(counts.sum()))


@dataclass(frozen=True, eq=False)
class WindowedOrder:
    """The numbers of rows in the order in which an epoch visits them.

    Args:
        counts: Rows of each group, (groups,).
        groups: The groups to visit, ascending, none of them empty, (m,).
        key: The configuration's seed, the epoch, counted from 0, and what else tells this order from others.
        window: How many rows are shuffled together: as many groups as have about that many, at least one.
        announce: Called when a window is come to; None where nobody is to be told.
    """

    counts: NDArray[np.int64]
    groups: NDArray[np.int64]
    key: tuple[int, ...]
    window: int
    announce: Announce | None = None
    _shuffled: dict[int, NDArray[np.int64]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    @cached_property
    def _windows(self) -> list[NDArray[np.int64]]:
        """The groups of each window."""
        groups = self.groups
        if not len(groups):
            return []
        windows = min(len(groups), max(1, round(int(self.counts[groups].sum()) / self.window)))
        # Of groups that follow each other, as many as there are windows, each window gets one.
        stretches = np.tile(np.arange(windows), (-(-len(groups) // windows), 1))
        drawn = generator("order of groups", *self.key).permuted(stretches, axis=1).reshape(-1)[: len(groups)]
        ends = np.cumsum(np.bincount(drawn, minlength=windows))
        return np.split(groups[np.argsort(drawn, kind="stable")], ends[:-1])

    @cached_property
    def _ends(self) -> NDArray[np.int64]:
        """How many rows there are up to the end of each window."""
        return np.cumsum([int(self.counts[each].sum()) for each in self._windows], dtype=np.int64)

    @cached_property
    def _offsets(self) -> NDArray[np.int64]:
        """How many rows there are before each group."""
        return np.asarray(np.cumsum(self.counts) - self.counts)

    def __len__(self) -> int:
        """Return how many rows are visited."""
        return int(self._ends[-1]) if len(self._ends) else 0

    def __getitem__(self, places: slice | NDArray[Any]) -> NDArray[np.int64]:
        """Return the numbers at some places, (m,)."""
        at = np.arange(*places.indices(len(self))) if isinstance(places, slice) else places
        numbers = np.empty(len(at), np.int64)
        window = np.searchsorted(self._ends, at, "right")
        for one in np.unique(window).tolist():
            here, rows = window == one, self._rows(one)
            numbers[here] = rows[at[here] - (int(self._ends[one]) - len(rows))]
        return numbers

    def _rows(self, window: int) -> NDArray[np.int64]:
        """Return the numbers of a window's rows, shuffled, and say that they will be asked for."""
        groups = self._windows[window]
        if self.announce is not None:
            self.announce(groups, self._windows[window + 1] if window + 1 < len(self._windows) else groups[:0])
        with self._lock:
            rows = self._shuffled.get(window)
            if rows is None:
                rows = ranges(self._offsets[groups], self.counts[groups])
                rows = rows[generator("order in a window", *self.key, window).permutation(len(rows))]
                self._shuffled[window] = rows
                while len(self._shuffled) > KEPT:
                    del self._shuffled[next(iter(self._shuffled))]
            return rows
