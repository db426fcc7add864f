r"""Mean squared error: $(\hat y - y)^2$, mean over the targets."""

from typing import ClassVar

import numpy as np

from dnnctl.network.layers.base import Array
from dnnctl.network.losses.base import ErrorLoss, NumpyLoss, RegressionLoss


class MeanSquaredError(ErrorLoss):
    """Mean of the squared errors."""

    def terms(self, error: Array, sides: Array | None) -> Array:
        """Return e e."""
        return np.asarray(np.square(error))

    def slope(self, error: Array) -> Array:
        """Return 2 e."""
        return np.asarray(2 * error)


class Loss(RegressionLoss):
    r"""Mean of the squared differences: $(\hat y - y)^2$, of standardized targets.

    Source: Goodfellow, Bengio and Courville, Deep Learning, 2016, section 6.2.1.1.
    """

    numpy_class: ClassVar[type[NumpyLoss]] = MeanSquaredError
    keras_class: ClassVar[str] = "MeanSquaredError"
