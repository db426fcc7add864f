"""The running average of the weights, inside the graph of a step; `dnnctl/network/weight_ema.py` has the formula."""

from collections.abc import Iterable
from typing import Any


def follow(tensorflow: Any, pairs: Iterable[tuple[Any, Any]], decay: float, step: Any) -> None:
    """Move averages towards the weights after a step.

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
