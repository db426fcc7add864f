r"""Scaled exponential linear unit: $y = s\,x$ for $x > 0$, else $s\,a\,(e^x - 1)$, with fixed $a$ and $s$."""

from typing import ClassVar

import numpy as np

from dnnctl.network.layers.base import Activation, Array, NumpyLayer
from dnnctl.network.layers.elu import Elu

# With these a standard normal input keeps mean 0 and variance 1 through such a layer.
ALPHA = 1.6732632423543772
SCALE = 1.0507009873554805


class Selu(Elu):
    """Scaled exponential linear unit: s times an exponential linear unit; all (batch, units)."""

    def __init__(self, dtype: str) -> None:
        super().__init__(ALPHA, dtype)

    def forward(self, x: Array, *, training: bool) -> Array:
        """Return s x above 0, s a (exp(x) - 1) below."""
        y: Array = super().forward(x, training=training)
        scaled: Array = np.multiply(y, self.dtype.type(SCALE), out=self.buffer("scaled", y.shape))
        return scaled

    def backward(self, dy: Array) -> Array:
        """Return s dy above 0, s dy a exp(x) below."""
        dx: Array = super().backward(dy)
        dx *= self.dtype.type(SCALE)
        return dx


class Layer(Activation):
    r"""Scaled exponential linear unit: $y = s\,x$ for $x > 0$, else $s\,a\,(e^x - 1)$; $a = 1.67326$, $s = 1.0507$.

    Activations keep mean 0 and variance 1 by themselves where the dense layers start from `lecun_normal`.

    Source: Klambauer et al., Self-Normalizing Neural Networks, 2017.
    """

    numpy_class: ClassVar[type[NumpyLayer]] = Selu
    keras_activation: ClassVar[str] = "selu"
