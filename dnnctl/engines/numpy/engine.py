"""The NumPy engine: one training step from top to bottom is `_step`, on this page.

    gather a batch -> forward through the layers -> loss -> backward through the layers -> optimizer

`network.py` has the layers in a row. In `dnnctl/network/`, `layers/<name>.py` has the forward and backward pass of
each, `losses/<name>.py` the loss and its gradient, and `optimizers/<name>.py` what becomes of the gradient.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.data.augmentation.prefetch import PrefetchedRows
from dnnctl.data.mixup import mixture
from dnnctl.data.training_rows import TrainingRows
from dnnctl.datasets.rows import ArrayRows, Order, Rows
from dnnctl.engines.base import Hardware, LayerStatistics, NetworkTask, PipelineStage, Steps, check_state, described
from dnnctl.engines.keras_file import write_keras_file
from dnnctl.engines.numpy.network import NumpyNetwork
from dnnctl.engines.numpy.targets import Targets, batch_targets, loss_gradient
from dnnctl.engines.numpy.threads import BlasThreads
from dnnctl.network.layers.base import Array
from dnnctl.network.weight_ema import taken


class NumpyEngine:
    """A network in NumPy alone.

    Args:
        task: The network, its loss and its optimizer.
        hardware: Where and how to compute.
    """

    device = "cpu"

    def __init__(self, task: NetworkTask, hardware: Hardware) -> None:
        self._blas = BlasThreads(task.plan, hardware.threads)
        self.threads = {"blas": self._blas.number}
        self.replicas = 1
        # Seconds that the steps waited for their rows.
        self.waited = 0.0
        self._task = task
        self._dtype = task.dtype
        self.network = NumpyNetwork(task.plan, task.preprocessing, task.weights, seed=task.seed, dtype=task.dtype)
        # What answers: the network itself, or the one that has the running average of its weights.
        self._answering = self.network
        if task.weight_averaging is not None:
            self._answering = NumpyNetwork(task.plan, task.preprocessing, task.weights, dtype=task.dtype)
        self.loss = task.loss.to_numpy()
        self._class_weights = None if task.class_weights is None else np.array(task.class_weights)
        theta = self.network.theta
        self.optimizer = task.optimizer.to_numpy(self.network.slices, len(theta), task.dtype)
        self._rows: Rows = ArrayRows(np.zeros((0, 0), self._dtype))
        # Whether they are as the first layer takes them, or prepared batch by batch.
        self._ready = False
        self._changed: PrefetchedRows | None = None
        self._gathered = self._batch = np.zeros((0, 0), self._dtype)
        self._divisor: float | None = None
        self._training_rows: TrainingRows | None = None
        self._order: Order = np.zeros(0, np.int64)
        self._position = self._batch_size = self._epoch = 0

    @property
    def optimizer_steps(self) -> int:
        """Steps the optimizer has counted."""
        return self.optimizer.steps

    def set_training_rows(self, rows: TrainingRows) -> None:
        """Hold the rows to learn from, and the order in which each epoch visits them."""
        x, augmenter = rows.x, rows.augmenter
        self._changed = PrefetchedRows(x, augmenter) if augmenter is not None else None
        # Bytes are gathered four times as fast as what they become, so images are scaled batch by batch.
        self._divisor = self._task.preprocessing.divisor if x.dtype == np.uint8 else None
        # Numbers that are in memory anyway are prepared once, not at each visit.
        self._ready = isinstance(x, ArrayRows) and self._divisor is None and augmenter is None
        if isinstance(x, ArrayRows) and self._ready:
            x = ArrayRows(self._task.preprocessing.prepare(x.array, self._dtype))
        self._rows, self._training_rows = x, rows
        gathered = 0 if augmenter is not None else rows.batch_size
        self._gathered = np.empty((gathered, *x.shape[1:]), x.dtype)
        scaled = rows.batch_size if self._divisor is not None else 0
        self._batch = np.empty((scaled, self._task.plan.inputs), self._dtype)

    def skip(self, batches: int) -> int:
        """Go past the next batches of the epoch without learning from them; return how many rows they have."""
        return sum(len(self._next_batch()[0]) for _ in range(batches))

    def stages(self) -> list[PipelineStage]:
        """Return what brings the rows that are held to the steps."""
        if self._training_rows is None:
            raise ValueError("set_training_rows comes before stages")
        size, x, y = self._training_rows.batch_size, self._rows, self._training_rows.targets
        raw = {"x": described(x.dtype, (size, *x.shape[1:])), "y": described(y.dtype, (size, *y.shape[1:]))}
        told = "the rows of one batch, in the epoch's order"
        gather = PipelineStage("gather", raw, told if self._changed is None else f"{told}; changed ahead by threads")
        ready = {"x": described(np.dtype(self._dtype), (size, self._task.plan.inputs)), "y": raw["y"]}
        return [gather, PipelineStage("prepare", ready, "scaled and flattened for the first layer; no tf.data here")]

    def release_training_rows(self) -> None:
        """Let go of the rows to learn from."""
        self._training_rows = self._changed = None
        self._rows = ArrayRows(np.zeros((0, 0), self._dtype))

    def start_epoch(self, epoch: int, first: int = 0) -> None:
        """Begin to visit the rows in the epoch's order, at the batch `first`."""
        if self._training_rows is None:
            raise ValueError("set_training_rows comes before start_epoch")
        order, size = self._training_rows.order(epoch), self._training_rows.batch_size
        if self._changed is not None:
            self._changed.start(order, epoch, first * size)
        self._order, self._position, self._batch_size, self._epoch = order, first * size, size, epoch
        self.threads = {"blas": self._blas.choose(size)}

    def run(self, learning_rates: Sequence[float]) -> Steps:
        """Take one step for each learning rate, on the next batches of the epoch."""
        losses, logits = [], []
        # A training that diverges is found by its loss, with a message of its own.
        with np.errstate(over="ignore", invalid="ignore"), self._blas.limited():
            for learning_rate in learning_rates:
                loss, said = self._step(learning_rate)
                losses.append(loss)
                logits.append(said.copy())
        return Steps(np.array(losses, self._dtype), np.concatenate(logits))

    def _step(self, learning_rate: float) -> tuple[float, Array]:
        """Take one optimizer step and return the batch's loss and logits."""
        x, targets = self._next_batch()
        for layer in self.network.layers:
            layer.at(self.optimizer.steps)
        logits = self.network.forward(x, training=True)
        loss, dlogits = loss_gradient(self.loss, logits, targets)
        loss += self.network.penalty()
        self.network.backward(dlogits)
        self.optimizer.step(self.network.theta, self.network.gradient, learning_rate)
        self.network.constrain()
        if self._task.weight_averaging is not None:
            share = taken(self._task.weight_averaging, self.optimizer.steps - 1)
            self._answering.follow(self.network, share)
        return loss, logits

    def _next_batch(self) -> tuple[Array, Targets]:
        """Return the next rows of the epoch, prepared, and what they are compared with."""
        begun = time.perf_counter()
        index = self._order[self._position : self._position + self._batch_size]
        self._position += len(index)
        x, blend = self._prepared(index), None
        if self._task.mix_up is not None:
            number = (self._position - 1) // self._batch_size
            blend = mixture(len(index), self._task.mix_up, self._task.seed, self._epoch, number)
            x = blend.mix(x)
        targets = batch_targets(self._targets(index), self._dtype, self._class_weights, blend)
        self.waited += time.perf_counter() - begun
        return x, targets

    def _targets(self, index: NDArray[Any]) -> NDArray[Any]:
        """Return the targets of some rows in the type that is computed in; labels are whole numbers."""
        assert self._training_rows is not None
        targets = self._training_rows.targets.take(index)
        return targets if targets.dtype.kind == "i" else targets.astype(self._dtype, copy=False)

    def _prepared(self, index: NDArray[Any]) -> Array:
        """Return the rows of the next batch as the first layer takes them."""
        if self._changed is not None:
            return self._task.preprocessing.prepare(self._changed.take(len(index)), self._dtype)
        gathered = self._rows.take(index, out=self._gathered[: len(index)])
        if self._ready:
            return gathered
        if self._divisor is None:
            return self._task.preprocessing.prepare(gathered, self._dtype)
        batch = self._batch[: len(index)]
        np.copyto(batch, gathered.reshape(len(index), -1))
        batch *= self._batch.dtype.type(1 / self._divisor)
        return batch

    def logits(self, x: NDArray[Any]) -> NDArray[Any]:
        """Return what the network says of raw rows (n, ...) before the last activation, (n, outputs)."""
        return self._answering.logits(x)

    def penalty(self) -> float:
        """Return what the weights' penalties add to the loss."""
        return self._answering.penalty()

    def weights(self) -> dict[str, NDArray[Any]]:
        """Return a copy of every weight, by the names of the plan."""
        return self._answering.weights()

    def set_weights(self, weights: dict[str, NDArray[Any]]) -> None:
        """Replace every weight."""
        for network in (self.network, self._answering):
            network.set_weights(weights)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return a copy of the weights and of what the optimizer keeps."""
        weights = {
            f"{part}/{name}": array
            for part, network in self._networks().items()
            for name, array in network.weights().items()
        }
        slots = {name: array.copy() for name, array in self._slots().items()}
        numbers = {f"optimizer/{name}": np.array(value, self._dtype) for name, value in self.optimizer.scalars.items()}
        return {**weights, **slots, **numbers, "optimizer/steps": np.array(self.optimizer.steps, np.int64)}

    def set_state(self, state: dict[str, NDArray[Any]]) -> None:
        """Go back to what `state` returned.

        Raises:
            ModelError: If a name is missing or too many, or a shape or type does not fit.
        """
        check_state(self.state(), state)
        for part, network in self._networks().items():
            network.set_weights({name: state[f"{part}/{name}"] for name in self._task.plan.shapes})
        for name, array in self._slots().items():
            array[...] = state[name]
        for name in self.optimizer.scalars:
            self.optimizer.scalars[name] = float(state[f"optimizer/{name}"])
        self.optimizer.steps = int(state["optimizer/steps"])

    def _slots(self) -> dict[str, Array]:
        """Return the optimizer's running values for each weight, as `optimizer/velocity/dense_1/kernel`."""
        shapes, slices = self._task.plan.shapes, self.network.slices
        return {
            f"optimizer/{slot}/{name}": values[here].reshape(shapes[name])
            for slot, values in self.optimizer.state.items()
            for name, here in slices.items()
        }

    def _networks(self) -> dict[str, NumpyNetwork]:
        """Return the networks whose weights are part of the state."""
        averaged = {"average": self._answering} if self._answering is not self.network else {}
        return {"network": self.network, **averaged}

    def inspect(self, x: NDArray[Any], y: NDArray[Any]) -> list[LayerStatistics]:
        """Return how each layer behaves on raw rows (n, ...) with prepared targets, as after training."""
        return self.network.inspect(self._task.loss, x, y)

    def save_model(self, path: Path) -> None:
        """Write the whole network for plain Keras: raw rows in, answers out, no optimizer inside."""
        write_keras_file(path, self._task.plan, self._task.preprocessing, self.weights(), self._task.seed, self._dtype)
