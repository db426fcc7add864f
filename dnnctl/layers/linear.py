r"""Identity: $y = x$."""

from typing import Any

from dnnctl.layers.base import Activation


class Layer(Activation):
    r"""Identity: $y = x$.

    Source: none needed.
    """

    def to_keras(self, name: str, seed: int) -> Any:
        """Return the Keras layer that computes this."""
        import keras

        return keras.layers.Activation("linear", name=name)
