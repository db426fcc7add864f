r"""Hyperbolic tangent: $y = \tanh(x)$."""

from typing import ClassVar

import numpy as np

from dnnctl.network.layers.base import Activation, Array, NumpyLayer


class Tanh(NumpyLayer):
    r"""Hyperbolic tangent: forward $y = \tanh x$, backward $dx = dy (1 - y^2)$; all (batch, units)."""

    def forward(self, x: Array, *, training: bool) -> Array:
        """Return tanh x."""
        self._y: Array = np.tanh(x, out=self.buffer("y", x.shape))
        return self._y

    def backward(self, dy: Array) -> Array:
        """Return dy (1 - y y)."""
        dx: Array = np.multiply(self._y, self._y, out=self.buffer("dx", dy.shape))
        np.subtract(1, dx, out=dx)
        dx *= dy
        return dx


class Layer(Activation):
    r"""Hyperbolic tangent: $y = \tanh(x)$.

    Source: LeCun et al., Efficient BackProp, 1998.
    """

    numpy_class: ClassVar[type[NumpyLayer]] = Tanh
    keras_activation: ClassVar[str] = "tanh"
    bounded: ClassVar[bool] = True
