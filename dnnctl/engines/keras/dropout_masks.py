r"""Dropout's masks in TensorFlow's graph: a function of the layer's seed, the step, and the place in the batch."""

from typing import Any

from dnnctl.network.layers.dropout import cut

PHILOX = 1
# Random words of 16 bits that it makes at a time.
WORDS = 8


def keep_mask(
    tensorflow: Any, rate: float, seed: int, step: Any, shape: Any, units: int, dtype: Any, first: Any = 0
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
        first: Place of the first of these rows in the batch, int32 scalar; 0 where they are all of it.

    Source: Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3, 2011 (Philox).
    """
    tf = tensorflow
    below, scale = cut(rate)
    count = shape[0] * units
    # The generator makes 128 bits at a time, of which it can make any without those before.
    block, skipped = 0, 0
    if not isinstance(first, int):
        before = tf.cast(first, tf.int64) * units
        block, skipped = before // WORDS, tf.cast(before % WORDS, tf.int32)
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
