r"""The area under the ROC curve of rows that are never held together: their scores are counted in narrow bins.

A score's bin is found by its odds: between $2^{-32}$ and $1/2$ each octave of the probability has $2^b$ bins, and above
$1/2$ each octave of $1 - p$, so that scores near 0 and near 1 are told apart as well as those between. Rows that share
a bin count as if their scores were equal, which moves the area by at most

$$\frac{1}{2} \sum_i \frac{p_i q_i}{p q}$$

with $p_i$ positive rows of $p$ and $q_i$ others of $q$ in bin $i$: `area` returns that bound as
its second value.

Source: Fawcett, An introduction to ROC analysis, Pattern Recognition Letters 27, 2006.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

OCTAVES = 32
# Bits of a float32 that are not its exponent, and the exponent that stands for 1.
MANTISSA, ONE = 23, 127
# Bins of an octave at most, as a power of 2; fewer where counts of many classes would need more than so many bytes.
FINEST, MOST_BYTES = 10, 8 << 20


def bins_for(classes: int) -> int:
    """Return how many bins the scores of so many classes are counted in, the same number for each."""
    fine = FINEST
    while fine and 2 * 8 * classes * _bins(fine) > MOST_BYTES:
        fine -= 1
    return _bins(fine)


def _bins(fine: int) -> int:
    return 2 * (((OCTAVES - 1) << fine) + 1)


def count(positive: NDArray[np.bool_], scores: NDArray[Any], counts: NDArray[np.int64]) -> None:
    """Count rows of one class.

    Args:
        positive: Whether each row is of the class, (n,).
        scores: Their probabilities of it, (n,), 0 to 1.
        counts: What is added to, (2, bins): other rows, then those of the class.
    """
    bins = counts.shape[1]
    fine = ((bins // 2 - 1) // (OCTAVES - 1)).bit_length() - 1
    upper = scores > 0.5
    smaller = np.where(upper, 1 - scores, scores).astype(np.float32)
    # Of positive numbers the bits are in the order of the numbers.
    place = (smaller.view(np.int32).astype(np.int64) >> (MANTISSA - fine)) - ((ONE - OCTAVES) << fine)
    place = np.clip(place, 0, bins // 2 - 1)
    place = np.where(upper, bins - 1 - place, place)
    counts += np.bincount(place + bins * positive, minlength=2 * bins).reshape(2, bins)


def area(counts: NDArray[np.int64]) -> tuple[float, float] | None:
    """Return the area under the curve of one class, and by how much it may be off.

    Args:
        counts: Rows by bin, (2, bins): other rows, then those of the class.

    Returns:
        None if all rows are of the class, or none is.
    """
    others, own = counts.astype(np.float64)
    pairs = others.sum() * own.sum()
    if not pairs:
        return None
    below = np.cumsum(others) - others
    shared = float((own * others).sum()) / 2
    return (float((own * below).sum()) + shared) / pairs, shared / pairs
