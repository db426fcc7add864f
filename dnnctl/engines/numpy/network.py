"""The network in NumPy: a row of layers whose weights lie in one piece of memory."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.data.preprocessing import Preprocessing
from dnnctl.engines.base import ASKED_AT_ONCE, LayerStatistics, check_weights
from dnnctl.memory import blocks
from dnnctl.network.layers.base import Array, NumpyLayer
from dnnctl.network.layers.dense import Affine
from dnnctl.network.losses.base import LossSpec
from dnnctl.network.plan import NetworkPlan, PlannedLayer
from dnnctl.network.regularizers import limit_norms
from dnnctl.random_streams import layer_seed

PREDICTION_BATCH = ASKED_AT_ONCE["numpy"]
# Numbers worked on at a time: they stay in the second-level cache.
BLOCK = 32_768


class NumpyNetwork:
    """A network up to its logits: forward, backward, weights and penalties.

    All trainable weights are views into `theta`, and all gradients views into `gradient`, one after the
    other: the optimizer changes every weight of the network in a few operations on one vector.

    Args:
        plan: The layers.
        preprocessing: From raw rows to the first layer.
        weights: An array for each name of `plan.shapes`.
        seed: Decides what layers draw while training.
        dtype: `float32` or `float64`.

    Raises:
        ModelError: If the weights do not fit the plan.
    """

    def __init__(
        self,
        plan: NetworkPlan,
        preprocessing: Preprocessing,
        weights: dict[str, NDArray[Any]],
        *,
        seed: int = 0,
        dtype: str = "float32",
    ) -> None:
        self.plan = plan
        self.dtype = dtype
        self._preprocessing = preprocessing
        # The last activation is left out: losses are taken from logits.
        self.layers = [layer.spec.to_numpy(layer_seed(seed, layer.name), dtype) for layer in plan.layers[:-1]]
        self.theta = np.zeros(plan.trainable, dtype)
        self.gradient = np.zeros(plan.trainable, dtype)
        self.slices: dict[str, slice] = {}
        self._all: dict[str, Array] = {}
        start = 0
        for planned, layer in zip(plan.layers, self.layers, strict=False):
            start = self._place(planned, layer, start)
        # The arrays with a penalty, each with its l1 and l2.
        self.penalties = [
            (f"{layer.name}/{weight.name}", weight.regularizer.l1, weight.regularizer.l2)
            for layer in plan.layers
            for weight in layer.weights
            if weight.regularizer is not None
        ]
        self._max_norms = [
            (f"{layer.name}/{weight.name}", weight.max_norm)
            for layer in plan.layers
            for weight in layer.weights
            if weight.max_norm is not None
        ]
        first = self.layers[0]
        if isinstance(first, Affine):
            first.first = True
        self.set_weights(weights)

    def _place(self, planned: PlannedLayer, layer: NumpyLayer, start: int) -> int:
        """Give a layer its weights: trainable ones as views into `theta`, others on their own."""
        for weight in planned.weights:
            name = f"{planned.name}/{weight.name}"
            if weight.trainable:
                here = self.slices[name] = slice(start, start + weight.size)
                layer.parameters[weight.name] = self.theta[here].reshape(weight.shape)
                layer.gradients[weight.name] = self.gradient[here].reshape(weight.shape)
                start += weight.size
            else:
                layer.parameters[weight.name] = np.zeros(weight.shape, self.dtype)
            self._all[name] = layer.parameters[weight.name]
        return start

    def weights(self) -> dict[str, NDArray[Any]]:
        """Return a copy of every weight, by the names of the plan."""
        return {name: array.copy() for name, array in self._all.items()}

    def set_weights(self, weights: dict[str, NDArray[Any]]) -> None:
        """Replace every weight.

        Raises:
            ModelError: If a name is missing or too many, or a shape does not fit.
        """
        check_weights(self.plan, weights)
        for name, array in self._all.items():
            array[...] = weights[name]

    def forward(self, x: Array, *, training: bool) -> Array:
        """Return the logits of prepared rows: x (batch, inputs), result (batch, outputs)."""
        for layer in self.layers:
            x = layer.forward(x, training=training)
        return x

    def backward(self, dlogits: Array) -> None:
        """Fill `gradient` from the loss's gradient with respect to the logits, (batch, outputs)."""
        dy = dlogits
        for layer in reversed(self.layers):
            dy = layer.backward(dy)
        self._add_penalty_gradients()

    def gradients(self) -> dict[str, NDArray[Any]]:
        """Return a copy of the gradient with respect to each trainable weight, by the names of the plan."""
        shapes = self.plan.shapes
        return {name: self.gradient[here].reshape(shapes[name]).copy() for name, here in self.slices.items()}

    def logits(self, x: NDArray[Any]) -> NDArray[Any]:
        """Return what the network says of raw rows (n, ...) before the last activation, (n, outputs)."""
        result = np.empty((len(x), self.plan.outputs), self.dtype)
        for rows in blocks(len(x), PREDICTION_BATCH):
            prepared = self._preprocessing.prepare(x[rows], self.dtype)
            result[rows] = self.forward(prepared, training=False)
        return result

    def inspect(self, loss: LossSpec, x: NDArray[Any], y: NDArray[Any]) -> list[LayerStatistics]:
        """Return how each layer behaves on a few rows, computed as after training; gradients are written over.

        Args:
            loss: What is made small.
            x: Raw inputs, (n, ...).
            y: Prepared targets, (n,) or (n, targets).
        """
        value, outputs = self._preprocessing.prepare(x, self.dtype), []
        for layer in self.layers:
            value = layer.forward(value, training=False)
            outputs.append(value)
        self.backward(loss.to_numpy().with_gradient(value, y)[1])
        outputs.append(self.plan.layers[-1].spec.to_numpy(0, self.dtype).forward(value, training=False))
        return [
            LayerStatistics(
                layer=planned.name,
                mean=float(output.mean()),
                std=float(output.std()),
                zeros=float((output == 0).mean()),
                gradient=self._gradient_norm(planned.name),
            )
            for planned, output in zip(self.plan.layers, outputs, strict=True)
        ]

    def _gradient_norm(self, layer: str) -> float:
        """Return the Euclidean norm of the gradient with respect to a layer's weights; 0 without weights."""
        own = [self.gradient[here] for name, here in self.slices.items() if name.startswith(f"{layer}/")]
        return float(np.sqrt(sum(float(np.dot(part, part)) for part in own)))

    def penalty(self) -> float:
        """Return what the weights' penalties add to the loss: l1 |w| + l2 w w, summed."""
        total = 0.0
        for name, l1, l2 in self.penalties:
            w = self._all[name]
            total += l1 * float(np.abs(w).sum(dtype=np.float64)) + l2 * float(np.square(w).sum(dtype=np.float64))
        return total

    def _add_penalty_gradients(self) -> None:
        """Add l1 sign(w) + 2 l2 w to the gradient of each weight with a penalty."""
        for name, l1, l2 in self.penalties:
            here, w = self.gradient[self.slices[name]], self.theta[self.slices[name]]
            if l1:
                here += w.dtype.type(l1) * np.sign(w)
            if l2:
                here += w.dtype.type(2 * l2) * w

    def follow(self, other: "NumpyNetwork", share: float) -> None:
        """Move every weight, moving statistics included, towards another network's.

        Args:
            other: A network of the same plan.
            share: How far, 0 to 1.
        """
        rate = self.theta.dtype.type(share)
        for block in blocks(len(self.theta), BLOCK):
            change = self.theta[block] - other.theta[block]
            change *= rate
            self.theta[block] -= change
        for name in self._all.keys() - self.slices.keys():
            self._all[name] -= rate * (self._all[name] - other._all[name])

    def constrain(self) -> None:
        """Scale weights down to the norms that their layers allow, as after an optimizer step."""
        for name, most in self._max_norms:
            limit_norms(self._all[name], most)
