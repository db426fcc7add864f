r"""Logistic sigmoid: $y = 1 / (1 + e^{-x})$."""

from typing import ClassVar

import numpy as np

from dnnctl.network.layers.base import Activation, Array, NumpyLayer


class Sigmoid(NumpyLayer):
    r"""Logistic sigmoid: forward $y = 1 / (1 + e^{-x})$, backward $dx = dy \cdot y (1 - y)$; all (batch, units)."""

    def forward(self, x: Array, *, training: bool) -> Array:
        """Return the sigmoid of x."""
        half = self.dtype.type(0.5)
        # As (tanh(x / 2) + 1) / 2, which is the same and cannot overflow.
        y: Array = np.multiply(x, half, out=self.buffer("y", x.shape))
        np.tanh(y, out=y)
        y *= half
        y += half
        self._y = y
        return y

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
