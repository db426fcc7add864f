"""Loops of steps, compiled and not: each batch is seen once, in its order, with its own rate and number."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dnnctl.engines.keras.pipeline import Stretch
from dnnctl.engines.keras.train_function import StepGraphs

ROWS = np.arange(22, dtype=np.float32).reshape(11, 2)
TARGETS = np.arange(11, dtype=np.int32)


ELEMENTS = (((11, 2), np.dtype("float32")), ((11,), np.dtype("int32")))


def stretch(rows: int, size: int) -> Stretch:
    """Return the first rows as batches of a size, the last one perhaps smaller, of one portion."""
    import tensorflow as tf

    starts = np.array([*range(0, rows, size), rows], np.int32)
    return Stretch((tf.constant(ROWS), tf.constant(TARGETS)), starts, np.diff(starts))


def graphs_of_sums() -> tuple[StepGraphs, Any]:
    """Return graphs whose step has no network: the loss tells what the step was given."""
    import tensorflow as tf

    taken = tf.Variable(0, dtype="int64")

    def step(batch: tuple[Any, ...], rate: Any, number: Any, rows: Any) -> tuple[Any, Any]:
        x, y = batch
        tf.debugging.assert_equal(tf.shape(x)[0], rows)
        return rate * (tf.reduce_sum(x) + tf.cast(number, "float32")), x + tf.cast(y, "float32")[:, None]

    return StepGraphs(tf, step, taken, 2, "float32", ELEMENTS), taken


def expected(rates: NDArray[Any], size: int, first: int) -> NDArray[Any]:
    """Return the losses of the steps by NumPy."""
    parts = [ROWS[i * size : (i + 1) * size].sum() + first + i for i in range(len(rates))]
    return rates * np.array(parts, np.float32)


@pytest.mark.parametrize("room", [0, 3, 8])
def test_every_batch_is_seen_once_whatever_the_program_has_room_for(room: int) -> None:
    graphs, taken = graphs_of_sums()
    rates = np.array([0.5, 1.0, 2.0], np.float32)
    for first in (0, 3):
        parts = list(graphs.run(stretch(11, 4), rates, 4, room))
        losses, logits = (np.concatenate(part) for part in zip(*parts, strict=True))
        assert losses == pytest.approx(expected(rates, 4, first))
        assert np.array_equal(logits, ROWS + TARGETS[:, None])
    assert int(taken.numpy()) == 6


def test_fewer_steps_than_there_is_room_for_use_the_same_program() -> None:
    graphs, taken = graphs_of_sums()
    for steps in (2, 1, 2):
        [(losses, logits)] = graphs.run(stretch(4 * steps, 4), np.ones(steps, np.float32), 4, 2)
        assert len(losses) == steps
        assert len(logits) == 4 * steps
    assert int(taken.numpy()) == 5
    assert graphs._compiled.experimental_get_tracing_count() == 1


def test_a_smaller_batch_may_lie_between_others() -> None:
    graphs, taken = graphs_of_sums()
    starts = np.array([0, 4, 6, 10], np.int32)
    between = Stretch(stretch(11, 4).arrays, starts, np.diff(starts))
    for room in (0, 3):
        parts = list(graphs.run(between, np.ones(3, np.float32), 4, room))
        losses, logits = (np.concatenate(part) for part in zip(*parts, strict=True))
        first = int(taken.numpy()) - 3
        assert losses == pytest.approx(
            [ROWS[a:b].sum() + first + i for i, (a, b) in enumerate([(0, 4), (4, 6), (6, 10)])]
        )
        assert np.array_equal(logits, (ROWS + TARGETS[:, None])[:10])
