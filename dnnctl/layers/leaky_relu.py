r"""Leaky rectified linear unit: $y = x$ for $x > 0$, else $negative\_slope \cdot x$."""

from typing import Any, ClassVar

from pydantic import Field

from dnnctl.layers.base import Activation


class Layer(Activation):
    r"""Leaky rectified linear unit: $y = x$ for $x > 0$, else $negative\_slope \cdot x$.

    Args:
        negative_slope: Slope below 0, at least 0; 0.3 as in Keras.

    Source: Maas, Hannun and Ng, Rectifier Nonlinearities Improve Neural Network Acoustic Models, 2013.
    """

    main: ClassVar[str | None] = "negative_slope"
    negative_slope: float = Field(0.3, ge=0)

    def to_keras(self, name: str, seed: int) -> Any:
        """Return the Keras layer that computes this."""
        import keras

        return keras.layers.LeakyReLU(negative_slope=self.negative_slope, name=name)
