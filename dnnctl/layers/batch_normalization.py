r"""Batch normalization: $y = \gamma (x - \mu) / \sqrt{\sigma^2 + \epsilon} + \beta$, a column at a time."""

from typing import Any

from pydantic import Field

from dnnctl.layers.base import LayerSpec, WeightSpec
from dnnctl.layers.parts.initializers import default


class Layer(LayerSpec):
    r"""Batch normalization.

    While training, $\mu$ and $\sigma^2$ are the mean and the (biased) variance of the batch, and the
    moving statistics follow them: $m \leftarrow momentum \cdot m + (1 - momentum) \cdot \mu$.
    Afterwards the moving statistics take their place.

    Args:
        momentum: How much of a moving statistic is kept at each step, 0 to 1 (1 excluded).
        epsilon: Added to the variance against division by zero, above 0.
        center: Whether to add $\beta$.
        scale: Whether to multiply by $\gamma$.

    Source: Ioffe and Szegedy, Batch Normalization, 2015; defaults as in Keras.
    """

    momentum: float = Field(0.99, ge=0, lt=1)
    epsilon: float = Field(1e-3, gt=0)
    center: bool = True
    scale: bool = True

    def weights(self, inputs: int) -> tuple[WeightSpec, ...]:
        """Return gamma, beta, moving_mean and moving_variance, each of shape (inputs,)."""
        shape = (inputs,)
        return (
            *((WeightSpec("gamma", shape, default("ones")),) if self.scale else ()),
            *((WeightSpec("beta", shape, default("zeros")),) if self.center else ()),
            WeightSpec("moving_mean", shape, default("zeros"), trainable=False),
            WeightSpec("moving_variance", shape, default("ones"), trainable=False),
        )

    def to_keras(self, name: str, seed: int) -> Any:
        """Return a `keras.layers.BatchNormalization`."""
        import keras

        return keras.layers.BatchNormalization(
            momentum=self.momentum, epsilon=self.epsilon, center=self.center, scale=self.scale, name=name
        )
