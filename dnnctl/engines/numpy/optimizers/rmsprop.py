r"""RMSprop: steps divided by the root of a running mean of the squared gradient.

$v \leftarrow \rho v + (1 - \rho) g^2$; centered also $a \leftarrow \rho a + (1 - \rho) g$; the step is
$s = \eta g / \sqrt{v - a^2 + \epsilon}$ ($a = 0$ unless centered). Plain $w \leftarrow w - s$; with momentum
$m \leftarrow \mu m + s$, $w \leftarrow w - m$.

Source: Tieleman and Hinton, Lecture 6.5 of Neural Networks for Machine Learning, 2012; Graves, 2013 (centered).
"""

from typing import Any

import numpy as np

from dnnctl.engines.numpy.optimizers.base import NumpyOptimizer
from dnnctl.network.layers.base import Array
from dnnctl.network.optimizers import OptimizerSpec


class Optimizer(NumpyOptimizer):
    """RMSprop; see the formulas above."""

    def __init__(self, spec: OptimizerSpec, slices: dict[str, slice], size: int, dtype: str) -> None:
        settings: Any = spec
        wanted = {"square": True, "mean": settings.centered, "momentum": settings.momentum > 0}
        self.slots = tuple(name for name, needed in wanted.items() if needed)  # type: ignore[misc]
        super().__init__(spec, slices, size, dtype)

    def begin(self, learning_rate: float) -> None:
        """Round the settings to the weights' type."""
        self._rate = self.type(learning_rate)
        self._rho, self._rest = self.type(self.spec.rho), self.type(1 - self.spec.rho)
        self._epsilon = self.type(self.spec.epsilon)
        self._momentum = self.type(self.spec.momentum)

    def update(self, w: Array, g: Array, slots: dict[str, Array], scratch: tuple[Array, Array]) -> None:
        """Change the weights of one block in place."""
        square = slots["square"]
        root, change = scratch
        square *= self._rho
        square += np.multiply(np.multiply(g, g, out=change), self._rest, out=change)
        if "mean" in slots:
            mean = slots["mean"]
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
