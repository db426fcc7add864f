r"""Exponential linear unit: $y = x$ for $x > 0$, else $alpha \cdot (e^x - 1)$."""

from typing import Any, ClassVar

from pydantic import Field

from dnnctl.layers.base import Activation


class Layer(Activation):
    r"""Exponential linear unit: $y = x$ for $x > 0$, else $alpha \cdot (e^x - 1)$.

    Args:
        alpha: What the curve tends to far below 0 is -alpha; at least 0.

    Source: Clevert, Unterthiner and Hochreiter, Exponential Linear Units, 2016.
    """

    main: ClassVar[str | None] = "alpha"
    alpha: float = Field(1.0, ge=0)

    def to_keras(self, name: str, seed: int) -> Any:
        """Return the Keras layer that computes this."""
        import keras

        return keras.layers.ELU(alpha=self.alpha, name=name)
