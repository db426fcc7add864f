"""What every optimizer has in common: learning rate, clipping, weight decay, its state, and walking a vector in blocks.

All weights of a network are one vector, so a step is a few operations on it; it is walked in blocks that stay in the
processor's cache.
"""

from typing import Any, ClassVar

import numpy as np
from pydantic import Field, model_validator

from dnnctl.network.layers.base import Array
from dnnctl.network.schedules import LearningRateField, constant
from dnnctl.spec import Catalog, Spec, chosen_from

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

    def __init__(self, spec: "OptimizerSpec", slices: dict[str, slice], size: int, dtype: str) -> None:
        self.spec: Any = spec
        self.steps = 0
        self.type = np.dtype(dtype).type
        # The running values, each a vector as long as the weights, and the running numbers.
        self.state = {name: np.zeros(size, dtype) for name in spec.slots}
        self.scalars = dict(spec.scalars)
        self._slices = slices
        self._blocks = [slice(i, min(i + BLOCK, size)) for i in range(0, size, BLOCK)]
        self._scratch = [np.empty(min(BLOCK, size), dtype) for _ in range(2)]
        self._weight_decay = spec.settings().get("weight_decay")

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
        kept = None if self._weight_decay is None else self.type(1 - learning_rate * self._weight_decay)
        for block in self._blocks:
            w = theta[block]
            if kept is not None:
                w *= kept
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


class OptimizerSpec(Spec):
    """An optimizer as it is written in a configuration, in Keras's words.

    Args:
        learning_rate: A number above 0, or a schedule such as `{cosine: {peak: 0.001}}`.
        clipnorm: Largest Euclidean norm of one weight array's gradient.
        global_clipnorm: Largest Euclidean norm of all gradients together.
        clipvalue: Largest absolute value of one number of a gradient.
    """

    main: ClassVar[str | None] = "learning_rate"
    # What does it in NumPy, and its class in `keras.optimizers`.
    numpy_class: ClassVar[type[NumpyOptimizer]]
    keras_class: ClassVar[str]
    # Running numbers it keeps once for all weights beside the number of steps, and what each starts from; its Keras
    # class has them as attributes.
    scalars: ClassVar[dict[str, float]] = {}

    learning_rate: LearningRateField = constant(0.01)
    clipnorm: float | None = Field(None, gt=0)
    global_clipnorm: float | None = Field(None, gt=0)
    clipvalue: float | None = Field(None, gt=0)

    @model_validator(mode="after")
    def _one_clipping(self) -> "OptimizerSpec":
        given = [k for k in ("clipnorm", "global_clipnorm", "clipvalue") if getattr(self, k) is not None]
        if len(given) > 1:
            raise ValueError(f"expected at most one kind of clipping; received {' and '.join(given)}")
        return self

    @property
    def slots(self) -> tuple[str, ...]:
        """Names of the running values kept for each weight, as Keras ends the names of its variables."""
        return ()

    def settings(self) -> dict[str, Any]:
        """Return everything but the learning rate, as keyword arguments in Keras's words."""
        return {name: getattr(self, name) for name in type(self).model_fields if name != "learning_rate"}

    def keras_type(self) -> Any:
        """Return the Keras class that does this; its arguments are `settings` and a learning rate."""
        import keras

        return getattr(keras.optimizers, self.keras_class)

    def to_numpy(self, slices: dict[str, slice], size: int, dtype: str) -> NumpyOptimizer:
        """Return the optimizer in NumPy; see `NumpyOptimizer` for the arguments."""
        return self.numpy_class(self, slices, size, dtype)


def follow(mean: Array, value: Array, share: Any, scratch: Array) -> None:
    """Move a running mean towards a value by a share of the difference, in place.

    Args:
        mean: (block,).
        value: (block,); may be `scratch` itself.
        share: How far, 0 to 1, in the type of the mean.
        scratch: To compute in, (block,).
    """
    np.subtract(value, mean, out=scratch)
    scratch *= share
    mean += scratch


def _shorten(gradient: Array, longest: float) -> None:
    """Scale a gradient down to a Euclidean norm if it is longer."""
    norm = float(np.sqrt(np.dot(gradient, gradient)))
    if norm > longest:
        gradient *= gradient.dtype.type(longest / norm)


_NAMED = "options stand below the optimizer's name, as `optimizer: {adam: {learning_rate: 0.001}}`"
ABSENT = dict.fromkeys(("lr", "learningrate", "name", "type", "classname", "momentum", "weightdecay"), _NAMED)
OPTIMIZERS = Catalog("optimizer", package="dnnctl.network.optimizers", attribute="Optimizer", absent=ABSENT)
OptimizerField: Any = chosen_from(OPTIMIZERS, OptimizerSpec)
