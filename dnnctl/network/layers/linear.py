r"""Identity: $y = x$."""

from typing import ClassVar

from dnnctl.network.layers.base import Activation, Array, NumpyLayer


class Linear(NumpyLayer):
    """Identity: forward y = x, backward dx = dy; all (batch, units)."""

    def forward(self, x: Array, *, training: bool) -> Array:
        """Return x."""
        return x

    def backward(self, dy: Array) -> Array:
        """Return dy."""
        return dy


class Layer(Activation):
    r"""Identity: $y = x$.

    Source: none needed.
    """

    numpy_class: ClassVar[type[NumpyLayer]] = Linear
    keras_activation: ClassVar[str] = "linear"
