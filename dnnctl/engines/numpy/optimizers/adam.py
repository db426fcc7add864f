r"""Adam: steps scaled by running means of the gradient and of its square.

$m \leftarrow m + (1 - \beta_1)(g - m)$, $v \leftarrow v + (1 - \beta_2)(g^2 - v)$,
$w \leftarrow w - \alpha_t\, m / (\sqrt v + \epsilon)$ with $\alpha_t = \eta \sqrt{1 - \beta_2^t} / (1 - \beta_1^t)$.

Source: Kingma and Ba, Adam: A Method for Stochastic Optimization, 2015, the last form of section 2.
"""

import math
from typing import ClassVar

import numpy as np

from dnnctl.engines.numpy.optimizers.base import NumpyOptimizer
from dnnctl.network.layers.base import Array


class Optimizer(NumpyOptimizer):
    """Adam; see the formulas above."""

    slots: ClassVar[tuple[str, ...]] = ("mean", "square")

    def begin(self, learning_rate: float) -> None:
        """Compute the step size, corrected for the means' start at 0."""
        one, two = self.spec.beta_1, self.spec.beta_2
        self._rate = self.type(learning_rate * math.sqrt(1 - two**self.steps) / (1 - one**self.steps))
        self._keep = (self.type(1 - one), self.type(1 - two))
        self._epsilon = self.type(self.spec.epsilon)

    def update(self, w: Array, g: Array, slots: dict[str, Array], scratch: tuple[Array, Array]) -> None:
        """Change the weights of one block in place."""
        mean, square = slots["mean"], slots["square"]
        change, root = scratch
        np.subtract(g, mean, out=change)
        change *= self._keep[0]
        mean += change
        np.multiply(g, g, out=change)
        change -= square
        change *= self._keep[1]
        square += change
        np.sqrt(square, out=root)
        root += self._epsilon
        np.divide(mean, root, out=change)
        change *= self._rate
        w -= change
