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

from dnnctl.config.losses import LossSpec

Array = NDArray[Any]


class Loss(Protocol):
    """A loss from logits."""

    def value(self, logits: Array, y_true: Array) -> float:
        """Return the mean loss of rows: logits (n, outputs), y_true (n,) labels or (n, targets)."""

    def gradient(self, logits: Array, y_true: Array) -> Array:
        """Return its gradient with respect to the logits, (n, outputs)."""


class SoftmaxCrossEntropy:
    """Cross entropy of labels and logits over classes.

    Args:
        smoothing: How much of the certainty is spread over all classes, 0 to 1.
    """

    def __init__(self, smoothing: float = 0.0) -> None:
        self._smoothing = smoothing

    def value(self, logits: Array, y_true: Array) -> float:
        """Return the mean over rows; labels (n,), logits (n, classes)."""
        shifted = logits - logits.max(axis=1, keepdims=True)
        normalizer = np.log(np.exp(shifted).sum(axis=1))
        true = shifted[np.arange(len(shifted)), y_true]
        wanted = (1 - self._smoothing) * true + self._smoothing * shifted.mean(axis=1)
        return float((normalizer - wanted).mean(dtype=np.float64))

    def gradient(self, logits: Array, y_true: Array) -> Array:
        """Return (softmax(z) - t) / n, (n, classes)."""
        rows, classes = logits.shape
        result: Array = np.exp(logits - logits.max(axis=1, keepdims=True))
        result /= result.sum(axis=1, keepdims=True)
        result -= logits.dtype.type(self._smoothing / classes)
        result[np.arange(rows), y_true] -= logits.dtype.type(1 - self._smoothing)
        result *= logits.dtype.type(1 / rows)
        return result


class SigmoidCrossEntropy:
    """Cross entropy of 0 or 1 and one logit.

    Args:
        smoothing: How far 0 and 1 are drawn towards a half, 0 to 1.
    """

    def __init__(self, smoothing: float = 0.0) -> None:
        self._smoothing = smoothing

    def _targets(self, logits: Array, y_true: Array) -> Array:
        target = y_true.reshape(-1, 1).astype(logits.dtype)
        kept, spread = logits.dtype.type(1 - self._smoothing), logits.dtype.type(self._smoothing / 2)
        return np.asarray(target * kept + spread)

    def value(self, logits: Array, y_true: Array) -> float:
        """Return the mean over rows; labels (n,), logits (n, 1)."""
        target = self._targets(logits, y_true)
        terms = np.maximum(logits, 0) - target * logits + np.log1p(np.exp(-np.abs(logits)))
        return float(terms.mean(dtype=np.float64))

    def gradient(self, logits: Array, y_true: Array) -> Array:
        """Return (sigmoid(z) - t) / n, (n, 1)."""
        # Written by tanh, which does not overflow where the exponential would.
        half = logits.dtype.type(0.5)
        probability = half * np.tanh(half * logits) + half
        return np.asarray((probability - self._targets(logits, y_true)) * logits.dtype.type(1 / len(logits)))


class MeanSquaredError:
    """Mean of the squared differences."""

    def value(self, logits: Array, y_true: Array) -> float:
        """Return the mean over rows and targets."""
        return float(np.square(logits - y_true).mean(dtype=np.float64))

    def gradient(self, logits: Array, y_true: Array) -> Array:
        """Return 2 e / (nK), (n, targets)."""
        return np.asarray((logits - y_true) * logits.dtype.type(2 / logits.size))


class MeanAbsoluteError:
    """Mean of the absolute differences."""

    def value(self, logits: Array, y_true: Array) -> float:
        """Return the mean over rows and targets."""
        return float(np.abs(logits - y_true).mean(dtype=np.float64))

    def gradient(self, logits: Array, y_true: Array) -> Array:
        """Return sign(e) / (nK), (n, targets)."""
        return np.asarray(np.sign(logits - y_true) * logits.dtype.type(1 / logits.size))


class Huber:
    """Squared up to `delta`, absolute beyond it.

    Args:
        delta: Where the one becomes the other, above 0.
    """

    def __init__(self, delta: float) -> None:
        self._delta = delta

    def value(self, logits: Array, y_true: Array) -> float:
        """Return the mean over rows and targets."""
        error = np.abs(logits - y_true)
        beyond = self._delta * error - self._delta**2 / 2
        return float(np.where(error <= self._delta, np.square(error) / 2, beyond).mean(dtype=np.float64))

    def gradient(self, logits: Array, y_true: Array) -> Array:
        """Return clip(e, -delta, delta) / (nK), (n, targets)."""
        clipped = np.clip(logits - y_true, -self._delta, self._delta)
        return np.asarray(clipped * logits.dtype.type(1 / logits.size))


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
    z = logits.astype(np.float64)
    if spec.activation == "softmax":
        result = np.exp(z - z.max(axis=1, keepdims=True))
        return np.asarray(result / result.sum(axis=1, keepdims=True))
    if spec.activation == "sigmoid":
        return np.asarray(0.5 * np.tanh(0.5 * z) + 0.5)
    return z
