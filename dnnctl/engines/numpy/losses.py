r"""The losses in NumPy: value and gradient from logits, the numbers before the last activation.

Taking them from logits is exact where a probability would round to 0 or 1. With $n$ rows, $K$ classes,
logits $z$, truth $y$ and $e = z - y$:

| loss | value, mean over rows | gradient with respect to $z$ |
| --- | --- | --- |
| softmax cross entropy | $\log \sum_k e^{z_k} - \sum_k t_k z_k$ | $(softmax(z) - t) / n$ |
| sigmoid cross entropy | $\max(z, 0) - t z + \log(1 + e^{-\lvert z\rvert})$ | $(sigmoid(z) - t) / n$ |
| mean squared error | $e^2$ | $2 e / (nK)$ |
| mean absolute error | $\lvert e\rvert$ | $sign(e) / (nK)$ |
| Huber | $e^2/2$, or $\delta\lvert e\rvert - \delta^2/2$ beyond $\delta$ | $clip(e, -\delta, \delta) / (nK)$ |

Source: Goodfellow, Bengio and Courville, Deep Learning, 2016, sections 6.2.1 and 6.2.2.
"""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from dnnctl.network.losses import LossSpec

Array = NDArray[Any]
# Up to so many classes a column each is faster than a row each.
FEW = 64


class Loss(Protocol):
    """A loss from logits."""

    def value(self, logits: Array, y_true: Array, sides: Array | None = None, weights: Array | None = None) -> float:
        """Return the mean loss of rows: logits (n, outputs), y_true (n,) labels or (n, targets).

        With `sides`, what `sides` gave for other logits, each error counts on that side of the loss's kink. With
        `weights`, (n,), each row's loss is multiplied by its own; the sum is divided by n all the same.
        """

    def sides(self, logits: Array, y_true: Array) -> Array | None:
        """Return on which side of the loss's kink each error lies, (n, targets) of -1, 0 and 1; None without one."""

    def with_gradient(self, logits: Array, y_true: Array, weights: Array | None = None) -> tuple[float, Array]:
        """Return the mean loss and its gradient with respect to the logits, (n, outputs); `weights` as in `value`."""


class SmoothLoss:
    """A loss without a kink."""

    def sides(self, logits: Array, y_true: Array) -> None:
        """Return None: there is no kink."""


class SoftmaxCrossEntropy(SmoothLoss):
    """Cross entropy of labels and logits over classes.

    Args:
        smoothing: How much of the certainty is spread over all classes, 0 to 1.
    """

    def __init__(self, smoothing: float = 0.0) -> None:
        self._smoothing = smoothing
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
        gradient /= np.expand_dims(total, axis)
        if self._smoothing:
            gradient -= logits.dtype.type(self._smoothing / (classes * rows))
        gradient.reshape(-1)[true] -= logits.dtype.type((1 - self._smoothing) / rows)
        if weights is not None:
            gradient *= np.expand_dims(weights, axis)
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


def _shifted(logits: Array, dtype: type[np.float64] | None = None) -> tuple[Array, int]:
    """Return logits less the largest of their row, whose exponentials cannot overflow, and the axis of the classes.

    Along short rows NumPy adds up one by one; few classes are therefore laid out class by class, (classes, n).
    """
    axis = int(logits.shape[1] > FEW)
    table = logits if axis else np.ascontiguousarray(logits.T)
    return np.subtract(table, np.maximum.reduce(table, axis=axis, keepdims=True), dtype=dtype), axis


