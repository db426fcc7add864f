"""Watching a layer at work, without changing what it does."""

from dataclasses import dataclass

import numpy as np

from dnnctl.network.layers.base import Array, NumpyLayer


@dataclass(frozen=True)
class LayerRecord:
    """What a layer gave out in a step, and the gradient that came back.

    Args:
        layer: Its name.
        shape: Shape of its output, (rows, units).
        mean: Mean of its output.
        std: Standard deviation of its output.
        zeros: Share of its output that is exactly 0.
        silent: Units that are 0 for every row.
        gradient: Euclidean norm of the loss's gradient with respect to its output; None for the last
            activation, which is one with the loss.
        y: The output itself, if it was kept.
        dy: The loss's gradient with respect to it, if it was kept.
    """

    layer: str
    shape: tuple[int, ...]
    mean: float
    std: float
    zeros: float
    silent: int
    gradient: float | None
    y: Array | None
    dy: Array | None

    @property
    def gradient_each(self) -> float | None:
        """Root mean square of the gradient, which widths do not change; None if there is no gradient."""
        return None if self.gradient is None else self.gradient / float(np.sqrt(np.prod(self.shape)))


class Recorder(NumpyLayer):
    """Stands in for a layer and remembers statistics of what goes through it.

    Args:
        name: The layer's name.
        inner: The layer.
        keep: Whether to keep the arrays too.
    """

    def __init__(self, name: str, inner: NumpyLayer, *, keep: bool) -> None:
        super().__init__(str(inner.dtype))
        self._name, self._inner, self._keep = name, inner, keep
        self._y: Array | None = None
        self._dy: Array | None = None
        self._gradient: float | None = None

    def forward(self, x: Array, *, training: bool) -> Array:
        """Return the layer's output."""
        y = self._inner.forward(x, training=training)
        # Looked at now: the memory belongs to the layer, and the next one may compute in it.
        zero = y == 0
        self._statistics = (float(y.mean(dtype=np.float64)), float(y.std(dtype=np.float64)), float(zero.mean()))
        self._shape, self._silent = y.shape, int(zero.all(axis=0).sum())
        self._y = y.copy() if self._keep else None
        return y

    def backward(self, dy: Array) -> Array:
        """Return the gradient with respect to the layer's input."""
        self._gradient = float(np.linalg.norm(dy.astype(np.float64)))
        self._dy = dy.copy() if self._keep else None
        return self._inner.backward(dy)

    def at(self, step: int) -> None:
        """Tell the layer which step comes next."""
        self._inner.at(step)

    def side(self) -> Array | None:
        """Return on which side of the layer's kink each number lay."""
        return self._inner.side()

    def seen(self) -> LayerRecord:
        """Return what was seen in the last step."""
        return LayerRecord(self._name, self._shape, *self._statistics, self._silent, self._gradient, self._y, self._dy)
