r"""Dropout: each number is set to 0 with probability `rate` while training, the rest scaled up."""

from typing import Any, ClassVar

from pydantic import Field

from dnnctl.layers.base import LayerSpec


class Layer(LayerSpec):
    r"""Dropout: $y = x \cdot m / (1 - rate)$ with $m$ 0 or 1 at random; $y = x$ after training.

    Args:
        rate: Probability of setting a number to 0, 0 to 1 (1 excluded).

    Source: Srivastava et al., Dropout: A Simple Way to Prevent Neural Networks from Overfitting, 2014.
    """

    main: ClassVar[str | None] = "rate"
    rate: float = Field(ge=0, lt=1)

    def to_keras(self, name: str, seed: int) -> Any:
        """Return a `keras.layers.Dropout`."""
        import keras

        return keras.layers.Dropout(self.rate, seed=seed, name=name)
