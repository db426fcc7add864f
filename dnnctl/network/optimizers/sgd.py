r"""Gradient descent, with momentum on request.

Plain: $w \leftarrow w - \eta g$. With momentum $\mu$: $v \leftarrow \mu v - \eta g$, $w \leftarrow w + v$; looking
ahead (Nesterov): $w \leftarrow w + \mu v - \eta g$.
"""

from typing import ClassVar

import numpy as np
from pydantic import Field, model_validator

from dnnctl.network.layers.base import Array
from dnnctl.network.optimizers.base import NumpyOptimizer, OptimizerSpec


class Sgd(NumpyOptimizer):
    """Gradient descent; see the formulas above."""

    def begin(self, learning_rate: float) -> None:
        """Round the settings to the weights' type."""
        self._rate, self._momentum = self.type(learning_rate), self.type(self.spec.momentum)

    def update(self, w: Array, g: Array, slots: dict[str, Array], scratch: tuple[Array, Array]) -> None:
        """Change the weights of one block in place."""
        stride = np.multiply(g, self._rate, out=scratch[0])
        if "momentum" not in slots:
            w -= stride
            return
        last = slots["momentum"]
        last *= self._momentum
        last -= stride
        if self.spec.nesterov:
            w += np.multiply(last, self._momentum, out=scratch[1])
            w -= stride
        else:
            w += last


class Optimizer(OptimizerSpec):
    r"""Gradient descent: $v \leftarrow momentum \cdot v - \eta g$, $w \leftarrow w + v$.

    Args:
        momentum: How much of the last step is kept, 0 to 1.
        nesterov: Whether to look ahead along the momentum; needs a momentum above 0.

    Source: Polyak, 1964; Sutskever et al., On the importance of initialization and momentum in deep learning, 2013.
    """

    numpy_class: ClassVar[type[NumpyOptimizer]] = Sgd
    keras_class: ClassVar[str] = "SGD"
    momentum: float = Field(0.0, ge=0, lt=1)
    nesterov: bool = False

    @model_validator(mode="after")
    def _nesterov_needs_momentum(self) -> "Optimizer":
        if self.nesterov and not self.momentum:
            raise ValueError("nesterov needs a momentum above 0, as `momentum: 0.9`; received momentum 0")
        return self

    @property
    def slots(self) -> tuple[str, ...]:
        """The last step, if any of it is kept."""
        return ("momentum",) if self.momentum else ()
