r"""Dropout's masks in TensorFlow's graph: each number of a mask is a function of seed, step and its own place.

A word of 32 bits is made of each place by mixing it with a key of seed and step, as MurmurHash3 mixes its last word.
Nothing is drawn before it or beside it, so that any part of a mask can be made alone, and a compiler makes it anew
where it is needed instead of keeping it. Compiled by XLA it takes a sixth of the time of Philox.
"""

from typing import Any

from dnnctl.network.layers.dropout import cut

_BITS = (1 << 64) - 1


def keep_mask(
    tensorflow: Any, rate: float, seed: int, step: Any, shape: Any, units: int, dtype: Any, first: Any = 0
) -> Any:
    r"""Return a mask of dropout: 0 with probability `rate`, else $1 / (1 - rate)$, (rows, units).

    Args:
        tensorflow: The module.
        rate: Probability of a 0, 0 to 1 (1 excluded), rounded as `cut` says.
        seed: The layer's seed, 0 to 2**31 - 1.
        step: Number of the optimizer step, int64 scalar; each step has a stream of its own.
        shape: (rows, units), int32 (2,).
        units: Numbers a row.
        dtype: Type of the mask.
        first: Place of the first of these rows in the batch, int32 scalar.

    Source: Appleby, MurmurHash3, 2011 (`fmix32`, `fmix64`).
    """
    tf = tensorflow
    below, scale = cut(rate)
    places = tf.cast(first * units + tf.range(shape[0] * units), "uint32")
    drawn = tf.reshape(_mixed(tf, places, _key(tf, seed, step)), (-1, units))
    kept = tf.cast(drawn >= tf.constant(below << 16, "uint32"), dtype)
    return kept * tf.constant(scale, dtype)


def _mixed(tensorflow: Any, places: Any, key: Any) -> Any:
    """Return a random word for each place, uint32 of the same shape; all bits of it depend on all of place and key."""
    tf = tensorflow

    def folded(word: Any, bits: int) -> Any:
        return tf.bitwise.bitwise_xor(word, tf.bitwise.right_shift(word, tf.constant(bits, "uint32")))

    word = tf.bitwise.bitwise_xor(places * tf.constant(0x9E3779B1, "uint32"), key[0])
    word = folded(word, 16) * tf.constant(0x85EBCA6B, "uint32") + key[1]
    return folded(folded(word, 13) * tf.constant(0xC2B2AE35, "uint32"), 16)


def _key(tensorflow: Any, seed: int, step: Any) -> Any:
    """Return 64 bits of seed and step, uint32 (2,)."""
    tf = tensorflow
    of_seed = seed * 0xFF51AFD7ED558CCD & _BITS
    of_seed = (of_seed ^ of_seed >> 33) * 0xC4CEB9FE1A85EC53 & _BITS
    key = tf.cast(step, "uint64") * tf.constant(0x9E3779B97F4A7C15, "uint64") + tf.constant(of_seed, "uint64")
    for bits, factor in ((32, 0xBF58476D1CE4E5B9), (29, 0x94D049BB133111EB)):
        shifted = tf.bitwise.right_shift(key, tf.constant(bits, "uint64"))
        key = tf.bitwise.bitwise_xor(key, shifted) * tf.constant(factor, "uint64")
    return tf.bitcast(tf.bitwise.bitwise_xor(key, tf.bitwise.right_shift(key, tf.constant(32, "uint64"))), "uint32")
