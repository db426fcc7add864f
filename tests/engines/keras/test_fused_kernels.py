"""The fused optimizers are Keras's own: the same weights, slots and counts after 50 steps."""

from typing import Any

import numpy as np
import pytest

from dnnctl.engines.keras.build import keras_optimizer
from dnnctl.engines.keras.float64 import in_full
from dnnctl.network.optimizers.base import OPTIMIZERS

SHAPES = ((20, 30), (30,))


def trained(optimizer: Any, dtype: str) -> tuple[list[np.ndarray], int]:
    """Return weights and slots after 50 steps in a graph, with a changing learning rate."""
    import keras
    import tensorflow as tf

    generator = np.random.default_rng(0)
    weights = [keras.Variable(generator.normal(size=shape), dtype=dtype) for shape in SHAPES]
    optimizer.build(weights)

    def apply(gradients: Any, rate: Any) -> None:
        optimizer.learning_rate = rate
        optimizer.apply(gradients, weights)

    step = tf.function(apply, autograph=False)
    for i in range(50):
        gradients = [tf.constant(generator.normal(size=shape), dtype) for shape in SHAPES]
        step(gradients, tf.constant(0.05 / (1 + i), dtype))
    return [v.numpy() for v in (*weights, *optimizer.variables)], int(optimizer.iterations.numpy())


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("adam", "Adam"),
        ({"adam": {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 0.01}}, "Adam"),
        ({"adam": {"clipnorm": 0.1}}, "Adam"),
        ({"adamw": {"weight_decay": 0.05, "global_clipnorm": 1.0}}, "AdamW"),
        ({"sgd": {"clipvalue": 0.5}}, "SGD"),
        ({"sgd": {"momentum": 0.9}}, "SGD"),
        ({"sgd": {"momentum": 0.9, "nesterov": True}}, "SGD"),
        ({"rmsprop": {"momentum": 0.5}}, "RMSprop"),
        ("adagrad", "Adagrad"),
        ("adamax", "Adamax"),
        ({"lion": {"weight_decay": 0.05}}, "Lion"),
        ("nadam", "Nadam"),
    ],
    ids=str,
)
def test_fifty_steps_end_where_those_of_keras_end(written: Any, name: str, dtype: str) -> None:
    import keras

    spec = OPTIMIZERS.parse(written)
    before = keras.config.floatx()
    keras.config.set_floatx(dtype)
    try:
        ours = keras_optimizer(spec, dtype)
        theirs = getattr(keras.optimizers, name)(learning_rate=1.0, **in_full(spec.settings(), dtype))
        (received, counted), (expected, steps) = trained(ours, dtype), trained(theirs, dtype)
    finally:
        keras.config.set_floatx(before)
    assert counted == steps == 50
    assert len(received) == len(expected)
    # Keras rounds a constant of Nadam to single precision, even for doubles.
    tolerance = 1e-5 if dtype == "float32" else 1e-6 if name == "Nadam" else 1e-13
    for own, other in zip(received, expected, strict=True):
        assert own.dtype == other.dtype
        assert own == pytest.approx(other, rel=tolerance, abs=tolerance)


def test_amsgrad_is_left_to_keras() -> None:
    import keras

    from dnnctl.engines.keras.fused_kernels import FusedAdam

    (received, _), (expected, _) = (
        trained(kind(learning_rate=1.0, amsgrad=True), "float32") for kind in (FusedAdam, keras.optimizers.Adam)
    )
    assert all(np.array_equal(own, other) for own, other in zip(received, expected, strict=True))
