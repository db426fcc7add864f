r"""Logistic sigmoid: $y = 1 / (1 + e^{-x})$."""

from typing import ClassVar

import numpy as np

from dnnctl.network.layers.base import Activation, Array, NumpyLayer


def sigmoid(x: Array, out: Array | None = None) -> Array:
    """Return the sigmoid of x as (tanh(x / 2) + 1) / 2, which is the same and cannot overflow.

    Args:
        x: Numbers of any shape.
        out: Where to write it, of that shape; a new array if None.
    """
    half = x.dtype.type(0.5)
    y: Array = np.multiply(x, half, out=out)
    np.tanh(y, out=y)
    y *= half
    y += half
    return y


class Sigmoid(NumpyLayer):
    r"""Logistic sigmoid: forward $y = 1 / (1 + e^{-x})$, backward $dx = dy \cdot y (1 - y)$; all (batch, units)."""

    def forward(self, x: Array, *, training: bool) -> Array:
        """Return the sigmoid of x."""
        self._y = sigmoid(x, out=self.buffer("y", x.shape))
        return self._y

    def backward(self, dy: Array) -> Array:
        """Return dy y (1 - y)."""
        dx: Array = np.subtract(1, self._y, out=self.buffer("dx", dy.shape))
        dx *= self._y
        dx *= dy
        return dx


class Layer(Activation):
    r"""Logistic sigmoid: $y = 1 / (1 + e^{-x})$.

    Source: Goodfellow, Bengio and Courville, Deep Learning, 2016, section 3.10.
    """

    numpy_class: ClassVar[type[NumpyLayer]] = Sigmoid
    keras_activation: ClassVar[str] = "sigmoid"
    bounded: ClassVar[bool] = True
