"""What is handed to TensorFlow at a time: a portion of batches, a function of its number alone."""

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.data.augmentation.parameters import Parameters
from dnnctl.data.augmentation.prefetch import PIXELS
from dnnctl.data.mixup import mixtures
from dnnctl.data.training_rows import TrainingRows
from dnnctl.engines.base import STEPS_AT_ONCE
from dnnctl.engines.keras.targets import blends

# A portion has so many bytes at most, but one batch at least.
PORTION = 8 << 20
# TensorFlow takes an array without a copy if it begins at a multiple of so many bytes.
ALIGNMENT = 64


@dataclass(frozen=True)
class Part:
    """The part of every batch that a process has to see.

    Args:
        index: Which one, counted from 0.
        of: How many there are.
    """

    index: int = 0
    of: int = 1

    def cut(self, rows: int) -> tuple[int, int]:
        """Return the first row of the part in a batch of so many, and the first one behind it."""
        return self.index * rows // self.of, (self.index + 1) * rows // self.of


WHOLE = Part()


class Portions:
    """The batches of a whole training, one epoch behind the other, cut into portions.

    A portion goes on into the next epoch, so that small data has as many batches in one as large data.

    Args:
        rows: The training rows.
        number: Type that the network computes in.
        mix_up: Alpha of the Beta distribution by which the rows of a batch are blended; None does not blend them.
        seed: Decides the blends.
        part: The part of every batch to hold. Of blended rows it has the partners too, behind the rows themselves.
    """

    def __init__(self, rows: TrainingRows, number: str, mix_up: float | None, seed: int, part: Part = WHOLE) -> None:
        self.rows, self._part = rows, part
        self._number, self._mix_up, self._seed = number, mix_up, seed
        # Two epochs at a time: a portion may have the end of one and the beginning of another.
        self._parameters = lru_cache(maxsize=2)(self._drawn)

    @property
    def elements(self) -> tuple[tuple[tuple[int, ...], Any], ...]:
        """Shape and type of each array of a portion: inputs, targets, and how rows are blended where they are."""
        x, targets, most = self.rows.x, self.rows.targets, self.most
        blending = (((most,), np.dtype(self._number)), ((most,), np.dtype(np.int32)))
        own = (((most, *x.shape[1:]), self._dtype), ((most, *targets.shape[1:]), targets.dtype))
        return own if self._mix_up is None else own + blending

    @property
    def batches(self) -> int:
        """Batches in a portion."""
        row = max(1, math.prod(self.rows.x.shape[1:]) * self._dtype.itemsize)
        return min(STEPS_AT_ONCE, max(1, PORTION // (row * self.rows.batch_size)))

    @property
    def end(self) -> int:
        """Batches of the whole training; more than there can be if its end is not known."""
        return int(np.iinfo(np.int64).max) if self.rows.steps is None else self.rows.steps

    @property
    def count(self) -> int:
        """Portions of the whole training."""
        return -(-self.end // self.batches)

    @property
    def most(self) -> int:
        """Rows that a portion has room for."""
        return self.batches * self._parts * -(-self.rows.batch_size // self._part.of)

    @property
    def _parts(self) -> int:
        """How many rows are held for each row that is learned from."""
        return 2 if self._mix_up is not None and self._part.of > 1 else 1

    def held(self, rows: int) -> int:
        """Return how many rows are held of a batch of so many."""
        first, behind = self._part.cut(rows)
        return (behind - first) * self._parts

    @property
    def bytes(self) -> int:
        """Bytes of a portion's inputs."""
        shape, dtype = self.elements[0]
        return math.prod(shape) * int(dtype.itemsize)

    def first_row(self, batch: int) -> int:
        """Return how many rows are held of the batches before one, counted over the whole training."""
        size, batches = self.rows.batch_size, self.rows.batches
        epoch, inside = divmod(batch, batches)
        last = self.held(len(self.rows) - (batches - 1) * size)
        return epoch * ((batches - 1) * self.held(size) + last) + inside * self.held(size)

    def batch_rows(self, batch: int) -> int:
        """Return how many rows a batch has in all, counted over the whole training."""
        size = self.rows.batch_size
        return min(size, len(self.rows) - batch % self.rows.batches * size)

    def make(self, portion: int) -> tuple[NDArray[Any], ...]:
        """Return a portion's arrays, as `elements` says, zeros behind the last row.

        Args:
            portion: Its number, counted from 0 over the whole training.
        """
        first = portion * self.batches
        behind = min(first + self.batches, self.end)
        begin, end = self.first_row(first), self.first_row(behind)
        arrays = [_aligned(shape, dtype) for shape, dtype in self.elements]
        for array in arrays:
            array[end - begin :] = 0
        for epoch, batch, until in _by_epoch(first, behind, self.rows.batches):
            here = slice(*(self.first_row(epoch * self.rows.batches + b) - begin for b in (batch, until)))
            index, blending = self._of_epoch(epoch, batch, until)
            self._inputs(index, epoch, arrays[0][here])
            arrays[1][here] = self.rows.targets.take(index)
            for array, values in zip(arrays[2:], blending, strict=True):
                array[here] = values
        return tuple(arrays)

    def _of_epoch(self, epoch: int, batch: int, behind: int) -> tuple[NDArray[Any], tuple[NDArray[Any], ...]]:
        """Return which rows are held of an epoch's batches from one to before another, and how they are blended."""
        size = self.rows.batch_size
        start, stop = batch * size, min(behind * size, len(self.rows))
        order, rows = self.rows.order(epoch), stop - start
        drawn = [] if self._mix_up is None else mixtures(rows, size, self._mix_up, self._seed, epoch, batch)
        if self._part.of == 1:
            return np.asarray(order[start:stop]), blends(drawn, self._number) if drawn else ()
        places: list[NDArray[Any]] = []
        for i, at in enumerate(range(start, stop, size)):
            first, end = self._part.cut(min(size, stop - at))
            places.append(at + np.arange(first, end))
            if drawn:
                places.append(at + drawn[i].partner[first:end])
                drawn[i] = drawn[i].of_rows(first, end)
        return np.asarray(order[np.concatenate(places)]), blends(drawn, self._number) if drawn else ()

    def _inputs(self, index: NDArray[Any], epoch: int, out: NDArray[Any]) -> None:
        """Write raw rows as an epoch shows them into `out`, (m, ...)."""
        augmenter = self.rows.augmenter
        if augmenter is None:
            self.rows.x.take(index, out=out)
            return
        parameters = self._parameters(epoch)
        # What is worked on stays in the processor's cache.
        step = max(1, PIXELS // max(1, math.prod(self.rows.x.shape[1:])))
        for at in range(0, len(index), step):
            some = index[at : at + step]
            out[at : at + step] = augmenter(self.rows.x.take(some), some, parameters)

    def _drawn(self, epoch: int) -> Parameters:
        """Return how an epoch changes its pictures; nobody writes to it, so threads may share it."""
        assert self.rows.augmenter is not None
        return self.rows.augmenter.parameters(epoch, len(self.rows))

    @property
    def _dtype(self) -> np.dtype[Any]:
        """Type of the inputs: as they are, or what changed pictures are."""
        return self.rows.x.dtype if self.rows.augmenter is None else np.dtype(np.float32)


def _by_epoch(begin: int, end: int, rows: int) -> Iterator[tuple[int, int, int]]:
    """Yield the epochs that a stretch of the training's rows touches, with the stretch inside each."""
    for epoch in itertools.count(begin // rows):
        if epoch * rows >= end:
            return
        yield epoch, max(begin - epoch * rows, 0), min(end - epoch * rows, rows)


def _aligned(shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return an array, its contents undefined, that begins where TensorFlow need not copy it."""
    size = math.prod(shape) * dtype.itemsize
    memory = np.empty(size + ALIGNMENT, np.uint8)
    begin = -memory.ctypes.data % ALIGNMENT
    return memory[begin : begin + size].view(dtype).reshape(shape)
