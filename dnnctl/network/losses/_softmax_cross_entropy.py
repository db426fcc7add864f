r"""Cross entropy from the logits of a softmax, which two losses share.

With $K$ classes, logits $z$ and truth $t$ (one-hot, smoothed by $s$: $t(1 - s) + s/K$), the value is the mean over
rows of $\log \sum_k e^{z_k} - \sum_k t_k z_k$, its gradient $(softmax(z) - t) / n$.
"""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.base import Task
from dnnctl.network.layers.base import Array
from dnnctl.network.losses.base import LossSpec, NumpyLoss

# Up to so many classes a column each is faster than a row each.
FEW = 64


class SoftmaxLoss(LossSpec):
    """A loss of class labels and a row of probabilities."""

    tasks: ClassVar[tuple[Task, ...]] = ("multiclass", "binary")
    activation: ClassVar[str] = "softmax"

    def answers(self, logits: Array) -> NDArray[np.float64]:
        """Return the softmax of logits, (n, classes)."""
        z, axis = _shifted(logits, np.float64)
        # In place: there may be a million rows.
        np.exp(z, out=z)
        z /= np.add.reduce(z, axis=axis, keepdims=True)
        return z if axis else np.ascontiguousarray(z.T)


class SoftmaxCrossEntropy(NumpyLoss):
    """Cross entropy of labels and logits over classes.

    Args:
        label_smoothing: How much of the certainty is spread over all classes, 0 to 1.
    """

    def __init__(self, label_smoothing: float = 0.0) -> None:
        self._smoothing = label_smoothing
        self._rows = np.arange(0)

    def value(self, logits: Array, y_true: Array, sides: Array | None = None, weights: Array | None = None) -> float:
        """Return the mean over rows; labels (n,), logits (n, classes)."""
        shifted, axis = _shifted(logits)
        total = np.add.reduce(np.exp(shifted), axis=axis)
        return self._mean(shifted, axis, total, self._index(y_true, shifted, axis), weights)

    def with_gradient(self, logits: Array, y_true: Array, weights: Array | None = None) -> tuple[float, Array]:
        """Return the mean and (softmax(z) - t) / n, (n, classes); the exponentials serve both."""
        rows, classes = logits.shape
        shifted, axis = _shifted(logits)
        true = self._index(y_true, shifted, axis)
        gradient: Array = np.exp(shifted)
        total = np.add.reduce(gradient, axis=axis)
        value = self._mean(shifted, axis, total, true, weights)
        total *= rows
        gradient /= total[:, None] if axis else total
        if self._smoothing:
            gradient -= logits.dtype.type(self._smoothing / (classes * rows))
        gradient.reshape(-1)[true] -= logits.dtype.type((1 - self._smoothing) / rows)
        if weights is not None:
            gradient *= weights[:, None] if axis else weights
        return value, gradient if axis else gradient.T

    def _index(self, y_true: Array, table: Array, axis: int) -> Array:
        """Return the place of each row's true class in a table with the classes along an axis, all in one row."""
        if len(self._rows) < len(y_true):
            self._rows = np.arange(len(y_true))
        rows = self._rows[: len(y_true)]
        return rows * table.shape[1] + y_true if axis else y_true * rows.dtype.type(table.shape[1]) + rows

    def _mean(self, shifted: Array, axis: int, total: Array, true: Array, weights: Array | None) -> float:
        """Return the mean of log(sum of exponentials) - sum of t z."""
        terms = np.log(total)
        if self._smoothing:
            terms -= (1 - self._smoothing) * shifted.take(true) + self._smoothing * shifted.mean(axis=axis)
        else:
            terms -= shifted.take(true)
        if weights is not None:
            terms *= weights
        # np.mean does the same by way of more Python, which counts at every step.
        return float(np.add.reduce(terms, dtype=np.float64)) / len(terms)


def _shifted(logits: Array, dtype: type[Any] | None = None) -> tuple[Array, int]:
    """Return logits less the largest of their row, whose exponentials cannot overflow, and the axis of the classes.

    Along short rows NumPy adds up one by one; few classes are therefore laid out class by class, (classes, n).
    """
    axis = int(logits.shape[1] > FEW)
    table = logits if axis else np.ascontiguousarray(logits.T)
    return np.subtract(table, np.maximum.reduce(table, axis=axis, keepdims=True), dtype=dtype), axis
