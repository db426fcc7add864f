"""Every loss, whatever it is, keeps what the base class promises, and is what Keras computes."""

from typing import Any, get_args

import numpy as np
import pytest

from dnnctl import plugins
from dnnctl.datasets.base import Task
from dnnctl.network.losses.base import DEFAULTS, LOSSES, LossSpec

NAMES = plugins.names("dnnctl.network.losses")
# Values of main options that are not their defaults.
GIVEN: dict[str, Any] = {"categorical_crossentropy": 0.1, "binary_crossentropy": 0.2, "huber": 0.7}
ROWS = 20


def loss(name: str) -> LossSpec:
    return LOSSES.parse({name: GIVEN[name]} if name in GIVEN else name)


def batch(spec: LossSpec, dtype: str = "float64") -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return logits, targets and weights of rows that the loss can take."""
    draw = np.random.default_rng(0)
    outputs = {"softmax": 4, "sigmoid": 1, "linear": 2}[spec.activation]
    logits = (draw.normal(size=(ROWS, outputs)) * 3).astype(dtype)
    y = draw.integers(0, max(2, outputs), ROWS).astype("int32")
    if spec.activation == "linear":
        y = draw.normal(size=logits.shape).astype(dtype)
    return logits, y, draw.uniform(0, 2, ROWS).astype(dtype)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_written_as_it_is_read(name: str) -> None:
    spec = loss(name)
    assert spec.key == name
    assert LOSSES.parse(spec.written()) == spec
    assert "Source: " in (type(spec).__doc__ or "")


def test_every_task_has_a_loss_that_fits_it() -> None:
    for task in get_args(Task):
        assert task in loss(DEFAULTS[task]).tasks


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_the_gradient_is_that_of_the_value(name: str, weighted: bool) -> None:
    spec = loss(name)
    ours = spec.to_numpy()
    logits, y, drawn = batch(spec)
    weights = drawn if weighted else None
    value, analytic = ours.with_gradient(logits, y, weights)
    assert analytic.shape == logits.shape
    assert value == pytest.approx(ours.value(logits, y, None, weights), rel=1e-12)
    # Each error keeps its side of the kink, where there is one.
    sides, step = ours.sides(logits, y), 1e-6
    assert ours.value(logits, y, sides, weights) == pytest.approx(value, rel=1e-12)
    for index in np.ndindex(logits.shape):
        high, low = logits.copy(), logits.copy()
        high[index] += step
        low[index] -= step
        numeric = (ours.value(high, y, sides, weights) - ours.value(low, y, sides, weights)) / (2 * step)
        assert analytic[index] == pytest.approx(numeric, abs=1e-8)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-5), ("float64", 1e-12)])
@pytest.mark.parametrize("name", NAMES)
def test_keras_computes_the_same(name: str, dtype: str, tolerance: float, weighted: bool) -> None:
    import tensorflow as tf

    from dnnctl.engines.keras.build import keras_loss
    from dnnctl.engines.keras.float64 import computing_in

    spec = loss(name)
    logits, y, drawn = batch(spec, dtype)
    weights = drawn if weighted else None
    with computing_in(dtype), tf.GradientTape() as tape:
        said = tf.Variable(logits)
        theirs = keras_loss(spec, dtype)(tf.constant(y), said, weights)
    value, gradient = spec.to_numpy().with_gradient(logits, y, weights)
    assert gradient.dtype == theirs.dtype == dtype
    assert value == pytest.approx(float(theirs), rel=tolerance)
    assert gradient == pytest.approx(tape.gradient(theirs, said).numpy(), rel=tolerance, abs=tolerance / 10)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", [1e-12, 1e4])
def test_tiny_and_huge_logits_are_no_trouble(name: str, dtype: str, size: float) -> None:
    spec = loss(name)
    logits, y, _ = batch(spec, dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        value, gradient = spec.to_numpy().with_gradient(logits * logits.dtype.type(size), y)
        answers = spec.answers(logits * logits.dtype.type(size))
    assert np.isfinite(value)
    assert value >= 0
    assert np.isfinite(gradient).all()
    assert answers.dtype == np.float64
    if spec.activation == "softmax":
        assert answers.sum(axis=1) == pytest.approx(np.ones(ROWS))
    if spec.activation != "linear":
        assert ((answers >= 0) & (answers <= 1)).all()


def test_answers_are_probabilities_or_the_numbers_themselves() -> None:
    pair = np.array([[1e4, -1e4], [0.0, np.log(3)]])
    assert loss("sparse_categorical_crossentropy").answers(pair) == pytest.approx(np.array([[1, 0], [0.25, 0.75]]))
    assert loss("binary_crossentropy").answers(np.array([[1e4], [-1e4], [np.log(3)]])).ravel() == pytest.approx(
        [1, 0, 0.75]
    )
    assert np.array_equal(loss("huber").answers(pair), pair)


def test_log_cosh_is_that_of_keras_but_for_a_rounded_constant() -> None:
    import keras

    spec = loss("log_cosh")
    logits, y, _ = batch(spec, "float32")
    assert spec.to_numpy().value(logits, y) == pytest.approx(float(keras.losses.LogCosh()(y, logits)), rel=1e-6)
    errors = np.array([[0.0, 1e-4, 1.0, -50.0]])
    expected = np.array([0, 5e-9, np.log(np.cosh(1)), 50 - np.log(2)]).mean()
    assert spec.to_numpy().value(errors, np.zeros_like(errors)) == pytest.approx(expected, rel=1e-12)
