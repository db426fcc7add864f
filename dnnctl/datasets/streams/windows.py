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

# Windows held of a lane: the one at work, the next, and the one before, of which a late caller may still want rows.
HELD = 3
# Groups whose targets alone are held.
TARGETS_HELD = 64
Part = Literal["x", "y"]
# Writes the inputs and the targets of a group's rows into arrays (rows, ...); no inputs where there is no such array.
Fill = Callable[[int, NDArray[Any] | None, NDArray[Any]], None]


@dataclass(frozen=True)
class Window:
    """The rows of some groups.

    Args:
        groups: The groups, ascending, (m,).
        starts: Where each begins in the arrays, (m,).
        x: Inputs; None where only targets were wanted.
        y: Targets.
    """

    groups: NDArray[np.int64]
    starts: NDArray[np.int64]
    x: NDArray[Any] | None
    y: NDArray[Any]

    def has(self, part: Part) -> bool:
        """Tell whether it holds the inputs, or the targets."""
        return part == "y" or self.x is not None


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
        self._counts, self._fill = counts, fill
        self._specs: tuple[tuple[Part, Any], ...] = ("x", x), ("y", y)
        self._offsets = np.cumsum(counts) - counts
        self._held: list[Window] = []
        self._targets: list[Window] = []
        self._coming: dict[tuple[int, ...], Future[Window]] = {}
        self._lock = Lock()
        # As many windows are at work at a time.
        self.lanes = 1

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
            with self._lock:
                window = tuple(each.tolist())
                known = window in self._coming or any(np.array_equal(held.groups, each) for held in self._held)
                if window and not known:
                    self._coming[window] = self._thread.submit(self._read, each)

    def take(self, part: Part, index: NDArray[Any], out: NDArray[Any]) -> None:
        """Write rows into an array.

        Targets of rows whose inputs nobody here asks for are read without those.

        Args:
            part: Inputs or targets.
            index: Their numbers, (m,).
            out: Where to, (m, ...).
        """
        group = np.searchsorted(self._offsets, index, "right") - 1
        held = self._with_rows(group, part)
        # Which window has the rows of a group; the latest, if several have.
        owner = np.full(len(self._counts), -1, np.int32)
        for number, window in enumerate(held):
            owner[window.groups] = number
        which = owner[group]
        for number in np.unique(which).tolist():
            here = slice(None) if which[0] == number and (which == number).all() else np.flatnonzero(which == number)
            if number >= 0:
                self._copy(held[number], part, group[here], index[here], here, out)
        for one in np.unique(group[which < 0]).tolist():
            here = np.flatnonzero((which < 0) & (group == one))
            window = self._read(np.array([one]), part)
            self._copy(window, part, group[here], index[here], here, out)
            self._hold(window)

    def _copy(
        self,
        window: Window,
        part: Part,
        group: NDArray[np.int64],
        index: NDArray[Any],
        here: NDArray[np.int64] | slice,
        out: NDArray[Any],
    ) -> None:
        """Write rows of a window into an array: those with these numbers, of these groups, to these places."""
        array = window.x if part == "x" else window.y
        assert array is not None
        at = window.starts[np.searchsorted(window.groups, group)] + index - self._offsets[group]
        if isinstance(here, slice):
            ArrayRows(array).take(at, out)
        else:
            out[here] = array[at]

    def _with_rows(self, group: NDArray[np.int64], part: Part) -> Sequence[Window]:
        """Return the windows that are held, once those are there that are being read and have rows of these groups."""
        with self._lock:
            coming = dict(self._coming)
            held = [*self._targets, *self._held]
        if coming:
            there = np.zeros(len(self._counts), bool)
            for window in held:
                if window.has(part):
                    there[window.groups] = True
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
            return [window for window in (*self._targets, *self._held) if window.has(part)]

    def _hold(self, window: Window) -> None:
        held, most = (self._targets, TARGETS_HELD) if window.x is None else (self._held, HELD * self.lanes)
        with self._lock:
            if all(not np.array_equal(other.groups, window.groups) for other in held):
                held.append(window)
                del held[:-most]

    def _read(self, groups: NDArray[np.int64], part: Part = "x") -> Window:
        counts = self._counts[groups]
        starts = np.cumsum(counts) - counts
        rows = int(counts.sum())
        x, y = (np.empty((rows * (wanted in ("y", part)), *shape), dtype) for wanted, (shape, dtype) in self._specs)
        for group, start, count in zip(groups.tolist(), starts.tolist(), counts.tolist(), strict=True):
            here = slice(start, start + count)
            if count:
                self._fill(group, x[here] if part == "x" else None, y[here])
        return Window(groups, starts, x if part == "x" else None, y)
