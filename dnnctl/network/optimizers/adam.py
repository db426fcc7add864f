r"""Adam: steps scaled by running means of the gradient and of its square.

$m \leftarrow m + (1 - \beta_1)(g - m)$, $v \leftarrow v + (1 - \beta_2)(g^2 - v)$,
$w \leftarrow w - \alpha_t\, m / (\sqrt v + \epsilon)$ with $\alpha_t = \eta \sqrt{1 - \beta_2^t} / (1 - \beta_1^t)$.
"""

import math
from typing import ClassVar

import numpy as np
from pydantic import Field

from dnnctl.network.layers.base import Array
from dnnctl.network.optimizers.base import NumpyOptimizer, OptimizerSpec, follow
from dnnctl.network.schedules import LearningRateField, constant


class Adam(NumpyOptimizer):
    """Adam; see the formulas above."""

    def begin(self, learning_rate: float) -> None:
        """Compute the step size, corrected for the means' start at 0."""
        one, two = self.spec.beta_1, self.spec.beta_2
        self._rate = self.type(learning_rate * math.sqrt(1 - two**self.steps) / (1 - one**self.steps))
        self._shares = (self.type(1 - one), self.type(1 - two))
        self._epsilon = self.type(self.spec.epsilon)

    def update(self, w: Array, g: Array, slots: dict[str, Array], scratch: tuple[Array, Array]) -> None:
        """Change the weights of one block in place."""
        mean, square = slots["momentum"], slots["velocity"]
        change, root = scratch
        follow(mean, g, self._shares[0], change)
        follow(square, np.multiply(g, g, out=change), self._shares[1], change)
        np.sqrt(square, out=root)
        root += self._epsilon
        np.divide(mean, root, out=change)
        change *= self._rate
        w -= change


class Optimizer(OptimizerSpec):
    """Steps scaled by running means of the gradient and of its square.

    Args:
        beta_1: How much of the mean gradient is kept, 0 to 1.
        beta_2: How much of the mean squared gradient is kept, 0 to 1.
        epsilon: Added to the root of the latter against division by zero.

    Source: Kingma and Ba, Adam: A Method for Stochastic Optimization, 2015, the last form of section 2.
    """

    numpy_class: ClassVar[type[NumpyOptimizer]] = Adam
    keras_class: ClassVar[str] = "Adam"
    learning_rate: LearningRateField = constant(0.001)
    beta_1: float = Field(0.9, ge=0, lt=1)
    beta_2: float = Field(0.999, ge=0, lt=1)
    epsilon: float = Field(1e-7, gt=0)

    @property
    def slots(self) -> tuple[str, ...]:
        """The means of the gradient and of its square."""
        return ("momentum", "velocity")
