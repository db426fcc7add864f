"""A stand-in for rows in files: arrays in memory that are asked for as a stream is, and only so."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import pytest

from dnnctl.config.loading import LoadedConfig
from dnnctl.data.split import Splits
from dnnctl.datasets.rows import ArrayRows, Order
from dnnctl.datasets.samples import Samples
from dnnctl.training.preparation import Prepared, prepare


class SliceOnly:
    """An order that is no array, of which one process asks for stretches."""

    def __init__(self, numbers: np.ndarray) -> None:
        self._numbers = numbers

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, stretch: slice) -> np.ndarray:
        assert isinstance(stretch, slice)
        return self._numbers[stretch]


@dataclass(frozen=True)
class HeldStream:
    """Rows of a split as a stream.

    Args:
        held: The rows.
        numbered: Their numbers in the data set.
        classes: How many classes there are; 0 for numbers.
        shuffle: From seed, epoch and number of rows to an order.
    """

    held: Samples
    numbered: np.ndarray
    classes: int
    shuffle: Callable[[int, int, int], np.ndarray]

    @property
    def rows(self) -> ArrayRows:
        return ArrayRows(self.held.x)

    @property
    def targets(self) -> ArrayRows:
        return ArrayRows(self.held.y)

    @property
    def class_counts(self) -> np.ndarray:
        return np.bincount(self.held.y, minlength=self.classes) if self.classes else np.zeros(0, np.int64)

    def __len__(self) -> int:
        return len(self.held)

    def _chosen(self, most: int) -> np.ndarray:
        return np.linspace(0, len(self) - 1, min(most, len(self))).astype(np.int64)

    def sample(self, most: int) -> Samples:
        return self.held.take(self._chosen(most))

    def sampled(self, most: int) -> np.ndarray:
        return self.numbered[self._chosen(most)]

    def blocks(self, size: int = 1 << 15) -> Iterator[Samples]:
        # Smaller than what is asked for, so that there are several.
        return self.held.blocks(min(size, 37))

    def held_bytes(self, window: int) -> int:
        return 4 * window

    def order(self, seed: int, epoch: int, batch_size: int, window: int, *, ahead: bool = True) -> Order:
        return SliceOnly(self.shuffle(len(self), seed, epoch))


def streamed(prepared: Prepared, shuffle: Callable[[int, int, int], np.ndarray]) -> Prepared:
    """Return a training whose rows are streams."""
    splits, classes = prepared.splits, len(prepared.dataset.info.class_names)

    def stream(name: str) -> HeldStream | None:
        samples = getattr(splits, name)
        return None if samples is None else HeldStream(samples, splits.rows[name], classes, shuffle)

    return replace(prepared, splits=Splits(stream("train"), stream("validation"), stream("test"), {}))


def stream_trainings(monkeypatch: pytest.MonkeyPatch, shuffle: Callable[[int, int, int], np.ndarray]) -> None:
    """Let every training get its rows as streams."""

    def prepare_streamed(loaded: LoadedConfig, *rest: object) -> Prepared:
        return streamed(prepare(loaded, *rest), shuffle)

    monkeypatch.setattr("dnnctl.training.job.prepare", prepare_streamed)
