"""What is handed to TensorFlow at a time: a portion of batches, a function of its number alone."""

import itertools
import math
from collections.abc import Iterator
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


class Portions:
    """The batches of a whole training, one epoch behind the other, cut into portions.

    A portion goes on into the next epoch, so that small data has as many batches in one as large data.

    Args:
        rows: The training rows.
        number: Type that the network computes in.
        mix_up: Alpha of the Beta distribution by which the rows of a batch are blended; None does not blend them.
        seed: Decides the blends.
    """

    def __init__(self, rows: TrainingRows, number: str, mix_up: float | None, seed: int) -> None:
        self.rows = rows
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
    def count(self) -> int:
        """Portions of the whole training; more than there can be if its end is not known."""
        steps = self.rows.steps
        return int(np.iinfo(np.int64).max) if steps is None else -(-steps // self.batches)

    @property
    def most(self) -> int:
        """Rows that a portion has room for."""
        return self.batches * self.rows.batch_size

    @property
    def bytes(self) -> int:
        """Bytes of a portion's inputs."""
        shape, dtype = self.elements[0]
        return math.prod(shape) * int(dtype.itemsize)

    def first_row(self, batch: int) -> int:
        """Return how many rows come before a batch, both counted over the whole training."""
        epoch, inside = divmod(batch, self.rows.batches)
        return epoch * len(self.rows) + inside * self.rows.batch_size

    def make(self, portion: int) -> tuple[NDArray[Any], ...]:
        """Return a portion's arrays, as `elements` says, zeros behind the last row.

        Args:
            portion: Its number, counted from 0 over the whole training.
        """
        first = portion * self.batches
        begin, end = self.first_row(first), self.first_row(first + self.batches)
        arrays = [_aligned(shape, dtype) for shape, dtype in self.elements]
        for array in arrays:
            array[end - begin :] = 0
        for epoch, start, stop in _by_epoch(begin, end, len(self.rows)):
            at = epoch * len(self.rows) + start - begin
            here = slice(at, at + stop - start)
            index = self.rows.order(epoch)[start:stop]
            self._inputs(index, epoch, arrays[0][here])
            arrays[1][here] = self.rows.targets.take(index)
            if self._mix_up is not None:
                # An epoch's first batch begins it, and a portion begins with a whole batch, so stretches do too.
                batch, size = start // self.rows.batch_size, self.rows.batch_size
                drawn = mixtures(len(index), size, self._mix_up, self._seed, epoch, batch)
                arrays[2][here], arrays[3][here] = blends(drawn, self._number)
        return tuple(arrays)

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
