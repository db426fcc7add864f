r"""Gradient descent, with momentum on request.

Plain: $w \leftarrow w - \eta g$. With momentum $\mu$: $v \leftarrow \mu v - \eta g$, $w \leftarrow w + v$; looking
ahead (Nesterov): $w \leftarrow w + \mu v - \eta g$.

Source: Sutskever et al., On the importance of initialization and momentum in deep learning, 2013.
"""

from typing import Any

import numpy as np

from dnnctl.engines.numpy.optimizers.base import NumpyOptimizer
from dnnctl.network.layers.base import Array
from dnnctl.network.optimizers import OptimizerSpec


class Optimizer(NumpyOptimizer):
    """Gradient descent; see the formulas above."""

    def __init__(self, spec: OptimizerSpec, slices: dict[str, slice], size: int, dtype: str) -> None:
        momentum: Any = getattr(spec, "momentum", 0.0)
        self.slots = ("velocity",) if momentum else ()  # type: ignore[misc]
        super().__init__(spec, slices, size, dtype)
        self._momentum = self.type(momentum)

    def begin(self, learning_rate: float) -> None:
        """Round the learning rate to the weights' type."""
        self._rate = self.type(learning_rate)

    def update(self, w: Array, g: Array, slots: dict[str, Array], scratch: tuple[Array, Array]) -> None:
        """Change the weights of one block in place."""
        stride = np.multiply(g, self._rate, out=scratch[0])
        if "velocity" not in slots:
            w -= stride
            return
        velocity = slots["velocity"]
        velocity *= self._momentum
        velocity -= stride
        if self.spec.nesterov:
            w += np.multiply(velocity, self._momentum, out=scratch[1])
            w -= stride
        else:
            w += velocity
