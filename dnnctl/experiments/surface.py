"""The loss of one fixed batch as a function of the weights, in float64."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.config.losses import LossSpec
from dnnctl.data.initial_weights import initial_weights
from dnnctl.engines.numpy.losses import build_loss
from dnnctl.engines.numpy.network import NumpyNetwork
from dnnctl.experiments.batch import Batch
from dnnctl.experiments.differences import Moved
from dnnctl.layers.base import Array
from dnnctl.training.preparing import Prepared

DTYPE = "float64"


class LossSurface:
    """The loss of a batch, computed as while training: statistics of the batch, and one fixed dropout mask.

    Args:
        prepared: A training that is ready to begin; the weights are its initial ones.
        batch: The rows.
    """

    def __init__(self, prepared: Prepared, batch: Batch) -> None:
        config, plan = prepared.config, prepared.plan
        self.weights = initial_weights(plan, config.seed, DTYPE)
        self.network = NumpyNetwork(plan, prepared.preprocessing, self.weights, seed=config.seed, dtype=DTYPE)
        self._batch = batch
        self._spec = config.training.loss
        self._loss = build_loss(self._spec)
        self._penalized = any(weight.regularizer for layer in plan.layers for weight in layer.weights)
        self._inputs = self._forward()
        self._sides = self._all_sides(self._inputs[-1])
        self.value = self._value(self._inputs[-1])

    def _forward(self) -> list[Array]:
        """Return a copy of what each layer takes in and, last, of the logits."""
        inputs, x = [], self._batch.x
        for layer in self.network.layers:
            # Moving statistics follow each pass; no loss of a training batch depends on them.
            layer.at(0)
            inputs.append(x.copy())
            x = layer.forward(x, training=True)
        return [*inputs, x.copy()]

    def gradient(self) -> dict[str, NDArray[np.float64]]:
        """Return the gradient that the backward pass computes, by the names of the weights."""
        for layer in self.network.layers:
            layer.at(0)
        logits = self.network.forward(self._batch.x, training=True)
        self.network.backward(self._loss.with_gradient(logits, self._batch.y)[1])
        shapes = self.network.plan.shapes
        return {
            name: self.network.gradient[here].reshape(shapes[name]).copy() for name, here in self.network.slices.items()
        }

    def along(self, name: str, position: int) -> Moved:
        """Return the loss as a function of how far one weight is moved.

        Args:
            name: The weight's array, as `dense_1/kernel`.
            position: Which of its numbers, counted row by row.
        """
        names = [layer.name for layer in self.network.plan.layers]
        first = names.index(name.split("/", maxsplit=1)[0])
        entry = self.network.slices[name].start + position
        theta, original = self.network.theta, self.network.theta[entry]
        l1 = self.on_penalty_kink(name)

        def moved(h: float) -> float | None:
            theta[entry] = original + h
            try:
                if l1 and original and np.sign(theta[entry]) != np.sign(original):
                    return None
                logits = self._inputs[first]
                for layer in self.network.layers[first:]:
                    logits = layer.forward(logits, training=True)
                return self._value(logits) if self._same_sides(logits, first) else None
            finally:
                theta[entry] = original

        return moved

    def on_penalty_kink(self, name: str, position: int | None = None) -> bool:
        """Tell whether an array has an l1 penalty and, if a position is given, that number is exactly 0."""
        owner, weight = name.split("/", maxsplit=1)
        specs = {w.name: w for layer in self.network.plan.layers if layer.name == owner for w in layer.weights}
        penalty = specs[weight].regularizer
        if penalty is None or not penalty.l1:
            return False
        return position is None or bool(self.network.theta[self.network.slices[name].start + position] == 0)

    def _value(self, logits: Array) -> float:
        penalty = self.network.penalty() if self._penalized else 0.0
        return self._loss.value(logits, self._batch.y) + penalty

    def _all_sides(self, logits: Array) -> list[Array | None]:
        """Return on which side of its kink each number lay, a layer each, and last for the loss."""
        return [*(layer.side() for layer in self.network.layers), loss_sides(self._spec, logits, self._batch.y)]

    def _same_sides(self, logits: Array, first: int) -> bool:
        """Tell whether every number behind a layer lies on the side of its kink where it lay at first."""
        for layer, then in zip(self.network.layers[first:], self._sides[first:-1], strict=True):
            now = layer.side()
            if now is not None and then is not None and not np.array_equal(now, then):
                return False
        now, then = loss_sides(self._spec, logits, self._batch.y), self._sides[-1]
        # An error of exactly 0 has no side: both are as near, and the two slopes are averaged.
        return now is None or then is None or bool(np.all((now == then) | (then == 0)))


def loss_sides(spec: LossSpec, logits: Array, y_true: Array) -> Array | None:
    """Return on which side of the loss's kink each error lies, -1, 0 or 1; None without a kink.

    Args:
        spec: The loss.
        logits: What the network says, (n, outputs).
        y_true: What is true, (n, targets).
    """
    if spec.key == "mean_absolute_error":
        return np.asarray(np.sign(logits - y_true))
    if spec.key == "huber":
        delta: Any = spec.model_dump()["delta"]
        return np.where(np.abs(logits - y_true) <= delta, 1, -1)
    return None
