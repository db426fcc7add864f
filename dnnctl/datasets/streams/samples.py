"""Rows of a split that stay in their files: gathered by number, gone through in blocks, or sampled."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from dnnctl import memory
from dnnctl.datasets.columns import Cells, recoded
from dnnctl.datasets.rows import Order
from dnnctl.datasets.samples import Samples
from dnnctl.datasets.streams.base import Marks, Stream
from dnnctl.datasets.streams.kept import KeptRows, Parts
from dnnctl.datasets.streams.lanes import epoch_order, lanes_of
from dnnctl.datasets.streams.reading import ahead, put
from dnnctl.datasets.streams.sampling import chosen
from dnnctl.datasets.streams.selection import Selection
from dnnctl.datasets.streams.survey import Statistics
from dnnctl.datasets.streams.surveyor import Surveyor
from dnnctl.datasets.streams.windows import HELD, Part, Windows

# Bytes of rows that are shuffled together where nothing is said.
WINDOW = 48 << 20


class Coding(Protocol):
    """From the cells of a table to what the network takes."""

    @property
    def width(self) -> int:
        """How many numbers a row becomes."""

    @property
    def plain(self) -> bool:
        """Whether it becomes as many as it has cells, which may be written over themselves."""

    def __call__(self, cells: NDArray[Any], out: NDArray[Any], /) -> None:
        """Write cells (m, columns) as numbers into an array of their type, (m, width)."""


@dataclass(frozen=True, eq=False)
class StreamedRows:
    """The inputs or the targets of rows that stay in their files.

    Args:
        of: The rows.
        part: Which of the two.
    """

    of: "StreamedSamples"
    part: Part

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of rows, then the shape of one."""
        if self.part == "x" and self.of.coding is not None:
            return len(self.of), self.of.coding.width
        return len(self.of), *getattr(self.of.stream, self.part)[0]

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the elements."""
        dtype: np.dtype[Any] = getattr(self.of.stream, self.part)[1]
        return dtype

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.of)

    def take(self, index: NDArray[Any], out: NDArray[Any] | None = None) -> NDArray[Any]:
        """Return some rows, (m, ...)."""
        coding = self.of.coding if self.part == "x" else None
        out = np.empty((len(index), *self.shape[1:]), self.dtype) if out is None else out
        shape, dtype = getattr(self.of.stream, self.part)
        room = out if coding is None or coding.plain else np.empty((len(index), *shape), dtype)
        self.of.windows.take(self.part, np.asarray(index), room)
        if coding is not None:
            coding(room, out)
        return out

    def blocks(self, size: int = memory.ROWS) -> Iterator[NDArray[Any]]:
        """Yield all rows in their order."""
        for samples in self.of.blocks(size):
            yield getattr(samples, self.part)


@dataclass(frozen=True, eq=False)
class StreamedSamples:
    """Rows of a data set that are never held together.

    Args:
        stream: Where they are.
        selection: Which of its rows.
        coding: From the cells of a table to what the network takes; None hands out what the stream has.
        surveyor: Who knows what all rows of the stream say; None before they are split.
        keep: Whether they are gone through after each epoch, and so written down the first time.
        words: Who knows the words whose codes cells have that are not encoded; None for the surveyor of these rows.
    """

    stream: Stream
    selection: Selection
    coding: Coding | None = None
    surveyor: Surveyor | None = None
    keep: bool = False
    words: Surveyor | None = None

    def __len__(self) -> int:
        """Return the number of rows."""
        return int(self.selection.counts.sum())

    @property
    def rows(self) -> StreamedRows:
        """The inputs."""
        return StreamedRows(self, "x")

    @property
    def targets(self) -> StreamedRows:
        """The raw targets, labels (n,) or numbers (n, targets)."""
        return StreamedRows(self, "y")

    @cached_property
    def windows(self) -> Windows:
        """What was read of these rows, as much as is worked on."""
        return Windows(self.selection.counts, self.stream.x, self.stream.y, self._fill)

    @cached_property
    def _firsts(self) -> NDArray[np.int64]:
        """The number of each group's first row in the stream, (groups,)."""
        return np.asarray(np.cumsum(self.stream.sizes) - self.stream.sizes)

    @property
    def statistics(self) -> Statistics:
        """What the training rows of the stream say."""
        assert self.surveyor is not None
        return self.surveyor.survey.train

    @property
    def class_counts(self) -> NDArray[np.int64]:
        """How many rows each class has, (classes,); (0,) for numbers."""
        assert self.surveyor is not None
        counts: NDArray[np.int64] = self.surveyor.survey.classes[self.selection.split]
        return counts

    @property
    def target_means(self) -> NDArray[np.float64]:
        """Means of the targets of the stream's training rows, (targets,); (0,) for classes."""
        return self.statistics.y.mean

    def held_bytes(self, window: int | None) -> int:
        """Return how many bytes of rows are in memory at a time while an epoch visits them, at most.

        Args:
            window: How many rows are shuffled together; None for as many as are by default.
        """
        counts = self.selection.counts
        rows = max(self._window(window) + int(counts.mean()), int(counts.max()))
        return min((HELD + 1) * rows, len(self)) * self._row_bytes

    def order(self, seed: int, epoch: int, batch_size: int, window: int | None, *, ahead: bool = True) -> Order:
        """Return the order in which an epoch visits the rows.

        Args:
            seed: The configuration's seed.
            epoch: The epoch, counted from 0.
            batch_size: Rows a step.
            window: How many rows are shuffled together; None for as many as `WINDOW` bytes have.
            ahead: Whether rows are read ahead where the order is asked for.
        """
        counts, rows = self.selection.counts, self._window(window)
        self.windows.lanes = lanes_of(counts, rows, batch_size)
        return epoch_order(counts, seed, epoch, rows, batch_size, self.windows.announce if ahead else None)

    @property
    def _row_bytes(self) -> int:
        return sum(dtype.itemsize * int(np.prod(shape)) for shape, dtype in (self.stream.x, self.stream.y))

    def _window(self, rows: int | None) -> int:
        # Numbers count as of 32 bits, however many they have: so the order of rows does not depend on that.
        parts = ((shape, 4 if dtype.kind == "f" else dtype.itemsize) for shape, dtype in (self.stream.x, self.stream.y))
        return WINDOW // sum(size * int(np.prod(shape)) for shape, size in parts) if rows is None else rows

    def blocks(self, size: int = memory.ROWS) -> Iterator[Samples]:
        """Yield all rows in their order, `size` at a time, read in a thread while the last ones are looked at."""
        groups = np.flatnonzero(self.selection.counts).tolist()
        room, held = self._room(size), 0
        for x, y in self._parts(groups):
            start = 0
            while start < len(x):
                here = slice(held, min(size, held + len(x) - start))
                from_here = slice(start, start + here.stop - held)
                room.x[here], room.y[here] = x[from_here], y[from_here]
                held, start = here.stop, from_here.stop
                if held == size:
                    yield self._encoded(room)
                    room, held = self._room(size), 0
        if held or not groups:
            yield self._encoded(Samples(room.x[:held], room.y[:held]))

    def _parts(self, groups: Sequence[int]) -> Iterator[Parts]:
        """Yield the rows of groups, read or as they were kept."""
        parts = ahead(self._selected, groups)
        if not self.keep:
            return parts
        return self._kept.again() if self._kept.complete else self._kept.through(parts)

    @cached_property
    def _kept(self) -> KeptRows:
        return KeptRows(self.stream.x, self.stream.y)

    def sample(self, most: int) -> Samples:
        """Return rows to look at together: `most` of these, spread over the stream, or all if there are no more.

        They are the same each time, in the order of the stream, and out of a few groups where there are many.
        """
        if most not in self._samples:
            self._samples.clear()
            groups, rows = chosen(self.selection.counts, most)
            room, at = self._room(sum(map(len, rows))), 0
            for (x, y), own in zip(ahead(self._selected, groups), rows, strict=True):
                here = slice(at, at + len(own))
                room.x[here], room.y[here] = x[own], y[own]
                at += len(own)
            self._samples[most] = self._encoded(room)
        return self._samples[most]

    def sampled(self, most: int) -> NDArray[np.int64]:
        """Return the numbers, in the stream, of the rows that `sample` returns, in ascending order."""
        groups, rows = chosen(self.selection.counts, most)
        return np.concatenate([self._numbers(group)[own] for group, own in zip(groups, rows, strict=True)])

    @cached_property
    def _samples(self) -> dict[int, Samples]:
        return {}

    def _numbers(self, group: int) -> NDArray[np.int64]:
        """Return the numbers in the stream of those of these rows that are in a group, (n,)."""
        first, size = int(self._firsts[group]), int(self.stream.sizes[group])
        marks = self.stream.marks(group) if self.stream.marked else Marks()
        return np.arange(first, first + size)[self.selection.rows(first, size, marks)]

    def _selected(self, group: int) -> tuple[NDArray[Any], NDArray[Any]]:
        room = self._room(int(self.selection.counts[group]))
        self._fill(group, room.x, room.y)
        return room.x, room.y

    @cached_property
    def _worded(self) -> Stream:
        """The stream with codes for all its words, where its cells are looked at as they are."""
        if self.coding is not None or self.surveyor is None or not self.stream.columns:
            return self.stream
        return self.stream.with_columns(self.statistics.columns)

    def _fill(self, group: int, x: NDArray[Any] | None, y: NDArray[Any]) -> None:
        first, size = int(self._firsts[group]), int(self.stream.sizes[group])
        if x is None:
            targets, marks = self.stream.read_targets(group)
            put(targets, self.selection.rows(first, size, marks), y)
            return
        block = self._worded.read(group)
        rows = self.selection.rows(first, size, block.marks)
        cells = block.x
        if self.words is not None and self.coding is None and block.columns:
            cells = recoded(Cells(block.columns, cells), self.words.survey.train.columns).values
        put(cells, rows, x)
        put(block.y, rows, y)

    def _room(self, rows: int) -> Samples:
        x, y = (np.empty((rows, *shape), dtype) for shape, dtype in (self.stream.x, self.stream.y))
        return Samples(x, y)

    def _encoded(self, samples: Samples) -> Samples:
        if self.coding is None:
            return samples
        x = samples.x if self.coding.plain else np.empty((len(samples), self.coding.width), samples.x.dtype)
        self.coding(samples.x, x)
        return Samples(x, samples.y)
