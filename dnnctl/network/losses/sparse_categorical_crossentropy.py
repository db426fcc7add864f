r"""Cross entropy between class labels and a row of probabilities: $-\log p_y$."""

from typing import ClassVar

from dnnctl.network.losses._softmax_cross_entropy import SoftmaxCrossEntropy, SoftmaxLoss
from dnnctl.network.losses.base import NumpyLoss


class Loss(SoftmaxLoss):
    r"""Cross entropy between class labels $y$ and a row of probabilities $p$: $-\log p_y$.

    Source: Goodfellow, Bengio and Courville, Deep Learning, 2016, section 6.2.2.3.
    """

    numpy_class: ClassVar[type[NumpyLoss]] = SoftmaxCrossEntropy
    keras_class: ClassVar[str] = "SparseCategoricalCrossentropy"
