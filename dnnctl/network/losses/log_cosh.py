r"""Logarithm of the hyperbolic cosine of the error: $\log \cosh(\hat y - y)$."""

from typing import Any, ClassVar

import numpy as np

from dnnctl.network.layers.base import Array
from dnnctl.network.losses.base import ErrorLoss, NumpyLoss, RegressionLoss


class LogCosh(ErrorLoss):
    """Mean of the logarithms of the errors' hyperbolic cosines."""

    def terms(self, error: Array, sides: Array | None) -> Array:
        """Return log cosh e, as |e| + log(1 + (exp(-2 |e|) - 1) / 2), which cannot overflow."""
        size = np.abs(error)
        return np.asarray(size + np.log1p(np.expm1(-2 * size) / 2))

    def slope(self, error: Array) -> Array:
        """Return tanh e."""
        return np.asarray(np.tanh(error))


class Loss(RegressionLoss):
    r"""$\log \cosh(\hat y - y)$, of standardized targets: about $e^2/2$ near 0, $\lvert e\rvert - \log 2$ far away.

    Source: Green, Bayesian Reconstructions from Emission Tomography Data, 1990; formula as in Keras.
    """

    numpy_class: ClassVar[type[NumpyLoss]] = LogCosh

    def keras_type(self) -> Any:
        """Return a Keras loss with all digits; Keras's own rounds log 2 to single precision even for doubles."""
        import keras

        class LogCosh(keras.losses.Loss):  # type: ignore[misc]
            def call(self, y_true: Any, y_pred: Any) -> Any:
                size = keras.ops.abs(y_pred - y_true)
                return keras.ops.mean(size + keras.ops.log1p(keras.ops.expm1(-2 * size) / 2), axis=-1)

        return LogCosh
