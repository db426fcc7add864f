r"""The network while it trains: what Keras computes, with fewer passes over the numbers.

The Keras layers own the weights and answer after training. While training, three of them are computed here
instead: batch normalization by TensorFlow's fused kernels (Keras composes it of a dozen operations), dropout
with a mask that is a function of seed, layer and step alone, so that an exact resume needs nothing but the
number of the step, and wide dense layers, with their bias's gradient as a product.
"""

import math
from collections.abc import Callable
from typing import Any

from dnnctl.data.preprocessing import Preprocessing
from dnnctl.engines.base import NetworkTask
from dnnctl.engines.keras.build import keras_layer
from dnnctl.engines.keras.replicas import Place, Replicas
from dnnctl.network.layers.batch_normalization import Layer as BatchNormalization
from dnnctl.network.layers.dense import Layer as Dense
from dnnctl.network.layers.dropout import Layer as Dropout
from dnnctl.network.layers.dropout import cut
from dnnctl.network.plan import PlannedLayer
from dnnctl.random_streams import layer_seed

# A dense layer of so many numbers is worth a gradient of our own.
WIDE = 1 << 19
PHILOX = 1
# Random words of 16 bits that it makes at a time.
WORDS = 8

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
            rate, seed = planned.spec.rate, layer_seed(self._seed, planned.name)
            return lambda x, step, place: (
                x * keep_mask(self._tf, rate, seed, step, self._tf.shape(x), planned.outputs, x.dtype, place)
            )
        spec = planned.spec
        if isinstance(spec, BatchNormalization) and self._replicas.count > 1:
            return lambda x, _, place: batch_normalize_together(self._tf, x, layer, spec, self._replicas, place)
        # The fused kernels have no form for doubles.
        if isinstance(planned.spec, BatchNormalization) and layer.compute_dtype != "float64":
            epsilon, momentum = planned.spec.epsilon, planned.spec.momentum
            return lambda x, *_: batch_normalize(self._tf, x, layer, epsilon, momentum)
        if self._half is None:
            if isinstance(planned.spec, Dense) and planned.spec.use_bias and planned.parameters >= WIDE:
                # XLA, which knows the number of rows when it compiles, gains nothing by it.
                return lambda x, *_: layer(x, training=True) if x.shape[0] else wide_affine(self._tf, x, layer)
            return lambda x, *_: layer(x, training=True)
        if isinstance(planned.spec, Dense):
            return lambda x, *_: self._affine(x, layer)
        # The network's own layers compute in float32, for answers; one without weights is soon made again.
        other = keras_layer(planned, self._seed, self._half)
        return lambda x, *_: other(x, training=True)

    def _affine(self, x: Any, layer: Any) -> Any:
        """Return x W + b in half precision; W and b stay float32, and so do their gradients."""
        tf = self._tf
        y = tf.matmul(x, tf.cast(layer.kernel.value, x.dtype))
        return y if layer.bias is None else tf.nn.bias_add(y, tf.cast(layer.bias.value, x.dtype))


def wide_affine(tensorflow: Any, x: Any, layer: Any) -> Any:
    r"""Return x W + b, with gradients that take TensorFlow less time than its own.

    The bias's gradient is the product $\mathbf 1^T dY$: a sum over the rows takes 5 to 12 times as long beside a
    product as alone, and the product waits for its core. $dY W^T$ is taken as the product of a batch of one matrix:
    with a transposed factor TensorFlow's kernel for batches takes 0.86 of the time of the one for matrices.

    Args:
        tensorflow: The module.
        x: (rows, inputs).
        layer: The Keras layer that owns the kernel (inputs, units) and the bias (units,).

    Returns:
        (rows, units).
    """
    tf = tensorflow

    def affine(x: Any, W: Any, b: Any) -> Any:
        def gradient(dy: Any) -> tuple[Any, Any, Any]:
            ones = tf.ones((1, tf.shape(dy)[0]), dy.dtype)
            into_bias = tf.reshape(tf.matmul(ones, dy), (-1,))
            dx = tf.matmul(tf.expand_dims(dy, 0), tf.expand_dims(W, 0), transpose_b=True)
            return tf.squeeze(dx, 0), tf.matmul(x, dy, transpose_a=True), into_bias

        return tf.nn.bias_add(tf.matmul(x, W), b), gradient

    kernel, bias = (tf.convert_to_tensor(variable.value) for variable in (layer.kernel, layer.bias))
    return tf.custom_gradient(affine)(x, kernel, bias)


def keep_mask(
    tensorflow: Any, rate: float, seed: int, step: Any, shape: Any, units: int, dtype: Any, place: Place | None = None
) -> Any:
    r"""Return a mask of dropout: 0 with probability `rate`, else $1 / (1 - rate)$, (rows, units).

    It is cut from random words of 16 bits, as `cut` says.

    Args:
        tensorflow: The module.
        rate: Probability of a 0, 0 to 1 (1 excluded).
        seed: The layer's seed, 0 to 2**31 - 1.
        step: Number of the optimizer step, int64 scalar; each step has a stream of its own.
        shape: (rows, units), int32 (2,).
        units: Numbers a row.
        dtype: Type of the mask.
        place: Where the rows lie in the batch, whose mask does not depend on who draws which part; None for all of it.

    Source: Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3, 2011 (Philox).
    """
    tf = tensorflow
    below, scale = cut(rate)
    count = shape[0] * units
    # The generator makes 128 bits at a time, of which it can make any without those before.
    block, skipped = (0, 0) if place is None else (place.first * units // WORDS, place.first * units % WORDS)
    words = tf.raw_ops.StatelessRandomUniformFullIntV2(
        shape=[(skipped + count + 3) // 4],
        key=tf.constant([seed], tf.uint64),
        counter=tf.stack([tf.cast(block, tf.uint64), tf.cast(step, tf.uint64)]),
        alg=PHILOX,
        dtype=tf.uint64,
    )
    drawn = tf.reshape(tf.reshape(tf.bitcast(words, tf.uint16), [-1])[skipped : skipped + count], (-1, units))
    kept = tf.cast(drawn >= tf.constant(below, tf.uint16), dtype)
    return kept * tf.constant(scale, dtype)


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
    flat = tf.reshape(tf.cast(x, dtype), (tf.shape(x)[0], math.prod(preprocessing.input_shape)))
    if preprocessing.divisor is not None:
        return flat * tf.constant(1 / preprocessing.divisor, dtype)
    return (flat - tf.constant(preprocessing.mean, dtype)) / tf.constant(preprocessing.std, dtype)
