"""The loss of rows that count differently, and of rows that are blended."""

from typing import Any

import numpy as np
import pytest

from dnnctl.data.mixup import mixture
from dnnctl.engines.numpy.targets import batch_targets, loss_gradient, loss_value
from dnnctl.network.losses.base import LOSSES

ROWS, CLASSES = 12, 4


def softmax(z: Any) -> Any:
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_blended_classes_have_the_cross_entropy_of_blended_targets(smoothing: float) -> None:
    draw = np.random.default_rng(0)
    logits, y = draw.normal(size=(ROWS, CLASSES)), draw.integers(0, CLASSES, ROWS)
    blend = mixture(ROWS, 1.0, 0, 0, 0)
    loss = LOSSES.parse({"categorical_crossentropy": smoothing}).to_numpy()
    targets = batch_targets(y, "float64", None, blend)
    value, gradient = loss_gradient(loss, logits, targets)

    truth = blend.mix(np.eye(CLASSES)[y]) * (1 - smoothing) + smoothing / CLASSES
    assert value == pytest.approx(-(truth * np.log(softmax(logits))).sum(axis=1).mean())
    assert gradient == pytest.approx((softmax(logits) - truth) / ROWS)
    assert loss_value(loss, logits, targets) == pytest.approx(value)


def test_a_weight_of_2_is_a_row_that_stands_there_twice() -> None:
    draw = np.random.default_rng(0)
    logits, y = draw.normal(size=(ROWS, CLASSES)), draw.integers(0, CLASSES, ROWS)
    loss = LOSSES.parse("sparse_categorical_crossentropy").to_numpy()
    weights = np.array([1.0, 2.0, 0.0, 1.0])
    value, gradient = loss_gradient(loss, logits, batch_targets(y, "float64", weights))
    repeated = np.repeat(np.arange(ROWS), weights[y].astype(int))
    again, slope = loss.with_gradient(logits[repeated], y[repeated])
    assert value * ROWS == pytest.approx(again * len(repeated))
    assert gradient[repeated[-1]] * ROWS == pytest.approx(slope[-1] * len(repeated) * weights[y[repeated[-1]]])
    assert not gradient[y == 2].any()


@pytest.mark.parametrize("name", ["mean_squared_error", "mean_absolute_error", "huber"])
def test_numbers_are_blended_themselves(name: str) -> None:
    draw = np.random.default_rng(0)
    predicted, y = draw.normal(size=(ROWS, 2)), draw.normal(size=(ROWS, 2))
    blend = mixture(ROWS, 1.0, 0, 0, 0)
    loss = LOSSES.parse(name).to_numpy()
    value, gradient = loss_gradient(loss, predicted, batch_targets(y, "float64", None, blend))
    expected, slope = loss.with_gradient(predicted, blend.mix(y))
    assert value == expected
    assert np.array_equal(gradient, slope)


def test_both_halves_of_a_blend_have_the_weight_of_their_class() -> None:
    logits, y = np.array([[0.0], [1.0]]), np.array([0, 1])
    blend = mixture(2, 1.0, 0, 0, 0)
    loss = LOSSES.parse("binary_crossentropy").to_numpy()
    value, _ = loss_gradient(loss, logits, batch_targets(y, "float64", np.array([1.0, 3.0]), blend))
    # -log p of class 1, and of class 0.
    one, none = np.log1p(np.exp(-logits[:, 0])), np.log1p(np.exp(logits[:, 0]))
    first, second = blend.share
    rows = [first * none[0] + (1 - first) * 3 * one[0], second * 3 * one[1] + (1 - second) * none[1]]
    assert value == pytest.approx(np.mean(rows))
