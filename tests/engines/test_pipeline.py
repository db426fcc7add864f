"""The tf.data pipeline gives each epoch's rows in that epoch's order, whatever was opened before."""

import numpy as np
import pytest

from dnnctl.engines.keras.pipeline import EpochBatches


@pytest.mark.parametrize("batch_size", [1, 4, 10])
def test_every_epoch_has_its_own_order(batch_size: int) -> None:
    import tensorflow as tf

    x = np.arange(20, dtype="uint8").reshape(10, 2)
    batches = EpochBatches(tf, x, np.arange(10))
    generator = np.random.default_rng(0)
    for _ in range(5):
        order = generator.permutation(10)
        iterator = batches.iterator(order, batch_size)
        seen = [next(iterator) for _ in range(-(-10 // batch_size))]
        assert np.array_equal(np.concatenate([y for _, y in seen]), order)
        rows = np.concatenate([rows for rows, _ in seen])
        assert rows.dtype == np.float32
        assert np.array_equal(rows, x[order])


def test_an_epoch_may_be_left_unfinished() -> None:
    import tensorflow as tf

    batches = EpochBatches(tf, np.arange(8, dtype="uint8")[:, np.newaxis], np.arange(8))
    next(batches.iterator(np.arange(8), 3))
    order = np.arange(8)[::-1].copy()
    assert [int(y[0]) for _, y in batches.iterator(order, 3)] == [7, 4, 1]
