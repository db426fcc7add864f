r"""The slope of a loss from its values alone, to nine digits or more, kinks or no kinks.

One central difference $(L(w + h) - L(w - h)) / 2h$ is wrong by about $h^2$ for a large step $h$ and by the
rounding of $L$ over $h$ for a small one. Quotients of ever smaller steps, extrapolated to $h = 0$, are far
better than any single one.

Where a unit of the network lies near its kink (ReLU at 0), only steps count that leave it on its side: the
loss there is a smooth function, the one whose slope the backward pass computes. So steps shrink until no
unit changes sides, and if one lies very near, all are taken on the side that has more room.

Source: Ridders, Accurate computation of F'(x) and F'(x) F''(x), 1982.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import inf, nan

LARGEST_STEP = 0.25
SMALLEST_STEP = 1e-8
# Below this step rounding costs more digits than a one-sided quotient does.
CRAMPED = 1e-4
LEVELS = 10
# Where changes have become this small and grow again after a few levels, rounding has taken over.
SETTLED = 1e-7
FEW = 5
# Digits beyond this are not looked for.
ENOUGH = 1e-12

# The loss with a weight moved by h, or None where a unit is on another side of its kink than at h = 0.
Moved = Callable[[float], float | None]


@dataclass(frozen=True)
class Slope:
    """A derivative and what it rests on.

    Args:
        value: The derivative; NaN if units lie on kinks on both sides, so that there is none.
        step: The smallest step it rests on; rounding of the loss over it limits what can be told.
        reach: The largest step at which no unit changed sides, 0 if there is none.
    """

    value: float
    step: float
    reach: float


def slope(moved: Moved, *, start: float = LARGEST_STEP, symmetric: bool = False) -> Slope:
    """Return the derivative of a loss with respect to one weight.

    Args:
        moved: The loss as a function of how far the weight is moved.
        start: The largest step to try, above 0.
        symmetric: Whether steps must go both ways, since the weight itself lies on a kink whose two slopes
            are to be averaged (|w| at 0).
    """
    loss = cache(moved)
    both = _reach(loss, start, (1, -1))
    if both < CRAMPED and not symmetric:
        sign = max((1, -1), key=lambda s: _reach(loss, start, (s,)))
        alone = _reach(loss, start, (sign,))
        # Extrapolating on one side costs about two digits, so it must gain more room than that.
        if alone > 100 * both:
            return _extrapolated(lambda h: _quotient(loss, sign * h, 0.0), alone, 2)
    return _extrapolated(lambda h: _quotient(loss, h, -h), both, 4)


def _reach(loss: Moved, start: float, signs: tuple[int, ...]) -> float:
    """Return the largest step, of halves of the first one, at which no unit changes sides; 0 if none."""
    step = start
    while any(loss(sign * step) is None for sign in signs):
        step /= 2
        if step < SMALLEST_STEP:
            return 0.0
    return step


def _quotient(loss: Moved, here: float, there: float) -> float | None:
    high, low = loss(here), loss(there)
    return None if high is None or low is None else (high - low) / (here - there)


def _extrapolated(quotient: Callable[[float], float | None], first: float, power: int) -> Slope:
    """Return the limit of quotients as the step goes to 0.

    Args:
        quotient: A difference quotient as a function of the step, None where it cannot be used.
        first: The first step; each further one is half of the one before.
        power: By what halving the step divides the error: 4 if it goes as h squared, 2 if as h.
    """
    best, step, error = nan, 0.0, inf
    before: list[float] = []
    for level in range(LEVELS if first else 0):
        h = first / 2**level
        plain = quotient(h)
        if plain is None:
            continue
        row = [plain]
        if not before:
            best, step = plain, h
        for k, coarser in enumerate(before):
            factor = float(power ** (k + 1))
            row.append((factor * row[k] - coarser) / (factor - 1))
            change = max(abs(row[-1] - row[-2]), abs(row[-1] - coarser))
            if change < error:
                best, step, error = row[-1], h, change
        rounded = level >= FEW and error <= SETTLED * abs(best) and abs(row[-1] - before[-1]) >= 2 * error
        if rounded or error <= ENOUGH * abs(best):
            break
        before = row
    return Slope(best, step, first)
