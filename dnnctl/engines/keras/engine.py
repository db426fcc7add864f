"""The Keras engine: rows out of a `tf.data.Dataset`, and optimizer steps in one graph."""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.data.training_rows import TrainingRows
from dnnctl.engines.base import ASKED_AT_ONCE, Hardware, LayerStatistics, NetworkTask, PipelineStage, Steps, check_state
from dnnctl.engines.keras import runtime
from dnnctl.engines.keras.build import assign, build_layers, keras_optimizer, optimizer_variables, variables
from dnnctl.engines.keras.float64 import computing_in
from dnnctl.engines.keras.forward import preprocess
from dnnctl.engines.keras.pipeline import InputPipeline
from dnnctl.engines.keras.portions import Portions
from dnnctl.engines.keras.replicas import find_replicas
from dnnctl.engines.keras.step import TrainingStep
from dnnctl.engines.keras.train_function import StepGraphs, pays
from dnnctl.engines.keras_file import write_keras_file
from dnnctl.engines.numpy.network import NumpyNetwork
from dnnctl.memory import blocks

PREDICTION_BATCH = ASKED_AT_ONCE["keras"]


class KerasEngine:
    """A network in Keras on TensorFlow.

    Args:
        task: The network, its loss and its optimizer.
        hardware: Where and how to compute.
    """

    def __init__(self, task: NetworkTask, hardware: Hardware) -> None:
        self._tf = runtime.start(hardware, task.plan)
        self._replicas = find_replicas(self._tf, hardware)
        self._task = task
        self._number = task.dtype
        self.device = runtime.device_name(self._tf, hardware.device)
        self.threads = runtime.threads_in_use(self._tf)
        self.replicas = self._replicas.count
        with self._context(), self._replicas.noticed(), self._replicas.variables():
            self._layers = build_layers(task)
            # What answers: the layers that learn, or others that have the running average of their weights.
            self._answering = self._layers if task.weight_averaging is None else build_layers(task)
            self._learning = variables(task.plan, self._layers)
            trained = [v for v in self._learning.values() if v.trainable]
            self._optimizer = keras_optimizer(
                task.optimizer, task.dtype, task.half, replicated=self._replicas.count > 1
            )
            self._optimizer.build(trained)
        self._variables = variables(task.plan, self._answering)
        averages = [(average, self._learning[name]) for name, average in self._variables.items()]
        averages = [] if task.weight_averaging is None else averages
        with self._context():
            self._step = TrainingStep(self._tf, task, self._layers, self._optimizer, trained, averages, self._replicas)
            # Steps taken, those that float16 skipped included: dropout's masks are a function of it.
            self._taken = self._tf.Variable(0, dtype="int64", trainable=False, name="steps_taken")
        self._portions: Portions | None = None
        self._pipeline: InputPipeline | None = None
        self._graphs: StepGraphs | None = None
        self._jit, self._room, self._left = hardware.jit, 0, 0
        self._forward: dict[str, Any] = {}

    @contextlib.contextmanager
    def _context(self) -> Iterator[None]:
        """Compute on this engine's device, in its precision."""
        with computing_in(self._number), self._tf.device(self.device):
            yield

    @property
    def optimizer_steps(self) -> int:
        """Steps taken, those included that float16 skipped and Keras's optimizer did not count."""
        return int(self._taken.numpy())

    def set_training_rows(self, rows: TrainingRows) -> None:
        """Hold the rows to learn from, and the order in which each epoch visits them."""
        self.release_training_rows()
        task = self._task
        self._portions = Portions(rows, self._number, task.mix_up, task.seed, self._replicas.part)
        self._pipeline = InputPipeline(self._tf, self._portions, self.device)
        self._step.most_rows = rows.batch_size
        elements, outputs = self._portions.elements, task.plan.outputs
        self._graphs = StepGraphs(self._tf, self._step, self._taken, outputs, self._number, elements)

    def start_epoch(self, epoch: int, first: int = 0) -> None:
        """Begin to visit the rows in the epoch's order, at the batch `first`."""
        if self._portions is None or self._pipeline is None:
            raise ValueError("set_training_rows comes before start_epoch")
        batches = self._portions.rows.batches
        self._pipeline.seek(epoch * batches + first)
        self._left = batches - first
        compiled = pays(self._task.plan, batches, self.device) if self._jit is None else self._jit
        self._room = self._portions.batches if compiled and self._replicas.count == 1 else 0

    def run(self, learning_rates: Sequence[float]) -> Steps:
        """Take one step for each learning rate, on the next batches of the epoch."""
        if self._portions is None or self._pipeline is None or self._graphs is None:
            raise ValueError("set_training_rows comes before run")
        if len(learning_rates) > self._left:
            raise ValueError(f"the epoch has no {len(learning_rates)} batches left; start_epoch begins the next one")
        self._left -= len(learning_rates)
        rates = np.asarray(learning_rates, self._number)
        losses, logits, done = [], [], 0
        with self._context(), self._replicas.noticed():
            while done < len(rates):
                stretch = self._pipeline.take(len(rates) - done)
                here = rates[done : done + len(stretch)]
                for each, said in self._graphs.run(stretch, here, self._portions.rows.batch_size, self._room):
                    losses.append(each)
                    logits.append(said)
                done += len(stretch)
        return Steps(np.concatenate(losses), np.concatenate(logits))

    def skip(self, batches: int) -> int:
        """Go past the next batches of the epoch without learning from them; return how many rows they have."""
        if self._pipeline is None:
            raise ValueError("set_training_rows comes before skip")
        rows, left = 0, batches
        while left:
            stretch = self._pipeline.take(left)
            rows += int(stretch.starts[-1] - stretch.starts[0])
            left -= len(stretch)
        self._left -= batches
        return rows

    def stages(self) -> list[PipelineStage]:
        """Return the stages of the data set that brings the rows that are held to the steps."""
        if self._pipeline is None:
            raise ValueError("set_training_rows comes before stages")
        return self._pipeline.stages()

    @property
    def waited(self) -> float:
        """Seconds for which steps waited for their rows."""
        return 0.0 if self._pipeline is None else self._pipeline.waited

    def release_training_rows(self) -> None:
        """Let go of the rows to learn from, and stop preparing them."""
        if self._pipeline is not None:
            self._pipeline.close()
        self._portions = self._pipeline = self._graphs = None

    def logits(self, x: NDArray[Any]) -> NDArray[Any]:
        """Return what the network says of raw rows (n, ...) before the last activation, (n, outputs)."""
        result = np.zeros((len(x), self._task.plan.outputs), self._number)
        with self._context():
            forward = self._forward_of(x)
            for here in blocks(len(x), PREDICTION_BATCH):
                result[here] = forward(x[here]).numpy()
        return result

    def _forward_of(self, x: NDArray[Any]) -> Any:
        """Return the graph from raw rows of this type to logits, for any number of them."""
        tf, key = self._tf, str(x.dtype)

        def forward(x: Any) -> Any:
            value = preprocess(tf, self._task.preprocessing, x, self._number)
            for layer in self._answering[:-1]:
                value = layer(value, training=False)
            return tf.cast(value, self._number)

        if key not in self._forward:
            signature = [tf.TensorSpec((None, *x.shape[1:]), x.dtype)]
            graph = tf.function(forward, autograph=False, input_signature=signature)
            # Traced once; but TensorFlow counts by the line of code, and warns at the fifth network of an ensemble.
            graph._omit_frequent_tracing_warning = True
            self._forward[key] = graph
        return self._forward[key]

    def penalty(self) -> float:
        """Return what the weights' penalties add to the loss."""
        return float(sum(float(penalty) for layer in self._answering for penalty in layer.losses))

    def weights(self) -> dict[str, NDArray[Any]]:
        """Return a copy of every weight, by the names of the plan."""
        return {name: np.array(variable.numpy()) for name, variable in self._variables.items()}

    def set_weights(self, weights: dict[str, NDArray[Any]]) -> None:
        """Replace every weight.

        Raises:
            ModelError: If a name is missing or too many, or a shape does not fit.
        """
        for layers in (self._layers, self._answering):
            assign(self._task.plan, layers, weights)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return a copy of every variable that decides the next steps: weights, the optimizer's, and their number."""
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
        """Return the variables by names that hold in every process, whatever Keras calls them."""
        trained = [name for name, variable in self._learning.items() if variable.trainable]
        found = {f"network/{name}": variable for name, variable in self._learning.items()}
        if self._answering is not self._layers:
            found |= {f"average/{name}": variable for name, variable in self._variables.items()}
        found |= optimizer_variables(self._task.optimizer, self._optimizer, trained)
        return {**found, "steps": self._taken}

    def inspect(self, x: NDArray[Any], y: NDArray[Any]) -> list[LayerStatistics]:
        """Return how each layer behaves on raw rows (n, ...) with prepared targets, as after training."""
        # In NumPy: TensorFlow takes 0.1 ms to start each of 200 operations, and has no graph of them to start at once.
        task = self._task
        learning = {name: variable.numpy() for name, variable in self._learning.items()}
        return NumpyNetwork(task.plan, task.preprocessing, learning, dtype=self._number).inspect(task.loss, x, y)

    def save_model(self, path: Path) -> None:
        """Write the whole network for plain Keras: raw rows in, answers out, no optimizer inside."""
        task = self._task
        write_keras_file(path, task.plan, task.preprocessing, self.weights(), task.seed, self._number)