class SigmoidCrossEntropy(SmoothLoss):
    """Cross entropy of 0 or 1 and one logit.

    Args:
        smoothing: How far 0 and 1 are drawn towards a half, 0 to 1.
    """

    def __init__(self, smoothing: float = 0.0) -> None:
        self._smoothing = smoothing

    def _targets(self, logits: Array, y_true: Array) -> Array:
        if logits.shape[1] != 1:
            raise ValueError(f"expected logits of one unit, (n, 1); received {logits.shape}")
        target = y_true.reshape(-1, 1).astype(logits.dtype)
        kept, spread = logits.dtype.type(1 - self._smoothing), logits.dtype.type(self._smoothing / 2)
        return np.asarray(target * kept + spread)

    def value(self, logits: Array, y_true: Array, sides: Array | None = None, weights: Array | None = None) -> float:
        """Return the mean over rows; labels (n,), logits (n, 1)."""
        target = self._targets(logits, y_true)
        terms = np.maximum(logits, 0) - target * logits + np.log1p(np.exp(-np.abs(logits)))
        if weights is not None:
            terms *= weights[:, np.newaxis]
        return float(terms.mean(dtype=np.float64))

    def with_gradient(self, logits: Array, y_true: Array, weights: Array | None = None) -> tuple[float, Array]:
        """Return the mean and (sigmoid(z) - t) / n, (n, 1)."""
        # Written by tanh, which does not overflow where the exponential would.
        half = logits.dtype.type(0.5)
        gradient: Array = half * np.tanh(half * logits) + half
        gradient -= self._targets(logits, y_true)
        gradient *= logits.dtype.type(1 / len(logits))
        if weights is not None:
            gradient *= weights[:, np.newaxis]
        return self.value(logits, y_true, None, weights), gradient


class ErrorLoss:
    """A loss of the errors e = z - y alone."""

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


class MeanSquaredError(ErrorLoss):
    """Mean of the squared errors."""

    def terms(self, error: Array, sides: Array | None) -> Array:
        """Return e e."""
        return np.asarray(np.square(error))

    def slope(self, error: Array) -> Array:
        """Return 2 e."""
        return np.asarray(2 * error)


class MeanAbsoluteError(ErrorLoss):
    """Mean of the absolute errors."""

    def terms(self, error: Array, sides: Array | None) -> Array:
        """Return |e|."""
        return np.asarray(np.abs(error) if sides is None else sides * error)

    def side(self, error: Array) -> Array:
        """Return the sign of e; an error of exactly 0 has no side, and the two slopes are averaged."""
        return np.asarray(np.sign(error))

    def slope(self, error: Array) -> Array:
        """Return the sign of e."""
        return np.asarray(np.sign(error))


class Huber(ErrorLoss):
    """Squared up to `delta`, absolute beyond it.

    Args:
        delta: Where the one becomes the other, above 0.
    """

    def __init__(self, delta: float) -> None:
        self._delta = delta

    def terms(self, error: Array, sides: Array | None) -> Array:
        """Return e e / 2, or delta |e| - delta delta / 2 beyond delta."""
        beyond = self.side(error) if sides is None else sides
        return np.where(beyond == 0, np.square(error) / 2, self._delta * beyond * error - self._delta**2 / 2)

    def side(self, error: Array) -> Array:
        """Return 0 up to delta, and the sign of e beyond it."""
        return np.asarray(np.sign(error) * (np.abs(error) > self._delta))

    def slope(self, error: Array) -> Array:
        """Return e, cut off at -delta and delta."""
        return np.asarray(np.clip(error, -self._delta, self._delta))


def build_loss(spec: LossSpec) -> Loss:
    """Return the loss behind a specification."""
    options = spec.model_dump()
    if spec.activation == "softmax":
        return SoftmaxCrossEntropy(options.get("label_smoothing", 0.0))
    if spec.activation == "sigmoid":
        return SigmoidCrossEntropy(options.get("label_smoothing", 0.0))
    if spec.key == "huber":
        return Huber(options["delta"])
    return MeanSquaredError() if spec.key == "mean_squared_error" else MeanAbsoluteError()


def answers(spec: LossSpec, logits: Array) -> NDArray[np.float64]:
    """Return what logits mean: probabilities for classes, the values themselves for numbers.

    Args:
        spec: The loss, which knows the output's activation.
        logits: What the network says before it, (n, outputs).

    Returns:
        Array (n, outputs), float64.
    """
    if spec.activation == "softmax":
        z, axis = _shifted(logits, np.float64)
        # In place: there may be a million rows.
        np.exp(z, out=z)
        z /= np.add.reduce(z, axis=axis, keepdims=True)
        return z if axis else np.ascontiguousarray(z.T)
    z = logits.astype(np.float64)
    if spec.activation == "sigmoid":
        return np.asarray(0.5 * np.tanh(0.5 * z) + 0.5)
    return z
