r"""Lion: steps of one size, in the direction of a mean of gradients.

$w \leftarrow w - \eta\, sign(\beta_1 m + (1 - \beta_1) g)$, then $m \leftarrow \beta_2 m + (1 - \beta_2) g$; with
weight decay first $w \leftarrow w - \eta \lambda w$.
"""

from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from dnnctl.network.layers.base import Array
from dnnctl.network.optimizers.base import NumpyOptimizer, OptimizerSpec
from dnnctl.network.schedules import LearningRateField, constant


class Lion(NumpyOptimizer):
    """Lion; see the formulas above."""

    def begin(self, learning_rate: float) -> None:
        """Round the settings to the weights' type."""
        one, two = self.spec.beta_1, self.spec.beta_2
        self._rate = self.type(learning_rate)
        self._direction, self._mean = (self.type(one), self.type(1 - one)), (self.type(two), self.type(1 - two))

    def update(self, w: Array, g: Array, slots: dict[str, Array], scratch: tuple[Array, Array]) -> None:
        """Change the weights of one block in place."""
        mean = slots["momentum"]
        change, part = scratch
        np.multiply(mean, self._direction[0], out=change)
        change += np.multiply(g, self._direction[1], out=part)
        np.sign(change, out=change)
        change *= self._rate
        w -= change
        mean *= self._mean[0]
        mean += np.multiply(g, self._mean[1], out=part)


class Optimizer(OptimizerSpec):
    """Every weight moves by the learning rate, up or down; so it takes a third to a tenth of Adam's learning rate.

    Args:
        beta_1: How much of the mean counts in a step's direction, above 0, below 1.
        beta_2: How much of the mean gradient is kept, 0 to 1.
        weight_decay: Each step also takes learning_rate * weight_decay * w off every weight.

    Source: Chen et al., Symbolic Discovery of Optimization Algorithms, 2023.
    """

    numpy_class: ClassVar[type[NumpyOptimizer]] = Lion
    keras_class: ClassVar[str] = "Lion"
    learning_rate: LearningRateField = constant(0.0001)
    beta_1: float = Field(0.9, gt=0, lt=1)
    beta_2: float = Field(0.99, ge=0, lt=1)
    weight_decay: float = Field(0.0, ge=0)

    @property
    def slots(self) -> tuple[str, ...]:
        """The mean of the gradient."""
        return ("momentum",)

    def settings(self) -> dict[str, Any]:
        """Return everything but the learning rate; no weight decay is none, not a decay of 0 to compute."""
        return super().settings() | {"weight_decay": self.weight_decay or None}
