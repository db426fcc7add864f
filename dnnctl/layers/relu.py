r"""Rectified linear unit: $y = \max(x, 0)$."""

from typing import Any

from dnnctl.layers.base import Activation


class Layer(Activation):
    r"""Rectified linear unit: $y = \max(x, 0)$.

    Source: Nair and Hinton, Rectified Linear Units Improve Restricted Boltzmann Machines, 2010.
    """

    def to_keras(self, name: str, seed: int) -> Any:
        """Return the Keras layer that computes this."""
        import keras

        return keras.layers.ReLU(name=name)
