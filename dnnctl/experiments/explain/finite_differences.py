r"""The slope of a smooth function from its values alone, to nine digits or more.

One central difference $(L(w + h) - L(w - h)) / 2h$ is wrong by about $h^2$ for a large step $h$ and by the
rounding of $L$ over $h$ for a small one. Quotients of ever smaller steps, extrapolated to $h = 0$, are far
better than any single one.

Source: Ridders, Accurate computation of F'(x) and F'(x) F''(x), 1982.
"""

from collections.abc import Callable
from math import inf

LARGEST_STEP = 0.25
LEVELS = 12
# Where changes have become this small and grow again after a few levels, rounding has taken over.
SETTLED = 1e-7
FEW = 5
# Digits beyond this are not looked for.
ENOUGH = 1e-13

# The loss with a weight moved by h.
Moved = Callable[[float], float]


def slope(moved: Moved, *, start: float = LARGEST_STEP) -> float:
    """Return the derivative of a smooth loss with respect to one weight.

    Args:
        moved: The loss as a function of how far the weight is moved.
        start: The largest step, above 0; each further one is half of the one before.
    """
    best, error = 0.0, inf
    before: list[float] = []
    for level in range(LEVELS):
        h = start / 2**level
        row = [(moved(h) - moved(-h)) / (2 * h)]
        if not before:
            best = row[0]
        for k, coarser in enumerate(before):
            # Halving the step divides the error, a series in h squared, by 4, then 16, ...
            factor = 4.0 ** (k + 1)
            row.append((factor * row[k] - coarser) / (factor - 1))
            change = max(abs(row[-1] - row[-2]), abs(row[-1] - coarser))
            if change < error:
                best, error = row[-1], change
        rounded = level >= FEW and error <= SETTLED * abs(best) and abs(row[-1] - before[-1]) >= 2 * error
        if rounded or error <= ENOUGH * abs(best):
            break
        before = row
    return best
