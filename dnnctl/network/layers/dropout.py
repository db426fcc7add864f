r"""Dropout: each number is set to 0 with probability `rate` while training, the rest scaled up."""

import math
from typing import ClassVar

import numpy as np
from pydantic import Field

from dnnctl.network.layers.base import Array, KerasForm, LayerSpec, NumpyLayer

# Masks are cut from random words of 16 bits: finer than a rate is meant, and four of them are drawn at once.
LEVELS = 1 << 16


class Layer(LayerSpec):
    r"""Dropout: $y = x \cdot m / (1 - rate)$ with $m$ 0 or 1 at random; $y = x$ after training.

    Args:
        rate: Probability of setting a number to 0, 0 to 1 (1 excluded).

    Source: Srivastava et al., Dropout: A Simple Way to Prevent Neural Networks from Overfitting, 2014.
    """

    main: ClassVar[str | None] = "rate"
    rate: float = Field(ge=0, lt=1)

    def keras_form(self, seed: int) -> KerasForm:
        """Return the Keras layer that computes this."""
        return KerasForm("Dropout", {"rate": self.rate, "seed": seed})

    def to_numpy(self, seed: int, dtype: str = "float32") -> "Dropout":
        """Return the NumPy layer that computes this."""
        return Dropout(self.rate, seed, dtype)


def cut(rate: float) -> tuple[int, float]:
    r"""Return how a mask is cut from random words of 16 bits: which are too small, and the scale of what is kept.

    A number is set to 0 where its word is below $rate \cdot 2^{16}$, rounded; the others are scaled by the probability
    that this really has, so that the mean is kept exactly.

    Args:
        rate: Probability of a 0, 0 to 1 (1 excluded).
    """
    below = min(round(rate * LEVELS), LEVELS - 1)
    return below, LEVELS / (LEVELS - below)


class Dropout(NumpyLayer):
    r"""Dropout; all (batch, units).

    Forward $y = x \cdot m$, backward $dx = dy \cdot m$, with $m$ 0 with probability `rate`, else $1 / (1 - rate)$.
    After training both are the identity. The mask is a function of seed and step, so that a resumed
    training draws the same ones.

    Args:
        rate: Probability of a 0, 0 to 1 (1 excluded).
        seed: Decides the masks.
        dtype: `float32` or `float64`.
    """

    def __init__(self, rate: float, seed: int, dtype: str) -> None:
        super().__init__(dtype)
        self._rate, self._seed, self._step = rate, seed, 0
        self._mask: Array | None = None

    def at(self, step: int) -> None:
        """Take the masks of this step."""
        self._step = step

    def forward(self, x: Array, *, training: bool) -> Array:
        """Return x with some entries set to 0 and the others scaled up; x itself after training."""
        if not training or self._rate == 0:
            self._mask = None
            return x
        self._mask = self.mask(x.shape)
        return np.multiply(x, self._mask, out=self.buffer("y", x.shape))

    def mask(self, shape: tuple[int, ...]) -> Array:
        """Return this step's mask, (batch, units): 0 with probability `rate`, else 1 / (1 - rate)."""
        below, scale = cut(self._rate)
        count = math.prod(shape)
        # Random words of 64 bits, each cut into four.
        words = np.random.Philox(key=self._seed, counter=[0, 0, 0, self._step]).random_raw((count + 3) // 4)
        drawn = words.view(np.uint16)[:count].reshape(shape)
        kept = np.greater_equal(drawn, np.uint16(below), out=self.buffer("kept", shape, bool))
        mask: Array = np.multiply(kept, self.dtype.type(scale), out=self.buffer("mask", shape))
        return mask

    def backward(self, dy: Array) -> Array:
        """Return dy times the mask."""
        if self._mask is None:
            return dy
        return np.multiply(dy, self._mask, out=self.buffer("dx", dy.shape))
