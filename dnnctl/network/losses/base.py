r"""What every loss has in common.

A loss is computed from logits $z$, the numbers before the last activation: exact where a probability would round to 0
or 1. It is a mean over $n$ rows (and $K$ targets); with weights of the rows, the weighted sum is divided by $n$ all
the same.

Source: Goodfellow, Bengio and Courville, Deep Learning, 2016, sections 6.2.1 and 6.2.2.
"""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.base import Task
from dnnctl.network.layers.base import Array
from dnnctl.spec import Catalog, Spec, chosen_from


class NumpyLoss:
    """A loss in NumPy, from logits."""

    def value(self, logits: Array, y_true: Array, sides: Array | None = None, weights: Array | None = None) -> float:
        """Return the mean loss of rows.

        Args:
            logits: (n, outputs).
            y_true: Labels (n,) or numbers (n, targets).
            sides: What `sides` gave for other logits: each error counts on that side of the loss's kink.
            weights: How much each row counts, (n,); None for 1 each.
        """
        raise TypeError(f"{type(self).__name__} does not define value")  # pragma: no cover

    def sides(self, logits: Array, y_true: Array) -> Array | None:
        """Return on which side of the loss's kink each error lies, (n, targets) of -1, 0 and 1; None without one."""
        return None

    def with_gradient(self, logits: Array, y_true: Array, weights: Array | None = None) -> tuple[float, Array]:
        """Return the mean loss and its gradient with respect to the logits, (n, outputs); `weights` as in `value`."""
        raise TypeError(f"{type(self).__name__} does not define with_gradient")  # pragma: no cover


class LossSpec(Spec):
    """A loss as it is written in a configuration.

    Subclasses say which tasks it fits, the activation whose logits it takes, and its classes in NumPy and Keras.
    """

    numpy_class: ClassVar[type[NumpyLoss]]
    keras_class: ClassVar[str]
    tasks: ClassVar[tuple[Task, ...]]
    activation: ClassVar[str]

    def to_numpy(self) -> NumpyLoss:
        """Return the loss in NumPy."""
        return self.numpy_class(**self.model_dump())

    def keras_type(self) -> Any:
        """Return the Keras class that computes this; its arguments are `keras_options`."""
        import keras

        return getattr(keras.losses, self.keras_class)

    def keras_options(self) -> dict[str, Any]:
        """Return the arguments of the Keras class."""
        return self.model_dump() | ({} if self.activation == "linear" else {"from_logits": True})

    def keras_targets(self, y_true: Any, logits: Any) -> Any:
        """Return a batch's targets as the Keras loss takes them.

        Args:
            y_true: Tensor, labels (n,) or numbers (n, targets).
            logits: Tensor, (n, outputs).
        """
        return y_true

    def answers(self, logits: Array) -> NDArray[np.float64]:
        """Return what logits mean: probabilities for classes, the values themselves for numbers.

        Args:
            logits: What the network says before its last activation, (n, outputs).

        Returns:
            Array (n, outputs), float64.
        """
        return logits.astype(np.float64)


class RegressionLoss(LossSpec):
    """A loss of numbers, which are standardized targets."""

    tasks: ClassVar[tuple[Task, ...]] = ("regression",)
    activation: ClassVar[str] = "linear"


class ErrorLoss(NumpyLoss):
    """A loss of the errors $e = z - y$ alone, in NumPy: the mean of f(e), whose gradient is f'(e) / (nK)."""

    def terms(self, error: Array, sides: Array | None) -> Array:
        """Return the loss of each error, (n, targets), on its own side of the kink or on the given one."""
        raise TypeError(f"{type(self).__name__} does not define terms")  # pragma: no cover

    def side(self, error: Array) -> Array | None:
        """Return on which side of the kink each error lies, (n, targets); None without a kink."""
        return None

    def slope(self, error: Array) -> Array:
        """Return the derivative of `terms`, (n, targets)."""
        raise TypeError(f"{type(self).__name__} does not define slope")  # pragma: no cover

    def value(self, logits: Array, y_true: Array, sides: Array | None = None, weights: Array | None = None) -> float:
        """Return the mean over rows and targets."""
        return self._mean(self.terms(logits - y_true, sides), weights)

    def sides(self, logits: Array, y_true: Array) -> Array | None:
        """Return on which side of the kink each error lies, (n, targets); None without a kink."""
        return self.side(logits - y_true)

    def _mean(self, terms: Array, weights: Array | None) -> float:
        return float((terms if weights is None else terms * weights[:, np.newaxis]).mean(dtype=np.float64))

    def with_gradient(self, logits: Array, y_true: Array, weights: Array | None = None) -> tuple[float, Array]:
        """Return the mean and the slope / (nK), (n, targets)."""
        error = logits - y_true
        gradient = self.slope(error)
        gradient *= logits.dtype.type(1 / logits.size)
        if weights is not None:
            gradient *= weights[:, np.newaxis]
        return self._mean(self.terms(error, None), weights), gradient


LOSSES = Catalog("loss", package="dnnctl.network.losses", attribute="Loss")
LossField: Any = chosen_from(LOSSES, LossSpec, also=("auto",))

# What `auto` means for each task; a softmax over two classes takes the loss of many.
DEFAULTS: dict[Task, str] = {
    "multiclass": "sparse_categorical_crossentropy",
    "binary": "binary_crossentropy",
    "multilabel": "binary_crossentropy",
    "regression": "mean_squared_error",
}
