"""What every optimizer has in common: clipping, its state, and walking a vector in blocks."""

from typing import Any, ClassVar

import numpy as np

from dnnctl import plugins
from dnnctl.network.layers.base import Array
from dnnctl.network.optimizers import OptimizerSpec

# Numbers worked on at a time: the vectors of one block together stay in the second-level cache.
BLOCK = 32_768


class NumpyOptimizer:
    """Changes a vector of weights by its gradient.

    Args:
        spec: Its settings.
        slices: Where each weight lies in the vector; clipping by norm looks at one at a time.
        size: Length of the vector.
        dtype: `float32` or `float64`.
    """

    # Names of the running values it keeps, each a vector as long as the weights.
    slots: ClassVar[tuple[str, ...]] = ()

    def __init__(self, spec: OptimizerSpec, slices: dict[str, slice], size: int, dtype: str) -> None:
        self.spec: Any = spec
        self.steps = 0
        self.type = np.dtype(dtype).type
        self.state = {name: np.zeros(size, dtype) for name in self.slots}
        self._slices = slices
        self._blocks = [slice(i, min(i + BLOCK, size)) for i in range(0, size, BLOCK)]
        self._scratch = [np.empty(min(BLOCK, size), dtype) for _ in range(2)]

    def step(self, theta: Array, gradient: Array, learning_rate: float) -> None:
        """Take one step.

        Args:
            theta: The weights, (size,); changed in place.
            gradient: The loss's gradient with respect to them, (size,); may be changed by clipping.
            learning_rate: How far to go.
        """
        self.steps += 1
        self._clip(gradient)
        self.begin(learning_rate)
        for block in self._blocks:
            w = theta[block]
            scratch = (self._scratch[0][: len(w)], self._scratch[1][: len(w)])
            self.update(w, gradient[block], {name: slot[block] for name, slot in self.state.items()}, scratch)

    def begin(self, learning_rate: float) -> None:
        """Compute what is the same for all blocks of a step."""
        raise TypeError(f"{type(self).__name__} does not define begin")  # pragma: no cover

    def update(self, w: Array, g: Array, slots: dict[str, Array], scratch: tuple[Array, Array]) -> None:
        """Change the weights of one block in place.

        Args:
            w: The weights, (block,).
            g: Their gradient, (block,).
            slots: Their running values, (block,) each.
            scratch: Two arrays to compute in, (block,) each.
        """
        raise TypeError(f"{type(self).__name__} does not define update")  # pragma: no cover

    def _clip(self, gradient: Array) -> None:
        """Shorten gradients as the specification says."""
        if self.spec.clipnorm is not None:
            for here in self._slices.values():
                _shorten(gradient[here], self.spec.clipnorm)
        elif self.spec.global_clipnorm is not None:
            _shorten(gradient, self.spec.global_clipnorm)
        elif self.spec.clipvalue is not None:
            np.clip(gradient, -self.spec.clipvalue, self.spec.clipvalue, out=gradient)


def _shorten(gradient: Array, longest: float) -> None:
    """Scale a gradient down to a Euclidean norm if it is longer."""
    norm = float(np.sqrt(np.dot(gradient, gradient)))
    if norm > longest:
        gradient *= gradient.dtype.type(longest / norm)


def build_optimizer(spec: OptimizerSpec, slices: dict[str, slice], size: int, dtype: str) -> NumpyOptimizer:
    """Return the optimizer behind a specification; see `NumpyOptimizer` for the arguments."""
    optimizer: NumpyOptimizer = plugins.load("dnnctl.engines.numpy.optimizers", spec.key).Optimizer(
        spec, slices, size, dtype
    )
    return optimizer
