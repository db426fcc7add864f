r"""Logistic sigmoid: $y = 1 / (1 + e^{-x})$."""

from typing import Any

from dnnctl.layers.base import Activation


class Layer(Activation):
    r"""Logistic sigmoid: $y = 1 / (1 + e^{-x})$.

    Source: Goodfellow, Bengio and Courville, Deep Learning, 2016, section 3.10.
    """

    def to_keras(self, name: str, seed: int) -> Any:
        """Return the Keras layer that computes this."""
        import keras

        return keras.layers.Activation("sigmoid", name=name)
