r"""Exponential linear unit: $y = x$ for $x > 0$, else $alpha \cdot (e^x - 1)$."""

from typing import ClassVar

import numpy as np
from pydantic import Field

from dnnctl.network.layers.base import Activation, Array, NumpyLayer

# How far an input may go beyond 0 that counts as below it.
FAR = 30.0


class Elu(NumpyLayer):
    r"""Exponential linear unit, a its depth; all (batch, units).

    Forward $y = x$ for $x > 0$, else $a (e^x - 1)$; backward $dx = dy$ for $x > 0$, else $dy (y + a)$.

    Args:
        alpha: a, at least 0.
        dtype: `float32` or `float64`.
    """

    def __init__(self, alpha: float, dtype: str) -> None:
        super().__init__(dtype)
        self._alpha = self.dtype.type(alpha)

    def forward(self, x: Array, *, training: bool) -> Array:
        """Return x above 0, a (exp(x) - 1) below."""
        self._above: Array = (
            np.greater(x, 0, out=self.buffer("above", x.shape, bool)) if self.held is None else self.held
        )
        # Clipped first, since exp of a large x would overflow although it is not used.
        y: Array = np.minimum(x, 0 if self.held is None else FAR, out=self.buffer("y", x.shape))
        np.expm1(y, out=y)
        y *= self._alpha
        np.copyto(y, x, where=self._above)
        self._y = y
        return y

    def backward(self, dy: Array) -> Array:
        """Return dy above 0, dy (y + a) below."""
        dx: Array = np.add(self._y, self._alpha, out=self.buffer("dx", dy.shape))
        dx *= dy
        np.copyto(dx, dy, where=self._above)
        return dx

    def side(self) -> Array:
        """Return where x > 0."""
        return self._above.copy()


class Layer(Activation):
    r"""Exponential linear unit: $y = x$ for $x > 0$, else $alpha \cdot (e^x - 1)$.

    Args:
        alpha: What the curve tends to far below 0 is -alpha; 0 to 1e6.

    Source: Clevert, Unterthiner and Hochreiter, Exponential Linear Units, 2016.
    """

    numpy_class: ClassVar[type[NumpyLayer]] = Elu
    keras_class: ClassVar[str] = "ELU"
    main: ClassVar[str | None] = "alpha"
    alpha: float = Field(1.0, ge=0, le=1e6)
