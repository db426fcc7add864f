r"""Gaussian error linear unit: $y = x \cdot \Phi(x)$, with $\Phi(x) = (1 + erf(x / \sqrt 2)) / 2$."""

import math
from typing import ClassVar

import numpy as np

from dnnctl.network.layers.base import Activation, Array, NumpyLayer


class Gelu(NumpyLayer):
    r"""Gaussian error linear unit; all (batch, units).

    Forward $y = x \Phi(x)$; backward $dx = dy (\Phi(x) + x \varphi(x))$, with $\Phi$ and $\varphi$ the distribution
    and the density of the standard normal distribution.
    """

    def forward(self, x: Array, *, training: bool) -> Array:
        """Return x times the standard normal distribution at x."""
        from scipy.special import erf

        self._x = x
        below: Array = np.multiply(x, self.dtype.type(math.sqrt(0.5)), out=self.buffer("below", x.shape))
        erf(below, out=below)
        below += 1
        below *= self.dtype.type(0.5)
        self._below = below
        return np.multiply(x, below, out=self.buffer("y", x.shape))

    def backward(self, dy: Array) -> Array:
        """Return dy (Phi(x) + x phi(x))."""
        dx: Array = np.multiply(self._x, self._x, out=self.buffer("dx", dy.shape))
        dx *= self.dtype.type(-0.5)
        np.exp(dx, out=dx)
        dx *= self.dtype.type(1 / math.sqrt(2 * math.pi))
        dx *= self._x
        dx += self._below
        dx *= dy
        return dx


class Layer(Activation):
    r"""Gaussian error linear unit: $y = x \cdot \Phi(x)$, with $\Phi(x) = (1 + erf(x / \sqrt 2)) / 2$.

    Source: Hendrycks and Gimpel, Gaussian Error Linear Units, 2016.
    """

    numpy_class: ClassVar[type[NumpyLayer]] = Gelu
    keras_activation: ClassVar[str] = "gelu"
