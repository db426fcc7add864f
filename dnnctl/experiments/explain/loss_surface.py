"""The loss of one fixed batch as a function of the weights, in float64."""

import numpy as np
from numpy.typing import NDArray

from dnnctl.engines.numpy.network import NumpyNetwork
from dnnctl.engines.numpy.targets import kink_sides, loss_gradient, loss_value
from dnnctl.experiments.explain.finite_differences import Moved
from dnnctl.experiments.explain.training_batch import Batch
from dnnctl.network.initial_weights import initial_weights
from dnnctl.network.layers.base import Array
from dnnctl.training.preparation import Prepared

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
        self._loss = config.training.loss.to_numpy()
        self._penalties = {name: (l1, l2) for name, l1, l2 in self.network.penalties}
        self._inputs = self._forward()
        self._sides = [layer.side() for layer in self.network.layers]
        self._loss_sides = kink_sides(self._loss, self._inputs[-1], batch.targets)
        self.value = loss_value(self._loss, self._inputs[-1], batch.targets) + self.network.penalty()

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
            layer.held = None
        logits = self.network.forward(self._batch.x, training=True)
        self.network.backward(loss_gradient(self._loss, logits, self._batch.targets)[1])
        return self.network.gradients()

    def along(self, name: str, position: int) -> Moved:
        r"""Return the loss as a function of how far one weight is moved.

        The loss has a kink where a ReLU's input or an error is 0, or a weight with an l1 penalty. It is followed
        along the branch on which the weights lie: every such number keeps its side, as dropout keeps its mask. So
        it is smooth, with the slope of the loss itself at $h = 0$. Exactly on a kink this is the slope that training
        takes: that of the side of 0 for ReLU, the mean of both for an error or a penalized weight.

        Args:
            name: The weight's array, as `dense_1/kernel`.
            position: Which of its numbers, counted row by row.
        """
        names = [layer.name for layer in self.network.plan.layers]
        first = names.index(name.split("/", maxsplit=1)[0])
        entry = self.network.slices[name].start + position
        theta, original = self.network.theta, self.network.theta[entry]
        l1, l2 = self._penalties.get(name, (0.0, 0.0))
        for layer, side in zip(self.network.layers, self._sides, strict=True):
            layer.held = side

        def moved(h: float) -> float:
            theta[entry] = w = original + h
            try:
                logits = self._inputs[first]
                for layer in self.network.layers[first:]:
                    logits = layer.forward(logits, training=True)
            finally:
                theta[entry] = original
            # What the other weights' penalties add is the same for every h.
            penalty = l1 * np.sign(original) * w + l2 * w * w
            return loss_value(self._loss, logits, self._batch.targets, self._loss_sides) + float(penalty)

        return moved
