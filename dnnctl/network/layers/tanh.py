r"""Hyperbolic tangent: $y = \tanh(x)$."""

from typing import ClassVar

import numpy as np

from dnnctl.network.layers.base import Activation, Array, KerasForm, NumpyLayer


class Layer(Activation):
    r"""Hyperbolic tangent: $y = \tanh(x)$.

    Source: LeCun et al., Efficient BackProp, 1998.
    """

    bounded: ClassVar[bool] = True

    def keras_form(self, seed: int) -> KerasForm:
        """Return the Keras layer that computes this."""
        return KerasForm("Activation", {"activation": "tanh"})

    def to_numpy(self, seed: int, dtype: str = "float32") -> NumpyLayer:
        """Return the NumPy layer that computes this."""
        return Tanh(dtype)


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
