r"""Gaussian error linear unit: $y = x \cdot \Phi(x)$, with $\Phi(x) = (1 + erf(x / \sqrt 2)) / 2$."""

from typing import Any

from dnnctl.layers.base import Activation


class Layer(Activation):
    r"""Gaussian error linear unit: $y = x \cdot \Phi(x)$, with $\Phi(x) = (1 + erf(x / \sqrt 2)) / 2$.

    Source: Hendrycks and Gimpel, Gaussian Error Linear Units, 2016.
    """

    def to_keras(self, name: str, seed: int) -> Any:
        """Return the Keras layer that computes this."""
        import keras

        return keras.layers.Activation("gelu", name=name)
