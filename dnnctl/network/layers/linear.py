r"""Identity: $y = x$."""

from dnnctl.network.layers.base import Activation, Array, KerasForm, NumpyLayer


class Layer(Activation):
    r"""Identity: $y = x$.

    Source: none needed.
    """

    def keras_form(self, seed: int) -> KerasForm:
        """Return the Keras layer that computes this."""
        return KerasForm("Activation", {"activation": "linear"})

    def to_numpy(self, seed: int, dtype: str = "float32") -> NumpyLayer:
        """Return the NumPy layer that computes this."""
        return Linear(dtype)


class Linear(NumpyLayer):
    """Identity: forward y = x, backward dx = dy; all (batch, units)."""

    def forward(self, x: Array, *, training: bool) -> Array:
        """Return x."""
        return x

    def backward(self, dy: Array) -> Array:
        """Return dy."""
        return dy
