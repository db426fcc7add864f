r"""Hyperbolic tangent: $y = \tanh(x)$."""

from typing import Any

from dnnctl.layers.base import Activation


class Layer(Activation):
    r"""Hyperbolic tangent: $y = \tanh(x)$.

    Source: LeCun et al., Efficient BackProp, 1998.
    """

    def to_keras(self, name: str, seed: int) -> Any:
        """Return the Keras layer that computes this."""
        import keras

        return keras.layers.Activation("tanh", name=name)
