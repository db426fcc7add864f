"""Windows of decoded rows: asked for by several threads, out of order, and when reading fails."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dnnctl.datasets.streams.order import Announce, WindowedOrder
from dnnctl.datasets.streams.windows import HELD, Windows
from dnnctl.errors import DataError

COUNTS = np.array([7, 0, 12, 5, 9, 3, 11, 8, 0, 6])
ROWS = int(COUNTS.sum())
X = np.arange(ROWS * 2, dtype=np.float32).reshape(ROWS, 2)
Y = np.arange(ROWS)
OFFSETS = np.cumsum(COUNTS) - COUNTS


class Source:
    """Rows in groups, and what was read of them."""

    def __init__(self) -> None:
        self.read: list[int] = []
        self.broken: set[int] = set()

    def fill(self, group: int, x: NDArray[Any] | None, y: NDArray[Any]) -> None:
        if group in self.broken:
            raise DataError(f"group {group} is gone")
        here = slice(OFFSETS[group], OFFSETS[group] + COUNTS[group])
        y[...] = Y[here]
        if x is not None:
            self.read.append(group)
            x[...] = X[here]

    @property
    def windows(self) -> Windows:
        return Windows(COUNTS, ((2,), np.dtype(np.float32)), ((), np.dtype(np.int64)), self.fill)


def ordered(counts: NDArray[Any], seed: int, epoch: int, window: int, announce: Announce | None) -> WindowedOrder:
    return WindowedOrder(counts, np.flatnonzero(counts), (seed, epoch), window, announce)


def taken(windows: Windows, index: NDArray[Any]) -> NDArray[Any]:
    out = np.full((len(index), 2), -1, np.float32)
    windows.take("x", index, out)
    return out


def test_rows_of_an_epoch_are_read_once_whoever_asks_for_them() -> None:
    source = Source()
    windows = source.windows
    order = ordered(COUNTS, 1, 0, 20, windows.announce)
    stretches = [order[at : at + 8] for at in range(0, ROWS, 8)]
    with ThreadPoolExecutor(2) as pool:
        for index in stretches:
            both = [pool.submit(taken, windows, index) for _ in range(2)]
            for each in both:
                np.testing.assert_array_equal(each.result(), X[index])

    assert sorted(source.read) == np.flatnonzero(COUNTS).tolist()


@pytest.mark.parametrize("seed", range(5))
def test_any_rows_are_found_whatever_is_held(seed: int) -> None:
    draw = np.random.default_rng(seed)
    windows = Source().windows
    order = ordered(COUNTS, seed, 0, 15, windows.announce)
    for _ in range(40):
        start = int(draw.integers(ROWS))
        index = order[start : start + 20] if draw.random() < 0.5 else draw.integers(0, ROWS, 13)
        np.testing.assert_array_equal(taken(windows, index), X[index])


def test_no_more_than_a_few_windows_are_held() -> None:
    windows = Source().windows
    order = ordered(COUNTS, 1, 0, 6, windows.announce)
    for at in range(0, ROWS, 5):
        taken(windows, order[at : at + 5])
    assert len(windows._held) <= HELD


def test_a_fault_of_reading_ahead_is_raised_where_its_rows_are_asked_for() -> None:
    source = Source()
    windows = source.windows
    order = ordered(COUNTS, 1, 0, 20, windows.announce)
    source.broken = set(range(len(COUNTS)))
    with pytest.raises(DataError, match="is gone"):
        taken(windows, order[:10])
    source.broken = set()
    np.testing.assert_array_equal(taken(windows, order[:10]), X[order[:10]])


def test_windows_have_groups_out_of_all_parts() -> None:
    counts = np.full(1000, 10)
    order = ordered(counts, 1, 2, 500, None)[:]
    windows = order.reshape(20, 500)

    assert sorted(order.tolist()) == list(range(10_000))
    assert np.abs(windows.mean(axis=1) - 5000).max() < 150


def test_targets_are_read_without_inputs_where_nobody_asks_for_these() -> None:
    source = Source()
    windows = source.windows
    out = np.zeros(ROWS, np.int64)
    windows.take("y", np.arange(ROWS), out)

    np.testing.assert_array_equal(out, Y)
    assert source.read == []
    np.testing.assert_array_equal(taken(windows, np.arange(ROWS)), X)
