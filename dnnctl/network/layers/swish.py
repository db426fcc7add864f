r"""Swish, also called SiLU: $y = x / (1 + e^{-x})$."""

from typing import ClassVar

import numpy as np

from dnnctl.network.layers.base import Activation, Array, NumpyLayer
from dnnctl.network.layers.sigmoid import sigmoid


class Swish(NumpyLayer):
    r"""Swish, s the sigmoid of x; all (batch, units).

    Forward $y = x s$; backward $dx = dy (s + y (1 - s))$.
    """

    def forward(self, x: Array, *, training: bool) -> Array:
        """Return x times its sigmoid."""
        self._s = sigmoid(x, out=self.buffer("s", x.shape))
        self._y: Array = np.multiply(x, self._s, out=self.buffer("y", x.shape))
        return self._y

    def backward(self, dy: Array) -> Array:
        """Return dy (s + y (1 - s))."""
        dx: Array = np.subtract(1, self._s, out=self.buffer("dx", dy.shape))
        dx *= self._y
        dx += self._s
        dx *= dy
        return dx


class Layer(Activation):
    r"""Swish, also called sigmoid linear unit (SiLU): $y = x \cdot sigmoid(x)$.

    Source: Ramachandran, Zoph and Le, Searching for Activation Functions, 2017; Elfwing, Uchibe and Doya, 2018 (SiLU).
    """

    numpy_class: ClassVar[type[NumpyLayer]] = Swish
    keras_activation: ClassVar[str] = "silu"
