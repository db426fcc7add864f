r"""Cross entropy between 0 or 1 and a probability, of one unit or of several: $-t \log p - (1 - t) \log(1 - p)$."""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from dnnctl.datasets.base import Task
from dnnctl.network.layers.base import Array
from dnnctl.network.layers.sigmoid import sigmoid
from dnnctl.network.losses.base import LossSpec, NumpyLoss


class SigmoidCrossEntropy(NumpyLoss):
    r"""Cross entropy of 0 or 1 and one logit, for each of K units.

    Value $\max(z, 0) - t z + \log(1 + e^{-\lvert z\rvert})$, mean over rows and units; gradient
    $(sigmoid(z) - t) / (nK)$.

    Args:
        label_smoothing: How far 0 and 1 are drawn towards a half, 0 to 1.
    """

    def __init__(self, label_smoothing: float = 0.0) -> None:
        self._smoothing = label_smoothing

    def _targets(self, logits: Array, y_true: Array) -> Array:
        if y_true.size != logits.size:
            raise ValueError(f"expected a logit for each target; received {logits.shape} for {y_true.shape}")
        target = y_true.reshape(logits.shape).astype(logits.dtype)
        kept, added = logits.dtype.type(1 - self._smoothing), logits.dtype.type(self._smoothing / 2)
        return np.asarray(target * kept + added)

    def value(self, logits: Array, y_true: Array, sides: Array | None = None, weights: Array | None = None) -> float:
        """Return the mean over rows and units; labels (n,), logits (n, 1), or both (n, labels)."""
        target = self._targets(logits, y_true)
        terms = np.maximum(logits, 0) - target * logits + np.log1p(np.exp(-np.abs(logits)))
        if weights is not None:
            terms *= weights[:, np.newaxis]
        return float(terms.mean(dtype=np.float64))

    def with_gradient(self, logits: Array, y_true: Array, weights: Array | None = None) -> tuple[float, Array]:
        """Return the mean and (sigmoid(z) - t) / (nK), (n, K)."""
        gradient = sigmoid(logits)
        gradient -= self._targets(logits, y_true)
        gradient *= logits.dtype.type(1 / logits.size)
        if weights is not None:
            gradient *= weights[:, np.newaxis]
        return self.value(logits, y_true, None, weights), gradient


class Loss(LossSpec):
    r"""Cross entropy between 0 or 1 and a probability; the mean over the labels where there are several.

    $-t \log p - (1 - t) \log(1 - p)$ with $t$ the label, smoothed by $s$: $t(1 - s) + s/2$.

    Args:
        label_smoothing: s, how far 0 and 1 are drawn towards a half, 0 to 1 (1 excluded).

    Source: Goodfellow, Bengio and Courville, Deep Learning, 2016, section 6.2.2.2.
    """

    numpy_class: ClassVar[type[NumpyLoss]] = SigmoidCrossEntropy
    keras_class: ClassVar[str] = "BinaryCrossentropy"
    main: ClassVar[str | None] = "label_smoothing"
    tasks: ClassVar[tuple[Task, ...]] = ("binary", "multilabel")
    activation: ClassVar[str] = "sigmoid"
    label_smoothing: float = Field(0.0, ge=0, lt=1)

    def keras_targets(self, y_true: Any, logits: Any) -> Any:
        """Return labels (n,) in a column, (n, 1); several labels (n, K) as they are."""
        import keras

        return keras.ops.reshape(y_true, (-1, logits.shape[-1]))

    def answers(self, logits: Array) -> NDArray[np.float64]:
        """Return the sigmoid of logits, (n, K)."""
        return sigmoid(logits.astype(np.float64))
