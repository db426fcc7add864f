r"""Adagrad: $a \leftarrow a + g^2$, $w \leftarrow w - \eta g / \sqrt{a + \epsilon}$, from a first $a$ above 0."""

from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from dnnctl.network.layers.base import Array
from dnnctl.network.optimizers.base import NumpyOptimizer, OptimizerSpec


class Adagrad(NumpyOptimizer):
    """Adagrad; see the formula above."""

    def __init__(self, spec: Any, slices: dict[str, slice], size: int, dtype: str) -> None:
        super().__init__(spec, slices, size, dtype)
        self.state["accumulator"] += self.type(spec.initial_accumulator_value)

    def begin(self, learning_rate: float) -> None:
        """Round the settings to the weights' type."""
        self._rate, self._epsilon = self.type(learning_rate), self.type(self.spec.epsilon)

    def update(self, w: Array, g: Array, slots: dict[str, Array], scratch: tuple[Array, Array]) -> None:
        """Change the weights of one block in place."""
        change, root = scratch
        total = slots["accumulator"]
        total += np.multiply(g, g, out=change)
        np.add(total, self._epsilon, out=root)
        np.sqrt(root, out=root)
        np.multiply(g, self._rate, out=change)
        change /= root
        w -= change


class Optimizer(OptimizerSpec):
    """Steps divided by the root of the sum of all squared gradients so far.

    Args:
        initial_accumulator_value: What that sum starts from, at least 0.
        epsilon: Added to the sum against division by zero.

    Source: Duchi, Hazan and Singer, Adaptive Subgradient Methods for Online Learning, 2011.
    """

    numpy_class: ClassVar[type[NumpyOptimizer]] = Adagrad
    keras_class: ClassVar[str] = "Adagrad"
    initial_accumulator_value: float = Field(0.1, ge=0)
    epsilon: float = Field(1e-7, gt=0)

    @property
    def slots(self) -> tuple[str, ...]:
        """The sum of the squares."""
        return ("accumulator",)
