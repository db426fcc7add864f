r"""Adagrad: $a \leftarrow a + g^2$, $w \leftarrow w - \eta g / \sqrt{a + \epsilon}$, from a first $a$ above 0.

Source: Duchi, Hazan and Singer, Adaptive Subgradient Methods for Online Learning, 2011.
"""

from typing import ClassVar

import numpy as np

from dnnctl.engines.numpy.optimizers.base import NumpyOptimizer
from dnnctl.network.layers.base import Array
from dnnctl.network.optimizers import OptimizerSpec


class Optimizer(NumpyOptimizer):
    """Adagrad; see the formula above."""

    slots: ClassVar[tuple[str, ...]] = ("sum",)

    def __init__(self, spec: OptimizerSpec, slices: dict[str, slice], size: int, dtype: str) -> None:
        super().__init__(spec, slices, size, dtype)
        self.state["sum"] += self.type(self.spec.initial_accumulator_value)

    def begin(self, learning_rate: float) -> None:
        """Round the settings to the weights' type."""
        self._rate, self._epsilon = self.type(learning_rate), self.type(self.spec.epsilon)

    def update(self, w: Array, g: Array, slots: dict[str, Array], scratch: tuple[Array, Array]) -> None:
        """Change the weights of one block in place."""
        change, root = scratch
        slots["sum"] += np.multiply(g, g, out=change)
        np.add(slots["sum"], self._epsilon, out=root)
        np.sqrt(root, out=root)
        np.multiply(g, self._rate, out=change)
        change /= root
        w -= change
