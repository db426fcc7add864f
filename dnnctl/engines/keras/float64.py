"""Float64 with all its digits: where Keras and TensorFlow round a constant to float32 on the way.

Keras turns a Python float into a float32 tensor before it casts it, and TensorFlow keeps the slope of leaky_relu and
the root in gelu in single precision, even for doubles. One part in 10 million is nothing in float32; in
float64 it would look like a wrong gradient. In float32 nothing here changes anything.
"""

import contextlib
import math
from collections.abc import Iterator
from typing import Any

import numpy as np


@contextlib.contextmanager
def computing_in(dtype: str) -> Iterator[None]:
    """Let Keras make what it makes in the block (as a learning rate) in a precision, `float32` or `float64`."""
    import keras

    before = keras.config.floatx()
    keras.config.set_floatx(dtype)
    try:
        yield
    finally:
        keras.config.set_floatx(before)


def in_full(options: dict[str, Any], dtype: str) -> dict[str, Any]:
    """Return options whose numbers Keras takes with all their digits: a NumPy float keeps them.

    Args:
        options: Arguments of a Keras layer, loss or optimizer.
        dtype: `float32` or `float64`; only the latter needs it.
    """
    if dtype != "float64":
        return options
    return {k: np.float64(v) if type(v) is float else v for k, v in options.items()}


def computed_in_full(layer: Any, dtype: str) -> Any:
    """Return a Keras layer that computes with all digits of its constants; what it saves stays the same.

    Args:
        layer: A built-in Keras layer, not yet built.
        dtype: `float32` or `float64`; only the latter needs it.
    """
    import keras
    import tensorflow

    if dtype != "float64":
        return layer
    if isinstance(layer, keras.layers.LeakyReLU):
        slope = layer.negative_slope
        layer.call = lambda inputs: tensorflow.where(inputs > 0, inputs, slope * inputs)
    elif isinstance(layer, keras.layers.Activation) and layer.activation is keras.activations.gelu:
        layer.call = lambda inputs: inputs * tensorflow.math.erfc(-math.sqrt(0.5) * inputs) / 2
    for name in ("kernel_regularizer", "bias_regularizer"):
        penalty = getattr(layer, name, None)
        if penalty is not None:
            penalty.l1, penalty.l2 = np.float64(penalty.l1), np.float64(penalty.l2)
    limit = getattr(layer, "kernel_constraint", None)
    if limit is not None:
        limit.max_value = np.float64(limit.max_value)
    return layer
