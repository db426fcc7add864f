"""Rows made ahead of need are those of the epoch, however they are asked for."""

import numpy as np
import pytest

from dnnctl.config.augmentation import Augment
from dnnctl.data.augmentation import prefetch as ahead
from dnnctl.data.augmentation.prefetch import PrefetchedRows
from dnnctl.data.augmentation.transforms import Augmenter
from dnnctl.datasets.rows import ArrayRows

X = np.random.default_rng(0).integers(0, 256, (50, 6, 5)).astype(np.uint8)
AUGMENT = Augment(shift=0.2, rotate=30, noise=0.1)
AUGMENTER = Augmenter(AUGMENT, 0, (6, 5))


def expected(order: np.ndarray, epoch: int) -> np.ndarray:
    return AUGMENTER(X[order], order, AUGMENTER.parameters(epoch, 50))


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("pixels", [1, 200, 1 << 17])
def test_rows_come_in_the_order_asked_for(workers: int, pixels: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "PIXELS", pixels)
    augmenter = Augmenter(AUGMENT, 0, (6, 5), workers=workers)
    rows = PrefetchedRows(ArrayRows(X), augmenter)
    for epoch in range(3):
        order = np.random.default_rng(epoch).permutation(50)
        rows.start(order, epoch)
        taken = [rows.take(count) for count in (7, 1, 20, 15, 7)]
        assert [len(part) for part in taken] == [7, 1, 20, 15, 7]
        assert np.array_equal(np.concatenate(taken), expected(order, epoch))


def test_an_epoch_may_be_left_and_begun_in_the_middle() -> None:
    rows, order = PrefetchedRows(ArrayRows(X), AUGMENTER), np.arange(50)[::-1].copy()
    rows.start(order, 0)
    rows.take(9)
    rows.start(order, 4, first=20)
    assert np.array_equal(rows.take(30), expected(order, 4)[20:])


def test_what_goes_wrong_in_a_thread_is_raised_where_rows_are_asked_for() -> None:
    rows = PrefetchedRows(ArrayRows(X), AUGMENTER)
    rows.start(np.array([3, 99]), 0)
    with pytest.raises(IndexError):
        rows.take(2)
