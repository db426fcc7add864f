"""The rows to learn from, and how epochs visit them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.data.augmentation.transforms import Augmenter
from dnnctl.data.mixup import mixtures
from dnnctl.data.preprocessing import Preprocessing
from dnnctl.datasets.rows import Order, Rows
from dnnctl.memory import ROWS
from dnnctl.random_streams import epoch_order


@dataclass(frozen=True)
class TrainingRows:
    """The rows to learn from, and how epochs visit them: a function of the epoch's number.

    Args:
        x: Raw inputs, (n, ...).
        y: Raw targets, (n,) labels or (n, targets).
        targets: The targets as the loss wants them, (n,) or (n, targets).
        batch_size: Rows a step; the last step of an epoch has what is left.
        seed: Decides the order, the augmentation and the blending.
        augmenter: What changes pictures before each visit; None leaves them as they are.
        blending: Alpha of mix-up where targets are numbers, and blended with their rows; None for classes, of which
            the larger part counts.
        steps: Batches of the whole training, behind which no rows are prepared; None if that is not known.
        order_of: From the number of an epoch, and whether its inputs are about to be asked for, to its order; None
            shuffles all rows.
    """

    x: Rows
    y: Rows
    targets: Rows
    batch_size: int
    seed: int
    augmenter: Augmenter | None = None
    blending: float | None = None
    steps: int | None = None
    order_of: Callable[[int, bool], Order] | None = None

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.x)

    @property
    def batches(self) -> int:
        """Batches of an epoch, the last of which may be smaller."""
        return -(-len(self) // self.batch_size)

    def order(self, epoch: int, *, ahead: bool = True) -> Order:
        """Return the numbers of the rows in the order in which an epoch visits them.

        Args:
            epoch: The epoch, counted from 0.
            ahead: Whether the inputs of those that are asked for are about to be wanted.
        """
        return self._orders(epoch, ahead and self.order_of is not None)

    @cached_property
    def _orders(self) -> Callable[[int, bool], Order]:
        """The orders of the latest two epochs: the next one is prepared while the steps of one are at work."""
        shuffled = partial(epoch_order, len(self), self.seed)
        return lru_cache(maxsize=4)(self.order_of or (lambda epoch, _: shuffled(epoch)))

    def shown(self, index: NDArray[Any], epoch: int) -> NDArray[Any]:
        """Return raw rows (n, ...) as an epoch shows them to the network: augmented, if that is asked for."""
        x = self.x.take(index)
        return x if self.augmenter is None else self.augmenter(x, index, self.augmenter.parameters(epoch, len(self)))

    def visited(self, order: Order, epoch: int, first: int, rows: int) -> NDArray[Any]:
        """Return the raw targets of visited rows as the metrics of the epoch compare them, (rows, ...).

        Args:
            order: The epoch's order.
            epoch: The epoch, counted from 0.
            first: The batch in which they begin, counted from 0.
            rows: How many there are.
        """
        size = self.batch_size
        y = self.y.take(order[first * size : first * size + rows])
        if self.blending is None:
            return y
        blends = mixtures(rows, size, self.blending, self.seed, epoch, first)
        return np.concatenate([blend.mix(y[i * size : (i + 1) * size]) for i, blend in enumerate(blends)])


@dataclass(frozen=True)
class PreparedTargets:
    """Targets as the loss wants them, prepared as they are asked for.

    Args:
        raw: The targets, labels (n,) or numbers (n, targets).
        preprocessing: How they are prepared.
        number: Type of the numbers.
    """

    raw: Rows
    preprocessing: Preprocessing
    number: str

    @property
    def _one(self) -> NDArray[Any]:
        return self.preprocessing.prepare_targets(np.zeros((1, *self.raw.shape[1:]), self.raw.dtype), self.number)

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of rows, and of targets where they are numbers."""
        return (len(self.raw), *self._one.shape[1:])

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the elements."""
        return self._one.dtype

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.raw)

    def take(self, index: NDArray[Any], out: NDArray[Any] | None = None) -> NDArray[Any]:
        """Return the targets of some rows."""
        taken = self.preprocessing.prepare_targets(self.raw.take(index), self.number)
        if out is None:
            return taken
        np.copyto(out, taken)
        return out

    def blocks(self, size: int = ROWS) -> Iterator[NDArray[Any]]:
        """Yield the targets of all rows."""
        for block in self.raw.blocks(size):
            yield self.preprocessing.prepare_targets(block, self.number)
