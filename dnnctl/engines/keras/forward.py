r"""The network while it trains: what Keras computes, with fewer passes over the numbers.

The Keras layers own the weights and answer after training. While training, three of them are computed here
instead: batch normalization by TensorFlow's fused kernels (Keras composes it of a dozen operations), dropout
with a mask that is a function of seed, layer and step alone, so that an exact resume needs nothing but the
number of the step (`dropout_masks.py`), and dense layers, with gradients that take less time (`affine.py`).
"""

import math
from collections.abc import Callable
from typing import Any

from dnnctl.data.preprocessing import Preprocessing
from dnnctl.engines.base import NetworkTask
from dnnctl.engines.keras.affine import compiled_affine, wide_affine
from dnnctl.engines.keras.build import keras_layer
from dnnctl.engines.keras.dropout_masks import keep_mask
from dnnctl.engines.keras.replicas import Place, Replicas
from dnnctl.network.layers.batch_normalization import Layer as BatchNormalization
from dnnctl.network.layers.dense import Layer as Dense
from dnnctl.network.layers.dropout import Layer as Dropout
from dnnctl.network.plan import PlannedLayer
from dnnctl.random_streams import layer_seed

# A dense layer of so many numbers is worth a gradient of our own.
WIDE = 1 << 19

# Function of (x, number of the step, where the rows lie in the batch) to y.
Pass = Callable[[Any, Any, Place | None], Any]


class TrainingPass:
    """From prepared rows to logits, with dropout at work and batch normalization by the batch.

    Args:
        tensorflow: The module.
        task: The network.
        layers: Its Keras layers, the output's activation last.
        replicas: The devices, each of which has a part of the rows.
    """

    def __init__(self, tensorflow: Any, task: NetworkTask, layers: list[Any], replicas: Replicas) -> None:
        self._tf, self._replicas = tensorflow, replicas
        self._seed, self._half = task.seed, task.half
        self._first = task.plan.layers[0]
        pairs = zip(task.plan.layers[:-1], layers[:-1], strict=True)
        self._passes = [self._pass_of(planned, layer) for planned, layer in pairs]

    def __call__(self, x: Any, step: Any, place: Place | None = None) -> Any:
        """Return the logits, (rows, outputs).

        Args:
            x: Prepared rows, (rows, inputs).
            step: Number of the optimizer step, int64 scalar.
            place: Where they lie in the batch; None if they are all of it.
        """
        if self._half:
            x = self._tf.cast(x, self._half)
        for layer in self._passes:
            x = layer(x, step, place)
        return x

    def _pass_of(self, planned: PlannedLayer, layer: Any) -> Pass:
        if isinstance(planned.spec, Dropout):
            return self._dropout(planned.spec.rate, layer_seed(self._seed, planned.name), planned.outputs)
        spec = planned.spec
        if isinstance(spec, BatchNormalization) and self._replicas.count > 1:
            return lambda x, _, place: batch_normalize_together(self._tf, x, layer, spec, self._replicas, place)
        # The fused kernels have no form for doubles.
        if isinstance(planned.spec, BatchNormalization) and layer.compute_dtype != "float64":
            epsilon, momentum = planned.spec.epsilon, planned.spec.momentum
            return lambda x, *_: batch_normalize(self._tf, x, layer, epsilon, momentum)
        if self._half is None:
            if isinstance(planned.spec, Dense):
                return self._dense(planned, layer)
            return lambda x, *_: layer(x, training=True)
        if isinstance(planned.spec, Dense):
            return lambda x, *_: self._affine(x, layer)
        # The network's own layers compute in float32, for answers; one without weights is soon made again.
        other = keras_layer(planned, self._seed, self._half)
        return lambda x, *_: other(x, training=True)

    def _dropout(self, rate: float, seed: int, units: int) -> Pass:
        def dropout(x: Any, step: Any, place: Place | None) -> Any:
            # The mask of the batch does not depend on who makes which part of it.
            first = 0 if place is None else place.first
            return x * keep_mask(self._tf, rate, seed, step, self._tf.shape(x), units, x.dtype, first)

        return dropout

    def _dense(self, planned: PlannedLayer, layer: Any) -> Pass:
        wide = layer.bias is not None and planned.parameters >= WIDE
        given = planned is self._first

        def affine(x: Any, *_: Any) -> Any:
            # The number of rows is known when XLA compiles, and only then; a GPU has other products.
            if x.shape[0] and "GPU" not in layer.kernel.value.device:
                return compiled_affine(self._tf, x, layer, given=given)
            return wide_affine(self._tf, x, layer) if wide else layer(x, training=True)

        return affine

    def _affine(self, x: Any, layer: Any) -> Any:
        """Return x W + b in half precision; W and b stay float32, and so do their gradients."""
        tf = self._tf
        y = tf.matmul(x, tf.cast(layer.kernel.value, x.dtype))
        return y if layer.bias is None else tf.nn.bias_add(y, tf.cast(layer.bias.value, x.dtype))


