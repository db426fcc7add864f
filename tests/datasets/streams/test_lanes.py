"""Orders whose groups of rows are dealt out: whole, and the same for any number of processes."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dnnctl.datasets.streams.lanes import MOST_LANES, LaneOrder, epoch_order, lanes_of
from dnnctl.datasets.streams.order import WindowedOrder
from dnnctl.engines.keras.portions import Part

EVEN = np.full(240, 10)


def places(part: Part, rows: int, batch_size: int) -> NDArray[Any]:
    """Return where a process stands in an epoch."""
    found = []
    for at in range(0, rows, batch_size):
        first, end = part.cut(min(batch_size, rows - at))
        found.append(at + np.arange(first, end))
    return np.concatenate(found)


def groups_of(rows: NDArray[Any], counts: NDArray[Any]) -> set[int]:
    return set((np.searchsorted(np.cumsum(counts), rows, "right")).tolist())


@pytest.mark.parametrize("batch_size", [1, 7, 12, 32, 50, 5000])
@pytest.mark.parametrize("window", [40, 130, 100_000])
@pytest.mark.parametrize("seed", range(3))
def test_every_row_is_visited_once(batch_size: int, window: int, seed: int) -> None:
    counts = np.random.default_rng(seed).integers(0, 30, 57)
    order = epoch_order(counts, seed, 0, window, batch_size, None)
    whole = order[:]

    assert len(order) == counts.sum()
    assert sorted(whole.tolist()) == list(range(int(counts.sum())))
    some = np.random.default_rng(seed).permutation(len(whole))[:200]
    np.testing.assert_array_equal(epoch_order(counts, seed, 0, window, batch_size, None)[some], whole[some])
    np.testing.assert_array_equal(np.concatenate([order[at : at + 13] for at in range(0, len(whole), 13)]), whole)


def test_the_number_of_lanes_follows_from_the_data() -> None:
    assert lanes_of(EVEN, 10_000, 32) == MOST_LANES
    assert lanes_of(EVEN, 45, 32) == 4
    assert lanes_of(EVEN, 5, 32) == 1
    assert lanes_of(EVEN, 10_000, 3) == 3
    assert lanes_of(EVEN[:2], 10_000, 32) == 2
    # Of six groups four lanes would leave two.
    assert lanes_of(EVEN[:6], 40, 32) == 3
    assert lanes_of(EVEN[:7], 60, 32) == 1
    assert lanes_of(EVEN[:0], 60, 32) == 1
    assert isinstance(epoch_order(EVEN, 1, 0, 5, 32, None), WindowedOrder)


@pytest.mark.parametrize("processes", [2, 3, 4, 5])
def test_processes_read_groups_of_their_own(processes: int) -> None:
    order = epoch_order(EVEN, 1, 0, 600, 48, None)
    own = [order[places(Part(i, processes), len(order), 48)] for i in range(processes)]

    assert sorted(np.concatenate(own).tolist()) == list(range(2400))
    read = [groups_of(rows, EVEN) for rows in own]
    # Whole lanes where their number can be divided, else those on either side too.
    lanes = -(-MOST_LANES // processes) + (MOST_LANES % processes > 0)
    assert max(map(len, read)) <= len(EVEN) * lanes // MOST_LANES


def test_epochs_and_seeds_have_other_orders() -> None:
    orders = [epoch_order(EVEN, *key, 600, 48, None)[:].tolist() for key in ((1, 0), (1, 1), (2, 0))]

    assert len({tuple(order) for order in orders}) == 3


def test_batches_hold_rows_out_of_all_parts_of_the_files() -> None:
    order = epoch_order(np.full(1200, 10), 1, 0, 1200, 120, None)
    means = order[:].reshape(-1, 120).mean(axis=1)

    # The mean of 120 rows drawn at random is off by 316 (one standard deviation).
    assert np.abs(means - 6000).mean() < 320
    assert len(means) == 100


def test_what_is_left_of_the_lanes_is_little_and_mixed() -> None:
    counts = np.random.default_rng(0).integers(5, 15, 300)
    order = epoch_order(counts, 1, 0, 400, 24, None)
    assert isinstance(order, LaneOrder)
    left = order[order._full * 24 :]

    assert len(left) <= 2 * 24 + MOST_LANES * counts.max()
    assert (np.diff(left) < 0).any()
