r"""Mish: $y = x \cdot \tanh(\log(1 + e^x))$."""

from typing import ClassVar

import numpy as np

from dnnctl.network.layers.base import Activation, Array, NumpyLayer
from dnnctl.network.layers.sigmoid import sigmoid


class Mish(NumpyLayer):
    r"""Mish, with $t = \tanh(softplus(x))$ and s the sigmoid of x, the slope of softplus; all (batch, units).

    Forward $y = x t$; backward $dx = dy (t + x (1 - t^2) s)$.
    """

    def forward(self, x: Array, *, training: bool) -> Array:
        """Return x tanh(softplus(x))."""
        t: Array = np.abs(x, out=self.buffer("t", x.shape))
        # softplus(x) as max(x, 0) + log(1 + exp(-|x|)), which is the same and cannot overflow.
        np.negative(t, out=t)
        np.exp(t, out=t)
        np.log1p(t, out=t)
        y: Array = np.maximum(x, 0, out=self.buffer("y", x.shape))
        t += y
        np.tanh(t, out=t)
        self._x, self._t = x, t
        return np.multiply(x, t, out=y)

    def backward(self, dy: Array) -> Array:
        """Return dy (t + x (1 - t t) s)."""
        slope: Array = np.multiply(self._t, self._t, out=self.buffer("slope", dy.shape))
        np.subtract(1, slope, out=slope)
        slope *= self._x
        dx = sigmoid(self._x, out=self.buffer("dx", dy.shape))
        dx *= slope
        dx += self._t
        dx *= dy
        return dx


class Layer(Activation):
    r"""Mish: $y = x \cdot \tanh(softplus(x))$ with $softplus(x) = \log(1 + e^x)$.

    Source: Misra, Mish: A Self Regularized Non-Monotonic Activation Function, 2019.
    """

    numpy_class: ClassVar[type[NumpyLayer]] = Mish
    keras_activation: ClassVar[str] = "mish"