def batch_normalize(tensorflow: Any, x: Any, layer: Any, epsilon: float, momentum: float) -> Any:
    r"""Return the batch normalized by its own mean and variance, and let the moving ones follow.

    Args:
        tensorflow: The module.
        x: (rows, units), float32 or half.
        layer: The Keras layer that owns the weights, all float32.
        epsilon: Added to the variance.
        momentum: How much of a moving statistic is kept.

    Source: Ioffe and Szegedy, Batch Normalization, 2015.
    """
    tf = tensorflow
    units = x.shape[1]
    gamma = tf.ones(units) if layer.gamma is None else layer.gamma.value
    beta = tf.zeros(units) if layer.beta is None else layer.beta.value
    # Factor 1 asks the kernel for the statistics of the batch.
    y, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
        x=tf.reshape(x, (-1, 1, 1, units)),
        scale=gamma,
        offset=beta,
        mean=layer.moving_mean.value,
        variance=layer.moving_variance.value,
        epsilon=epsilon,
        exponential_avg_factor=1.0,
    )
    rows = tf.cast(tf.shape(x)[0], variance.dtype)
    # The kernel divides by rows - 1, Keras by rows.
    biased = variance * ((rows - 1) / rows)
    for moving, current in ((layer.moving_mean.value, mean), (layer.moving_variance.value, biased)):
        moving.assign_sub((moving - current) * (1 - momentum))
    return tf.reshape(y, (-1, units))


def batch_normalize_together(
    tensorflow: Any, x: Any, layer: Any, spec: BatchNormalization, replicas: Replicas, place: Place | None
) -> Any:
    r"""Return rows normalized by mean and variance of the whole batch, of which other devices have the other rows.

    The variance is taken of what is left without the mean, which loses no digits.

    Args:
        tensorflow: The module.
        x: (rows, units), of any type; rows may be none.
        layer: The Keras layer that owns the weights, float32 or float64.
        spec: Its settings.
        replicas: The devices.
        place: Where the rows lie in the batch.

    Source: Ioffe and Szegedy, Batch Normalization, 2015.
    """
    tf, dtype = tensorflow, layer.moving_mean.dtype
    assert place is not None
    total = tf.cast(place.rows, dtype)
    whole = tf.cast(x, dtype)
    mean = replicas.sum([tf.reduce_sum(whole, 0)])[0] / total
    centred = whole - mean
    variance = replicas.sum([tf.reduce_sum(tf.square(centred), 0)])[0] / total
    y = centred * tf.math.rsqrt(variance + tf.constant(spec.epsilon, dtype))
    if layer.gamma is not None:
        y *= layer.gamma.value
    if layer.beta is not None:
        y += layer.beta.value
    for moving, current in ((layer.moving_mean.value, mean), (layer.moving_variance.value, variance)):
        moving.assign_sub((moving - current) * tf.constant(1 - spec.momentum, dtype))
    return tf.cast(y, x.dtype)


def preprocess(tensorflow: Any, preprocessing: Preprocessing, x: Any, dtype: str) -> Any:
    """Return raw rows as the first layer wants them, as `Preprocessing.prepare` does: (rows, inputs).

    Args:
        tensorflow: The module.
        preprocessing: Statistics of the training rows.
        x: Raw rows, (rows, ...), of any type.
        dtype: `float32` or `float64`.
    """
    tf = tensorflow
    number = "float64" if preprocessing.is_far else dtype
    flat = tf.reshape(tf.cast(x, number), (tf.shape(x)[0], math.prod(preprocessing.input_shape)))
    if preprocessing.divisor is not None:
        return flat * tf.constant(1 / preprocessing.divisor, dtype)
    return tf.cast((flat - tf.constant(preprocessing.mean, number)) / tf.constant(preprocessing.std, number), dtype)
