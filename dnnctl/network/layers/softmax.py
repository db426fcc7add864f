r"""Softmax: $y_i = e^{x_i} / \sum_j e^{x_j}$, a row at a time."""

from typing import ClassVar

import numpy as np

from dnnctl.network.layers.base import Activation, Array, NumpyLayer


class Softmax(NumpyLayer):
    r"""Softmax over each row; all (batch, units).

    Forward $y_i = e^{x_i} / \sum_j e^{x_j}$; backward $dx_i = y_i (dy_i - \sum_j dy_j y_j)$.
    """

    def forward(self, x: Array, *, training: bool) -> Array:
        """Return the softmax of each row."""
        # The largest entry is taken off first: the result is the same and exp cannot overflow.
        y: Array = np.subtract(x, x.max(axis=1, keepdims=True), out=self.buffer("y", x.shape))
        np.exp(y, out=y)
        y /= y.sum(axis=1, keepdims=True)
        self._y = y
        return y

    def backward(self, dy: Array) -> Array:
        """Return y (dy - sum of dy y over the row)."""
        dx: Array = np.multiply(dy, self._y, out=self.buffer("dx", dy.shape))
        along = dx.sum(axis=1, keepdims=True)
        np.subtract(dy, along, out=dx)
        dx *= self._y
        return dx


class Layer(Activation):
    r"""Softmax: $y_i = e^{x_i} / \sum_j e^{x_j}$, a row at a time.

    Source: Bridle, Probabilistic Interpretation of Feedforward Classification Network Outputs, 1990.
    """

    numpy_class: ClassVar[type[NumpyLayer]] = Softmax
    keras_class: ClassVar[str] = "Softmax"
    bounded: ClassVar[bool] = True
