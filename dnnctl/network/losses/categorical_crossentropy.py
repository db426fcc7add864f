r"""Cross entropy between one-hot labels, smoothed, and a row of probabilities: $-\sum_k t_k \log p_k$."""

from typing import Any, ClassVar

from pydantic import Field

from dnnctl.network.losses._softmax_cross_entropy import SoftmaxCrossEntropy, SoftmaxLoss
from dnnctl.network.losses.base import NumpyLoss


class Loss(SoftmaxLoss):
    r"""Cross entropy between one-hot labels, smoothed, and a row of probabilities.

    $-\sum_k t_k \log p_k$ with $t$ one-hot, smoothed by $s$: $t(1 - s) + s/K$.

    Args:
        label_smoothing: s, how much of the certainty is spread over all classes, 0 to 1 (1 excluded).

    Source: Szegedy et al., Rethinking the Inception Architecture, 2016, section 7.
    """

    numpy_class: ClassVar[type[NumpyLoss]] = SoftmaxCrossEntropy
    keras_class: ClassVar[str] = "CategoricalCrossentropy"
    main: ClassVar[str | None] = "label_smoothing"
    label_smoothing: float = Field(0.0, ge=0, lt=1)

    def keras_targets(self, y_true: Any, logits: Any) -> Any:
        """Return labels (n,) as a row of 0 and 1 each, (n, classes)."""
        import keras

        return keras.ops.one_hot(y_true, logits.shape[-1], dtype=logits.dtype)
