r"""Rectified linear unit: $y = \max(x, 0)$."""

from typing import ClassVar

import numpy as np

from dnnctl.network.layers.base import Activation, Array, NumpyLayer


class Relu(NumpyLayer):
    r"""Rectified linear unit: forward $y = \max(x, 0)$, backward $dx = dy \cdot [y > 0]$; all (batch, units)."""

    def forward(self, x: Array, *, training: bool) -> Array:
        """Return max(x, 0)."""
        if self.held is not None:
            return np.multiply(x, self.held, out=self.buffer("y", x.shape))
        self._y: Array = np.maximum(x, 0, out=self.buffer("y", x.shape))
        return self._y

    def backward(self, dy: Array) -> Array:
        """Return dy where y > 0, else 0."""
        passed = np.greater(self._y, 0, out=self.buffer("passed", dy.shape, bool))
        return np.multiply(dy, passed, out=self.buffer("dx", dy.shape))

    def side(self) -> Array:
        """Return where y > 0."""
        return self._y > 0


class Layer(Activation):
    r"""Rectified linear unit: $y = \max(x, 0)$.

    Source: Nair and Hinton, Rectified Linear Units Improve Restricted Boltzmann Machines, 2010.
    """

    numpy_class: ClassVar[type[NumpyLayer]] = Relu
    keras_class: ClassVar[str] = "ReLU"
