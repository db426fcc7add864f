r"""Mean absolute error: $\lvert\hat y - y\rvert$, mean over the targets."""

from typing import ClassVar

import numpy as np

from dnnctl.network.layers.base import Array
from dnnctl.network.losses.base import ErrorLoss, NumpyLoss, RegressionLoss


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


class Loss(RegressionLoss):
    r"""Mean of the absolute differences: $\lvert\hat y - y\rvert$, of standardized targets.

    Source: Goodfellow, Bengio and Courville, Deep Learning, 2016, section 6.2.1.1.
    """

    numpy_class: ClassVar[type[NumpyLoss]] = MeanAbsoluteError
    keras_class: ClassVar[str] = "MeanAbsoluteError"
