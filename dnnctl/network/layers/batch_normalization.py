r"""Batch normalization: $y = \gamma (x - \mu) / \sqrt{\sigma^2 + \epsilon} + \beta$, a column at a time."""

import numpy as np
from pydantic import Field

from dnnctl.network.initializers import default
from dnnctl.network.layers.base import Array, KerasForm, LayerSpec, NumpyLayer, WeightSpec


class Layer(LayerSpec):
    r"""Batch normalization.

    While training, $\mu$ and $\sigma^2$ are the mean and the (biased) variance of the batch, and the
    moving statistics follow them: $m \leftarrow momentum \cdot m + (1 - momentum) \cdot \mu$.
    Afterwards the moving statistics take their place.

    Args:
        momentum: How much of a moving statistic is kept at each step, 0 to 1 (1 excluded).
        epsilon: Added to the variance against division by zero, above 0.
        center: Whether to add $\beta$.
        scale: Whether to multiply by $\gamma$.

    Source: Ioffe and Szegedy, Batch Normalization, 2015; defaults as in Keras.
    """

    momentum: float = Field(0.99, ge=0, lt=1)
    epsilon: float = Field(1e-3, gt=0, le=1e6)
    center: bool = True
    scale: bool = True

    def weights(self, inputs: int) -> tuple[WeightSpec, ...]:
        """Return gamma, beta, moving_mean and moving_variance, each of shape (inputs,)."""
        shape = (inputs,)
        return (
            *((WeightSpec("gamma", shape, default("ones")),) if self.scale else ()),
            *((WeightSpec("beta", shape, default("zeros")),) if self.center else ()),
            WeightSpec("moving_mean", shape, default("zeros"), trainable=False),
            WeightSpec("moving_variance", shape, default("ones"), trainable=False),
        )

    def keras_form(self, seed: int) -> KerasForm:
        """Return the Keras layer that computes this."""
        return KerasForm("BatchNormalization", self.model_dump())

    def to_numpy(self, seed: int, dtype: str = "float32") -> NumpyLayer:
        """Return the NumPy layer that computes this."""
        return BatchNormalization(self.momentum, self.epsilon, dtype)


class BatchNormalization(NumpyLayer):
    r"""Batch normalization; x and y (batch, units), the rest (units,).

    Forward, with $\mu$, $\sigma^2$ of the batch while training and the moving ones afterwards:
    $\hat x = (x - \mu) s$ with $s = 1 / \sqrt{\sigma^2 + \epsilon}$, then $y = \gamma \hat x + \beta$.

    Backward $d\gamma = \sum dy\, \hat x$, $d\beta = \sum dy$,
    $dx = \gamma s (dy - d\beta / n - \hat x\, d\gamma / n)$ over the $n$ rows of the batch, which $\mu$ and
    $\sigma^2$ depend on; with the moving statistics, $dx = \gamma s\, dy$.

    Args:
        momentum: How much of a moving statistic is kept at each step.
        epsilon: Added to the variance.
        dtype: `float32` or `float64`.
    """

    def __init__(self, momentum: float, epsilon: float, dtype: str) -> None:
        super().__init__(dtype)
        self._momentum, self._epsilon = self.dtype.type(momentum), self.dtype.type(epsilon)
        self._of_batch = False

    def forward(self, x: Array, *, training: bool) -> Array:
        """Return the normalized x, scaled and shifted; while training, let the moving statistics follow."""
        own = self.parameters
        normalized: Array = self.buffer("normalized", x.shape)
        y: Array = self.buffer("y", x.shape)
        if training:
            mean = np.mean(x, axis=0)
            np.subtract(x, mean, out=normalized)
            variance = np.mean(np.multiply(normalized, normalized, out=y), axis=0)
            self._follow(own["moving_mean"], mean)
            self._follow(own["moving_variance"], variance)
        else:
            variance = own["moving_variance"]
            np.subtract(x, own["moving_mean"], out=normalized)
        self._inverse = 1 / np.sqrt(variance + self._epsilon)
        normalized *= self._inverse
        self._normalized, self._of_batch = normalized, training
        np.multiply(normalized, own.get("gamma", self.dtype.type(1)), out=y)
        if "beta" in own:
            y += own["beta"]
        return y

    def _follow(self, moving: Array, current: Array) -> None:
        """Move a statistic a little towards the batch's."""
        moving *= self._momentum
        moving += (1 - self._momentum) * current

    def backward(self, dy: Array) -> Array:
        """Keep d gamma and d beta, return dx."""
        dx: Array = np.multiply(dy, self._normalized, out=self.buffer("dx", dy.shape))
        by_gamma, by_beta = np.add.reduce(dx, axis=0), np.add.reduce(dy, axis=0)
        for name, gradient in (("gamma", by_gamma), ("beta", by_beta)):
            if name in self.gradients:
                self.gradients[name][...] = gradient
        scale = self._inverse * self.parameters.get("gamma", self.dtype.type(1))
        if not self._of_batch:
            y: Array = np.multiply(dy, scale, out=dx)
            return y
        rows = self.dtype.type(len(dy))
        np.multiply(self._normalized, by_gamma / -rows, out=dx)
        dx += dy
        dx -= by_beta / rows
        dx *= scale
        return dx
