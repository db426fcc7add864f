"""The order of an epoch whose groups of rows are dealt out, so that several processes read different ones.

Groups are dealt to lanes, whose number depends on the data and not on who trains. Of L lanes, lane l has the places
from floor(l B / L) on of a batch of B rows: so a process that has a part of every batch reads the groups of its own
lanes, and the order is the same for any number of processes. When a lane has no rows left for another batch, what is
left of all lanes is shuffled together and ends the epoch.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.rows import Order
from dnnctl.datasets.streams.order import Announce, WindowedOrder
from dnnctl.random_streams import generator

# Two, three, four or six processes have whole lanes each.
MOST_LANES = 12
# The share of the groups that may be left where they cannot be dealt out evenly.
LEFT = 0.05


def lanes_of(counts: NDArray[np.int64], window: int, batch_size: int) -> int:
    """Return how many lanes there are: as many as have a group each in a window of rows, and have about as many groups.

    Args:
        counts: Rows of each group, (groups,).
        window: How many rows are shuffled together.
        batch_size: Rows a step.
    """
    groups, largest = int(np.count_nonzero(counts)), int(counts.max(initial=1))
    most = min(MOST_LANES, batch_size, window // max(1, largest), groups)
    return next((lanes for lanes in range(most, 1, -1) if groups % lanes <= LEFT * groups), 1)


def epoch_order(
    counts: NDArray[np.int64], seed: int, epoch: int, window: int, batch_size: int, announce: Announce | None
) -> Order:
    """Return the order in which an epoch visits rows.

    Args:
        counts: Rows of each group, (groups,).
        seed: The configuration's seed.
        epoch: The epoch, counted from 0.
        window: How many rows are shuffled together.
        batch_size: Rows a step.
        announce: Called when a window is come to; None where nobody is to be told.
    """
    lanes = lanes_of(counts, window, batch_size)
    if lanes == 1:
        return WindowedOrder(counts, np.flatnonzero(counts), (seed, epoch), window, announce)
    dealt = _dealt(counts, _sizes(batch_size, lanes), seed, epoch)
    each = [
        WindowedOrder(counts, groups, (seed, epoch, lane), window // lanes, announce)
        for lane, groups in enumerate(dealt)
    ]
    return LaneOrder(tuple(each), batch_size, (seed, epoch))


def _sizes(batch_size: int, lanes: int) -> NDArray[np.int64]:
    """Return how many rows of a batch each lane has, (lanes,)."""
    return np.diff(np.arange(lanes + 1) * batch_size // lanes)


def _dealt(counts: NDArray[np.int64], sizes: NDArray[np.int64], seed: int, epoch: int) -> list[NDArray[np.int64]]:
    """Return the groups of each lane: of groups that follow each other every lane gets one, the largest who lacks most.

    So lanes are systematic samples of the files, and last for about as many batches.
    """
    draw = generator("order of lanes", seed, epoch)
    groups, lanes = np.flatnonzero(counts), len(sizes)
    rows = np.zeros(lanes, np.int64)
    dealt: list[list[int]] = [[] for _ in range(lanes)]
    for start in range(0, len(groups), lanes):
        some = groups[start : start + lanes]
        # Who draws first decides between equals.
        drawn = draw.permutation(lanes)
        shortest = drawn[np.argsort(rows[drawn] / sizes[drawn], kind="stable")]
        for lane, group in zip(
            shortest.tolist(), some[np.argsort(-counts[some], kind="stable")].tolist(), strict=False
        ):
            dealt[lane].append(group)
            rows[lane] += counts[group]
    return [np.array(sorted(each), np.int64) for each in dealt]


@dataclass(frozen=True, eq=False)
class LaneOrder:
    """The numbers of rows in the order in which an epoch visits them, out of several lanes.

    Args:
        lanes: The order of each lane.
        batch_size: Rows a step.
        key: The configuration's seed and the epoch.
    """

    lanes: tuple[WindowedOrder, ...]
    batch_size: int
    key: tuple[int, int]

    def __len__(self) -> int:
        """Return how many rows are visited."""
        return int(self._lengths.sum())

    @cached_property
    def _lengths(self) -> NDArray[np.int64]:
        return np.array([len(lane) for lane in self.lanes], np.int64)

    @cached_property
    def _sizes(self) -> NDArray[np.int64]:
        return _sizes(self.batch_size, len(self.lanes))

    @cached_property
    def _starts(self) -> NDArray[np.int64]:
        """Where each lane's rows begin in a batch, (lanes,)."""
        return np.asarray(np.cumsum(self._sizes) - self._sizes)

    @cached_property
    def _full(self) -> int:
        """Batches for which every lane has rows."""
        return int((self._lengths // self._sizes).min())

    @cached_property
    def _left(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Of the places behind those batches: the lane, and the place in it, (m,) each."""
        taken = self._full * self._sizes
        lane = np.repeat(np.arange(len(self.lanes)), self._lengths - taken)
        place = np.concatenate([np.arange(t, n) for t, n in zip(taken.tolist(), self._lengths.tolist(), strict=True)])
        mixed = generator("order of what is left", *self.key).permutation(len(lane))
        return lane[mixed], place[mixed]

    def __getitem__(self, places: slice | NDArray[Any]) -> NDArray[np.int64]:
        """Return the numbers at some places, (m,)."""
        at = np.arange(*places.indices(len(self))) if isinstance(places, slice) else np.asarray(places)
        batch, inside = np.divmod(at, self.batch_size)
        lane = np.searchsorted(self._starts, inside, "right") - 1
        place = batch * self._sizes[lane] + inside - self._starts[lane]
        behind = batch >= self._full
        if behind.any():
            left = at[behind] - self._full * self.batch_size
            lane[behind], place[behind] = self._left[0][left], self._left[1][left]
        numbers = np.empty(len(at), np.int64)
        for one in np.unique(lane).tolist():
            here = lane == one
            numbers[here] = self.lanes[one][place[here]]
        return numbers
