r"""RMSprop: steps divided by the root of a running mean of the squared gradient.

$v \leftarrow \rho v + (1 - \rho) g^2$; centered also $a \leftarrow \rho a + (1 - \rho) g$; the step is
$s = \eta g / \sqrt{v - a^2 + \epsilon}$ ($a = 0$ unless centered). Plain $w \leftarrow w - s$; with momentum
$m \leftarrow \mu m + s$, $w \leftarrow w - m$.
"""

from typing import ClassVar

import numpy as np
from pydantic import Field

from dnnctl.network.layers.base import Array
from dnnctl.network.optimizers.base import NumpyOptimizer, OptimizerSpec
from dnnctl.network.schedules import LearningRateField, constant


class RmsProp(NumpyOptimizer):
    """RMSprop; see the formulas above."""

    def begin(self, learning_rate: float) -> None:
        """Round the settings to the weights' type."""
        self._rate = self.type(learning_rate)
        self._rho, self._rest = self.type(self.spec.rho), self.type(1 - self.spec.rho)
        self._epsilon = self.type(self.spec.epsilon)
        self._momentum = self.type(self.spec.momentum)

    def update(self, w: Array, g: Array, slots: dict[str, Array], scratch: tuple[Array, Array]) -> None:
        """Change the weights of one block in place."""
        square = slots["velocity"]
        root, change = scratch
        square *= self._rho
        square += np.multiply(np.multiply(g, g, out=change), self._rest, out=change)
        if "average_gradient" in slots:
            mean = slots["average_gradient"]
            mean *= self._rho
            mean += np.multiply(g, self._rest, out=change)
            np.subtract(square, np.multiply(mean, mean, out=change), out=root)
            root += self._epsilon
        else:
            np.add(square, self._epsilon, out=root)
        np.sqrt(root, out=root)
        np.multiply(g, self._rate, out=change)
        change /= root
        if "momentum" in slots:
            slots["momentum"] *= self._momentum
            slots["momentum"] += change
            change = slots["momentum"]
        w -= change


class Optimizer(OptimizerSpec):
    """Steps divided by the root of a running mean of the squared gradient.

    Args:
        rho: How much of that mean is kept, 0 to 1.
        momentum: How much of the last step is kept, 0 to 1.
        epsilon: Added to the mean against division by zero.
        centered: Whether to subtract the square of the mean gradient.

    Source: Tieleman and Hinton, Lecture 6.5 of Neural Networks for Machine Learning, 2012; Graves, 2013 (centered).
    """

    numpy_class: ClassVar[type[NumpyOptimizer]] = RmsProp
    keras_class: ClassVar[str] = "RMSprop"
    learning_rate: LearningRateField = constant(0.001)
    rho: float = Field(0.9, ge=0, lt=1)
    momentum: float = Field(0.0, ge=0, lt=1)
    epsilon: float = Field(1e-7, gt=0)
    centered: bool = False

    @property
    def slots(self) -> tuple[str, ...]:
        """The mean of the square, the last step if any of it is kept, and the mean gradient if it is subtracted."""
        wanted = {"velocity": True, "momentum": self.momentum > 0, "average_gradient": self.centered}
        return tuple(name for name, needed in wanted.items() if needed)
