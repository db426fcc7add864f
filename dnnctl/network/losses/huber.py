r"""Huber's loss: $e^2/2$ up to $\lvert e\rvert = \delta$, then $\delta\lvert e\rvert - \delta^2/2$."""

from typing import ClassVar

import numpy as np
from pydantic import Field

from dnnctl.network.layers.base import Array
from dnnctl.network.losses.base import ErrorLoss, NumpyLoss, RegressionLoss


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


class Loss(RegressionLoss):
    r"""Squared up to `delta`, absolute beyond it, of standardized targets.

    $e^2/2$ up to $\lvert e\rvert = \delta$, then $\delta\lvert e\rvert - \delta^2/2$.

    Args:
        delta: Where the one becomes the other, in standard deviations of the target, above 0.

    Source: Huber, Robust Estimation of a Location Parameter, 1964.
    """

    numpy_class: ClassVar[type[NumpyLoss]] = Huber
    keras_class: ClassVar[str] = "Huber"
    main: ClassVar[str | None] = "delta"
    delta: float = Field(1.0, gt=0)
