r"""A running average of the weights: $a \leftarrow d_t a + (1 - d_t) w$ after step $t$, counted from 0.

The network that answers has the averaged weights, the one that learns the raw ones. At the beginning the average
would be that of the first weights, drawn by lot, so it begins with short memory:
$d_t = \min(d, (1 + t) / (10 + t))$.

Moving statistics of batch normalization are averaged like the weights they were measured with.

Source: Polyak and Juditsky, Acceleration of Stochastic Approximation by Averaging, 1992; the first steps as in
TensorFlow's `ExponentialMovingAverage`; the statistics as in Tan and Le, EfficientNet, 2019.
"""

from collections.abc import Iterable
from typing import Any


def taken(decay: float, step: int) -> float:
    """Return how much of the weights the average takes at a step: $1 - d_t$.

    Args:
        decay: How much of the average is kept in the long run, 0 to 1.
        step: The step, counted from 0.
    """
    return 1 - min(decay, (1 + step) / (10 + step))


def follow_in_graph(tensorflow: Any, pairs: Iterable[tuple[Any, Any]], decay: float, step: Any) -> None:
    """Move averages towards the weights after a step, inside TensorFlow's graph of the step.

    Args:
        tensorflow: The module.
        pairs: Keras variables: an average, and the weight that it follows.
        decay: How much of the average is kept in the long run, 0 to 1.
        step: The step, counted from 0, int64 scalar.
    """
    tf = tensorflow
    for average, weight in pairs:
        dtype = average.value.dtype
        t = tf.cast(step, dtype)
        share = 1 - tf.minimum(tf.constant(decay, dtype), (1 + t) / (10 + t))
        # One kernel that takes share times the difference off the average.
        tf.raw_ops.ResourceApplyGradientDescent(
            var=average.value.handle, alpha=share, delta=average.value - weight.value
        )
