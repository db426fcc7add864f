"""The input pipeline gives each epoch's rows in that epoch's order, from the caller's own array."""

import numpy as np
import pytest

from dnnctl.datasets.rows import ArrayRows
from dnnctl.engines.keras import pipeline
from dnnctl.engines.keras.pipeline import EpochRows


def visited(rows: EpochRows, batches: int) -> tuple[np.ndarray, np.ndarray, list[int]]:
    parts = [(x.copy(), y, count) for x, y, count in rows.portions(batches)]
    return np.concatenate([x for x, _, _ in parts]), np.concatenate([y for _, y, _ in parts]), [c for *_, c in parts]


@pytest.mark.parametrize("batch_size", [1, 4, 10])
@pytest.mark.parametrize("portion", [1, 16, 1 << 20])
def test_every_epoch_has_its_own_order(batch_size: int, portion: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "PORTION", portion)
    x = np.arange(20, dtype="uint8").reshape(10, 2)
    rows = EpochRows(ArrayRows(x), ArrayRows(np.arange(10)))
    generator = np.random.default_rng(0)
    for _ in range(3):
        order = generator.permutation(10)
        rows.start(order, batch_size)
        seen, y, counts = visited(rows, -(-10 // batch_size))
        assert np.array_equal(y, order)
        assert seen.dtype == np.uint8
        assert np.array_equal(seen, x[order])
        assert sum(counts) == -(-10 // batch_size)
        assert all(count == 1 or count * batch_size * 2 <= portion for count in counts)


def test_an_epoch_may_be_left_unfinished_or_begun_in_the_middle() -> None:
    rows = EpochRows(ArrayRows(np.arange(8, dtype="uint8")[:, np.newaxis]), ArrayRows(np.arange(8)))
    rows.start(np.arange(8), 3)
    assert list(visited(rows, 1)[1]) == [0, 1, 2]
    order = np.arange(8)[::-1].copy()
    rows.start(order, 3, first=1)
    assert list(visited(rows, 2)[1]) == [4, 3, 2, 1, 0]


def test_more_batches_than_an_epoch_has_are_refused() -> None:
    rows = EpochRows(ArrayRows(np.zeros((8, 1), "uint8")), ArrayRows(np.arange(8)))
    rows.start(np.arange(8), 4)
    with pytest.raises(ValueError, match="no 3 batches left"):
        list(rows.portions(3))
