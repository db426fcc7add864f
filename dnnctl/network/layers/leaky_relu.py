r"""Leaky rectified linear unit: $y = x$ for $x > 0$, else $negative\_slope \cdot x$."""

from typing import ClassVar

import numpy as np
from pydantic import Field

from dnnctl.network.layers.base import Activation, Array, NumpyLayer


class LeakyRelu(NumpyLayer):
    r"""Leaky rectified linear unit, s its slope below 0; all (batch, units).

    Forward $y = x$ for $x > 0$, else $s x$; backward $dx = dy$ for $x > 0$, else $s \cdot dy$.

    Args:
        negative_slope: s, at least 0.
        dtype: `float32` or `float64`.
    """

    def __init__(self, negative_slope: float, dtype: str) -> None:
        super().__init__(dtype)
        self._slope = self.dtype.type(negative_slope)

    def forward(self, x: Array, *, training: bool) -> Array:
        """Return x above 0, s x below."""
        self._above: Array = (
            np.greater(x, 0, out=self.buffer("above", x.shape, bool)) if self.held is None else self.held
        )
        y: Array = np.multiply(x, self._slope, out=self.buffer("y", x.shape))
        np.copyto(y, x, where=self._above)
        return y

    def backward(self, dy: Array) -> Array:
        """Return dy above 0, s dy below."""
        dx: Array = np.multiply(dy, self._slope, out=self.buffer("dx", dy.shape))
        np.copyto(dx, dy, where=self._above)
        return dx

    def side(self) -> Array:
        """Return where x > 0."""
        return self._above.copy()


class Layer(Activation):
    r"""Leaky rectified linear unit: $y = x$ for $x > 0$, else $negative\_slope \cdot x$.

    Args:
        negative_slope: Slope below 0, at least 0, at most 1e6; 0.3 as in Keras.

    Source: Maas, Hannun and Ng, Rectifier Nonlinearities Improve Neural Network Acoustic Models, 2013.
    """

    numpy_class: ClassVar[type[NumpyLayer]] = LeakyRelu
    keras_class: ClassVar[str] = "LeakyReLU"
    main: ClassVar[str | None] = "negative_slope"
    negative_slope: float = Field(0.3, ge=0, le=1e6)
