"""The rows of a split with their targets: in memory, or in files that they are read from."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.rows import ArrayRows, Order, Rows
from dnnctl.memory import ROWS, SAMPLE, SAMPLE_BYTES, blocks


@dataclass(frozen=True)
class Samples:
    """Rows of a data set.

    Args:
        x: Inputs: uint8 (n, height, width) for images, float32 or float64 (n, features) for numbers.
        y: Targets: int64 (n,) labels of classes; float64 (n, targets) numbers, or 0 and 1 of several labels.
    """

    x: NDArray[Any]
    y: NDArray[Any]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.x)

    @property
    def rows(self) -> Rows:
        """The inputs, as training and evaluation ask for them."""
        return ArrayRows(self.x)

    @property
    def targets(self) -> Rows:
        """The targets likewise."""
        return ArrayRows(self.y)

    def take(self, rows: NDArray[Any] | slice) -> "Samples":
        """Return some of the rows."""
        return Samples(self.x[rows], self.y[rows])

    def sample(self, most: int) -> "Samples":
        """Return rows to look at together: all of these, since they are in memory."""
        return self

    def blocks(self, size: int = ROWS) -> "Iterator[Samples]":
        """Yield all rows in their order, `size` at a time."""
        return map(self.take, blocks(max(1, len(self)), size))


class Streamed(Protocol):
    """Rows of a data set that are never held together: they stay in their files, and are read as they are asked for."""

    @property
    def rows(self) -> Rows:
        """The inputs, encoded as the network's preprocessing takes them, (n, ...)."""

    @property
    def targets(self) -> Rows:
        """The raw targets, labels (n,) or numbers (n, targets)."""

    def __len__(self) -> int:
        """Return the number of rows."""

    def sample(self, most: int) -> Samples:
        """Return rows to look at together: `most` of these, the same ones each time, or all if there are no more.

        They are in the order of the data set, and kept, since they are asked for several times.
        """

    def blocks(self, size: int = ROWS) -> Iterator[Samples]:
        """Yield all rows in their order, `size` at a time."""

    @property
    def class_counts(self) -> NDArray[np.int64]:
        """How many rows each class has, (classes,), counted when statistics were taken; (0,) for numbers."""

    @property
    def target_means(self) -> NDArray[np.float64]:
        """Means of the targets of training rows, (targets,), of the same statistics; (0,) for classes."""

    def sampled(self, most: int) -> NDArray[np.int64]:
        """Return the numbers, in the data set, of the rows that `sample` returns, in ascending order."""

    def held_bytes(self, window: int | None) -> int:
        """Return how many bytes of rows are in memory at a time while an epoch visits them, at most.

        Args:
            window: How many rows are shuffled together; None for as many as are by default.
        """

    def order(self, seed: int, epoch: int, batch_size: int, window: int | None, *, ahead: bool = True) -> Order:
        """Return the order in which an epoch visits the rows.

        Args:
            seed: The configuration's seed.
            epoch: The epoch, counted from 0.
            batch_size: Rows a step.
            window: How many rows are shuffled together; None for as many as are by default.
            ahead: Whether rows are read ahead where the order is asked for.
        """


# The rows of a split, wherever they are.
AnySamples = Samples | Streamed


def looked_at(samples: AnySamples) -> Samples:
    """Return rows to look at together: those that are in memory all, of a stream a sample that is not too large."""
    if isinstance(samples, Samples):
        return samples
    return samples.sample(sample_size(samples))


def sample_size(samples: AnySamples) -> int:
    """Return how many rows of a stream are looked at together."""
    row = samples.rows.dtype.itemsize * int(np.prod(samples.rows.shape[1:]))
    return max(1, min(SAMPLE, SAMPLE_BYTES // row, len(samples)))


def held(samples: AnySamples) -> Samples:
    """Return rows that are known to be in memory; raises TypeError for others."""
    if not isinstance(samples, Samples):
        raise TypeError("expected rows in memory; received a stream")
    return samples
