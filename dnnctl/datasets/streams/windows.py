"""Decoded rows: those of the groups at work together, and the next ones, read ahead in a thread."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.rows import ArrayRows

# Windows held: the one at work, the next, and the one before, of which a late caller may still want rows.
HELD = 3
Part = Literal["x", "y"]
# Writes the inputs and the targets of a group's rows into arrays (rows, ...).
Fill = Callable[[int, NDArray[Any], NDArray[Any]], None]


@dataclass(frozen=True)
class Window:
    """The rows of some groups.

    Args:
        groups: The groups, in their order here.
        starts: Where each group of the stream begins in the arrays, (groups of the stream,); -1 for one not here.
        x: Inputs.
        y: Targets.
    """

    groups: tuple[int, ...]
    starts: NDArray[np.int64]
    x: NDArray[Any]
    y: NDArray[Any]


class Windows:
    """What was read of some rows of a stream, as much as is worked on.

    Args:
        counts: Of these rows, how many are in each group, (groups,).
        x: Shape of one row, and type, of the inputs.
        y: Shape of one row, and type, of the targets.
        fill: Reads a group.
    """

    def __init__(
        self,
        counts: NDArray[np.int64],
        x: tuple[tuple[int, ...], np.dtype[Any]],
        y: tuple[tuple[int, ...], np.dtype[Any]],
        fill: Fill,
    ) -> None:
        self._counts, self._x, self._y, self._fill = counts, x, y, fill
        self._offsets = np.cumsum(counts) - counts
        self._held: list[Window] = []
        self._coming: dict[tuple[int, ...], Future[Window]] = {}
        self._lock = Lock()

    @cached_property
    def _thread(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(1, "rows")

    def announce(self, groups: NDArray[np.int64], following: NDArray[np.int64]) -> None:
        """Begin to read a window and the next one, unless they are there.

        Args:
            groups: Groups whose rows will be asked for.
            following: Groups whose rows will be asked for after that; empty for none.
        """
        for each in (groups, following):
            window = tuple(each.tolist())
            with self._lock:
                known = window in self._coming or any(held.groups == window for held in self._held)
                if window and not known:
                    self._coming[window] = self._thread.submit(self._read, window)

    def take(self, part: Part, index: NDArray[Any], out: NDArray[Any]) -> None:
        """Write rows into an array.

        Args:
            part: Inputs or targets.
            index: Their numbers, (m,).
            out: Where to, (m, ...).
        """
        group = np.searchsorted(self._offsets, index, "right") - 1
        left = np.arange(len(index))
        for window in self._with_rows(group):
            at = window.starts[group[left]]
            here = at >= 0
            array: NDArray[Any] = getattr(window, part)
            if here.all() and len(left) == len(index):
                ArrayRows(array).take(at + index - self._offsets[group], out)
                return
            rows = left[here]
            out[rows] = array[at[here] + index[rows] - self._offsets[group[rows]]]
            left = left[~here]
            if not len(left):
                return
        for one in np.unique(group[left]).tolist():
            window = self._read((one,))
            rows = left[group[left] == one]
            out[rows] = getattr(window, part)[index[rows] - self._offsets[one]]
            self._hold(window)

    def _with_rows(self, group: NDArray[np.int64]) -> Sequence[Window]:
        """Return the windows that are held, once those are there that are being read and have rows of these groups."""
        with self._lock:
            coming = dict(self._coming)
            held = list(self._held)
        if coming:
            there = np.zeros(len(self._counts), bool)
            for window in held:
                there |= window.starts >= 0
            missing = set(np.unique(group[~there[group]]).tolist())
            for groups, future in coming.items():
                wanted = bool(missing.intersection(groups))
                if wanted or future.done():
                    try:
                        # What nobody has asked for may be read again, if it could not be read now.
                        if wanted or future.exception() is None:
                            self._hold(future.result())
                    finally:
                        with self._lock:
                            self._coming.pop(groups, None)
            with self._lock:
                held = list(self._held)
        return held[::-1]

    def _hold(self, window: Window) -> None:
        with self._lock:
            if all(held.groups != window.groups for held in self._held):
                self._held.append(window)
                del self._held[:-HELD]

    def _read(self, groups: tuple[int, ...]) -> Window:
        counts = self._counts[list(groups)]
        starts = np.full(len(self._counts), -1, np.int64)
        starts[list(groups)] = np.cumsum(counts) - counts
        rows = int(counts.sum())
        x, y = (np.empty((rows, *shape), dtype) for shape, dtype in (self._x, self._y))
        for group, count in zip(groups, counts.tolist(), strict=True):
            here = slice(int(starts[group]), int(starts[group]) + count)
            if count:
                self._fill(group, x[here], y[here])
        return Window(groups, starts, x, y)
