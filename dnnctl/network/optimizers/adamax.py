r"""Adamax: Adam with the largest gradient in place of the root of the mean square.

$m \leftarrow m + (1 - \beta_1)(g - m)$, $u \leftarrow \max(\beta_2 u, \lvert g\rvert)$,
$w \leftarrow w - \eta\, m / ((1 - \beta_1^t)(u + \epsilon))$.
"""

from typing import ClassVar

import numpy as np

from dnnctl.network.layers.base import Array
from dnnctl.network.optimizers import adam
from dnnctl.network.optimizers.base import NumpyOptimizer, follow


class Adamax(NumpyOptimizer):
    """Adamax; see the formulas above."""

    def begin(self, learning_rate: float) -> None:
        """Compute the step size, corrected for the mean's start at 0."""
        self._rate = self.type(learning_rate / (1 - self.spec.beta_1**self.steps))
        self._share, self._keep = self.type(1 - self.spec.beta_1), self.type(self.spec.beta_2)
        self._epsilon = self.type(self.spec.epsilon)

    def update(self, w: Array, g: Array, slots: dict[str, Array], scratch: tuple[Array, Array]) -> None:
        """Change the weights of one block in place."""
        mean, largest = slots["momentum"], slots["norm"]
        change, size = scratch
        follow(mean, g, self._share, change)
        largest *= self._keep
        np.maximum(largest, np.abs(g, out=size), out=largest)
        np.add(largest, self._epsilon, out=size)
        np.divide(mean, size, out=change)
        change *= self._rate
        w -= change


class Optimizer(adam.Optimizer):
    """Steps scaled by a running mean of the gradient and by its largest size, slowly forgotten.

    Args:
        beta_1: How much of the mean gradient is kept, 0 to 1.
        beta_2: How much of the largest size is kept, 0 to 1.
        epsilon: Added to the latter against division by zero.

    Source: Kingma and Ba, Adam: A Method for Stochastic Optimization, 2015, section 7.1.
    """

    numpy_class: ClassVar[type[NumpyOptimizer]] = Adamax
    keras_class: ClassVar[str] = "Adamax"

    @property
    def slots(self) -> tuple[str, ...]:
        """The mean of the gradient, and its largest size."""
        return ("momentum", "norm")
