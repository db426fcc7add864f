"""The Keras engine: a tf.data pipeline over rows held once, and optimizer steps in one graph."""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.engines.base import Hardware, LayerFigures, NetworkTask, Steps, check_state
from dnnctl.engines.keras import runtime
from dnnctl.engines.keras.build import assign, build_layers, build_models, variables
from dnnctl.engines.keras.inspection import inspect_layers
from dnnctl.engines.keras.learning import keras_loss, keras_optimizer
from dnnctl.engines.keras.pipeline import EpochBatches
from dnnctl.files import write_with

PREDICTION_BATCH = 4096


class KerasEngine:
    """A network in Keras on TensorFlow.

    Args:
        task: The network, its loss and its optimizer.
        hardware: Where and how to compute.
    """

    def __init__(self, task: NetworkTask, hardware: Hardware) -> None:
        self._tf = runtime.start(hardware)
        self._task = task
        self.device = runtime.device_name(self._tf, hardware.device)
        with self._context():
            self._layers = build_layers(task)
            self._to_logits, self._whole = build_models(task, self._layers)
            self._loss = keras_loss(task.loss, task.plan.outputs, task.dtype)
            self._optimizer = keras_optimizer(task.optimizer, task.dtype)
            self._optimizer.build(self._to_logits.trainable_variables)
        self._variables = variables(task.plan, self._layers)
        self._batches: EpochBatches | None = None
        self._epoch: Any = None
        self._run = self._tf.function(self._steps, autograph=False, reduce_retracing=True)
        self._forward = self._tf.function(
            lambda x: self._to_logits(x, training=False), autograph=False, reduce_retracing=True
        )

    @contextlib.contextmanager
    def _context(self) -> Iterator[None]:
        """Compute on this engine's device; what Keras makes here (as a learning rate) has its precision."""
        import keras

        before = keras.config.floatx()
        keras.config.set_floatx(self._task.dtype)
        try:
            with self._tf.device(self.device):
                yield
        finally:
            keras.config.set_floatx(before)

    @property
    def optimizer_steps(self) -> int:
        """Steps that Keras's optimizer has counted."""
        return int(self._optimizer.iterations.numpy())

    def set_training_rows(self, x: NDArray[Any], y: NDArray[Any]) -> None:
        """Hold the rows to learn from: raw inputs (n, ...), prepared targets (n,) or (n, targets)."""
        with self._context():
            self._batches = EpochBatches(self._tf, x, y, self._task.dtype)

    def start_epoch(self, order: NDArray[Any], batch_size: int, first: int = 0) -> None:
        """Begin to visit the rows in an order, (n,), in batches of a size, at the batch `first`."""
        if self._batches is None:
            raise ValueError("set_training_rows comes before start_epoch")
        self._epoch = self._batches.iterator(order, batch_size)
        for _ in range(first):
            next(self._epoch)

    def run(self, learning_rates: Sequence[float]) -> Steps:
        """Take one step for each learning rate, on the next batches of the epoch."""
        rates = self._tf.constant(np.asarray(learning_rates, self._task.dtype))
        with self._context():
            losses, logits = self._run(self._epoch, rates)
        return Steps(losses.numpy(), logits.numpy())

    def _steps(self, batches: Any, rates: Any) -> tuple[Any, Any]:
        """Take steps inside a graph; traced once.

        The loop is written out as `tf.while_loop`: AutoGraph, which would turn a `for` into one, rewrites source
        code and depends on the Python version.
        """
        tf = self._tf
        count = tf.shape(rates)[0]
        shape = [None, self._task.plan.outputs]
        losses = tf.TensorArray(self._task.dtype, size=count)
        outputs = tf.TensorArray(self._task.dtype, size=count, infer_shape=False, element_shape=shape)

        def step(i: Any, losses: Any, outputs: Any) -> tuple[Any, Any, Any]:
            x, y = batches.get_next()
            loss, logits = self._step(x, y, rates[i])
            return i + 1, losses.write(i, loss), outputs.write(i, logits)

        start = (tf.constant(0), losses, outputs)
        _, losses, outputs = tf.while_loop(lambda i, *_: i < count, step, start, parallel_iterations=1)
        return losses.stack(), outputs.concat()

    def _step(self, x: Any, y: Any, learning_rate: Any) -> tuple[Any, Any]:
        """Take one optimizer step and return the batch's loss and logits."""
        tf = self._tf
        self._optimizer.learning_rate = learning_rate
        with tf.GradientTape() as tape:
            logits = self._to_logits(x, training=True)
            loss = self._loss(y, logits)
            if self._to_logits.losses:
                loss += tf.add_n(self._to_logits.losses)
        trained = self._to_logits.trainable_variables
        self._optimizer.apply(tape.gradient(loss, [v.value for v in trained]), trained)
        return loss, logits

    def logits(self, x: NDArray[Any]) -> NDArray[Any]:
        """Return what the network says of raw rows (n, ...) before the last activation, (n, outputs)."""
        parts = []
        with self._context():
            for start in range(0, len(x), PREDICTION_BATCH):
                rows = self._tf.cast(x[start : start + PREDICTION_BATCH], self._task.dtype)
                parts.append(self._forward(rows).numpy())
        return np.concatenate(parts) if parts else np.zeros((0, self._task.plan.outputs), self._task.dtype)

    def penalty(self) -> float:
        """Return what the weights' penalties add to the loss."""
        return float(sum(float(loss) for loss in self._to_logits.losses))

    def weights(self) -> dict[str, NDArray[Any]]:
        """Return a copy of every weight, by the names of the plan."""
        return {name: np.array(variable.numpy()) for name, variable in self._variables.items()}

    def set_weights(self, weights: dict[str, NDArray[Any]]) -> None:
        """Replace every weight.

        Raises:
            ModelError: If a name is missing or too many, or a shape does not fit.
        """
        assign(self._task.plan, self._layers, weights)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return a copy of every variable: of the network (seeds too), of the optimizer, and of this engine."""
        return {name: np.array(variable.numpy()) for name, variable in self._state_variables().items()}

    def set_state(self, state: dict[str, NDArray[Any]]) -> None:
        """Go back to what `state` returned.

        Raises:
            ModelError: If a name is missing or too many, or a shape or type does not fit.
        """
        check_state(self.state(), state)
        for name, variable in self._state_variables().items():
            variable.assign(state[name])

    def _state_variables(self) -> dict[str, Any]:
        """Return the variables by names that hold in every process.

        Keras counts unnamed things, as seed generators, through a whole process, so their place is the name.
        """
        parts = {"network": self._to_logits.variables, "optimizer": self._optimizer.variables}
        found = {f"{part}/{i}/{v.name}": v for part, own in parts.items() for i, v in enumerate(own)}
        own = {name.strip("_"): v for name, v in vars(self).items() if isinstance(v, self._tf.Variable)}
        return found | {f"engine/{name}": variable for name, variable in own.items()}

    def inspect(self, x: NDArray[Any], y: NDArray[Any]) -> list[LayerFigures]:
        """Return how each layer behaves on raw rows (n, ...) with prepared targets, as after training."""
        prepared = self._task.preprocessing.prepare(x, self._task.dtype)
        names = [layer.name for layer in self._task.plan.layers]
        with self._context():
            return inspect_layers(self._tf, names, self._layers, self._loss, prepared, y)

    def save_model(self, path: Path) -> None:
        """Write the whole network for plain Keras: raw rows in, answers out, no optimizer inside."""
        write_with(path, self._whole.save)
