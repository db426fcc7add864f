r"""Softmax: $y_i = e^{x_i} / \sum_j e^{x_j}$, a row at a time."""

from typing import Any

from dnnctl.layers.base import Activation


class Layer(Activation):
    r"""Softmax: $y_i = e^{x_i} / \sum_j e^{x_j}$, a row at a time.

    Source: Bridle, Probabilistic Interpretation of Feedforward Classification Network Outputs, 1990.
    """

    def to_keras(self, name: str, seed: int) -> Any:
        """Return the Keras layer that computes this."""
        import keras

        return keras.layers.Softmax(name=name)
