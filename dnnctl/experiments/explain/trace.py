"""What a training step does: what goes forward, what comes back, and by how much the weights change."""

from dataclasses import dataclass, field, replace

import numpy as np

from dnnctl.config.loading import LoadedConfig
from dnnctl.datasets.base import DownloadProgress, silent
from dnnctl.engines.numpy.network import NumpyNetwork
from dnnctl.engines.numpy.targets import loss_gradient
from dnnctl.errors import UsageError
from dnnctl.experiments.explain.gradient_problems import GradientProblem, gradient_problems
from dnnctl.experiments.explain.layer_recorder import LayerRecord, Recorder
from dnnctl.experiments.explain.training_batch import batch_of
from dnnctl.network.initial_weights import initial_weights
from dnnctl.network.layers.base import Array
from dnnctl.notebook import Shown, Tabular
from dnnctl.training.preparation import Prepared, prepare

# The numbers themselves are kept while no array has more rows or columns than this.
SMALL = 8


@dataclass(frozen=True)
class WeightStep:
    """What a step does to one array of weights.

    Args:
        layer: The layer that owns it.
        weight: Its name there.
        norm: Its Euclidean norm before the step.
        gradient: Euclidean norm of the loss's gradient with respect to it, penalties included.
        update: Euclidean norm of its change.
    """

    layer: str
    weight: str
    norm: float
    gradient: float
    update: float

    @property
    def relative(self) -> float | None:
        """The change as a share of the array itself; None if that was 0."""
        return self.update / self.norm if self.norm else None


@dataclass(frozen=True)
class Numbers:
    """All numbers of a step in a network small enough to print them.

    Args:
        x: The rows as the first layer takes them, (rows, inputs).
        y_true: Their targets.
        before: Each weight before the step, by its full name.
        gradient: The loss's gradient with respect to each trainable weight.
        after: Each weight after the step; moving statistics among them.
    """

    x: Array
    y_true: Array
    before: dict[str, Array]
    gradient: dict[str, Array]
    after: dict[str, Array]


@dataclass(frozen=True)
class StepTrace:
    """One optimizer step.

    Args:
        step: The step, counted from 1.
        learning_rate: How far it went.
        loss: Loss of its rows before the step, penalties included.
        penalty: The penalties in it.
        layers: What was seen at each layer, in order.
        weights: What happened to each trainable array.
        numbers: The numbers themselves, if there are few.
    """

    step: int
    learning_rate: float
    loss: float
    penalty: float
    layers: tuple[LayerRecord, ...]
    weights: tuple[WeightStep, ...]
    numbers: Numbers | None = field(repr=False)


@dataclass(frozen=True, repr=False)
class Trace(Tabular):
    """The first steps of a training.

    Args:
        name: The configuration's name.
        rows: Rows of a step.
        loss: Name of the loss.
        optimizer: Name of the optimizer.
        steps: The steps looked at.
        problems: What is wrong with them, as vanishing gradients.
    """

    name: str
    rows: int
    loss: str
    optimizer: str
    steps: tuple[StepTrace, ...]
    problems: tuple[GradientProblem, ...]

    def _shown(self) -> Shown:
        rows = [(each.step, each.learning_rate, each.loss, each.penalty) for each in self.steps]
        heading = f"Trace of {self.name}: {self.loss}, {self.optimizer}, {self.rows} rows a step"
        problems = [problem.sentence for problem in self.problems]
        return heading, ("step", "learning rate", "loss", "of it penalties"), rows, problems


def trace(
    loaded: LoadedConfig, *, steps: int = 1, rows: int | None = None, progress: DownloadProgress = silent
) -> Trace:
    """Take the first steps of a training and look at some of them: the 1st, 2nd, 5th, 10th, ..., and the last.

    They are the very steps that training takes with the NumPy engine: the same weights, rows and learning
    rates. If the loss stops being a finite number, so do the steps.

    Args:
        loaded: A checked configuration.
        steps: Steps to take, at least 1.
        rows: Rows a step, at least 1; the configuration's batch size if None.
        progress: Called with a file's name, bytes done and bytes in all during a download.

    Raises:
        DataError: If the data is missing or damaged.
        UsageError: If `steps` or `rows` is below 1.
    """
    for name, value in (("steps", steps), ("rows", rows)):
        if value is not None and value < 1:
            raise UsageError(f"`{name}`: expected at least 1; received {value}")
    prepared = prepare(loaded if rows is None else _with_batch_size(loaded, rows), progress)
    stepper = _Stepper(prepared)
    found = []
    # A step that overflows is something to be shown, not to be warned of.
    with np.errstate(all="ignore"):
        for step in range(steps):
            look = stepper.take(step)
            if _worth_showing(step + 1, steps) or not np.isfinite(look.loss):
                found.append(look)
            if not np.isfinite(look.loss):
                break
    training = prepared.config.training
    taken = tuple(found)
    keys = {layer.name: layer.spec.key for layer in prepared.plan.layers}
    return Trace(
        prepared.config.name,
        prepared.batch_size,
        training.loss.key,
        training.optimizer.key,
        taken,
        tuple(gradient_problems(keys, [(t.step, t.loss, t.layers) for t in taken])),
    )


def _with_batch_size(loaded: LoadedConfig, rows: int) -> LoadedConfig:
    config = loaded.config
    data = config.data.model_copy(update={"batch_size": rows})
    return replace(loaded, config=config.model_copy(update={"data": data}))


def _worth_showing(step: int, last: int) -> bool:
    """Tell whether a step, counted from 1, is 1, 2 or 5 times a power of ten, or the last one."""
    return step == last or (str(step)[0] in "125" and set(str(step)[1:]) <= {"0"})


class _Stepper:
    """Takes optimizer steps as the NumPy engine does, and watches each.

    Args:
        prepared: A training that is ready to begin.
    """

    def __init__(self, prepared: Prepared) -> None:
        config, plan = prepared.config, prepared.plan
        self._prepared = prepared
        self._dtype = config.training.dtype
        weights = initial_weights(plan, config.seed, self._dtype)
        self._network = NumpyNetwork(plan, prepared.preprocessing, weights, seed=config.seed, dtype=self._dtype)
        self._loss = config.training.loss.to_numpy()
        sizes = self._network.theta.size
        self._optimizer = config.training.optimizer.to_numpy(self._network.slices, sizes, self._dtype)
        widths = [plan.inputs, *(layer.outputs for layer in plan.layers)]
        self._small = max(prepared.batch_size, *widths) <= SMALL
        planned = zip(plan.layers, self._network.layers, strict=False)
        self._recorders = [Recorder(layer.name, inner, keep=self._small) for layer, inner in planned]
        self._network.layers = list(self._recorders)
        last = plan.layers[-1]
        self._activation = Recorder(last.name, last.spec.to_numpy(0, self._dtype), keep=self._small)

    def take(self, step: int) -> StepTrace:
        """Take a step, counted from 0, and return what was seen."""
        network = self._network
        batch = batch_of(self._prepared, step, self._dtype)
        schedule = self._prepared.config.training.optimizer.learning_rate
        rate = schedule.rate(step, self._prepared.length)
        for layer in network.layers:
            layer.at(step)
        before = network.weights()
        logits = network.forward(batch.x, training=True)
        penalty = network.penalty()
        value, dlogits = loss_gradient(self._loss, logits, batch.targets)
        loss = value + penalty
        network.backward(dlogits)
        self._activation.forward(logits, training=False)
        gradient = network.gradients()
        self._optimizer.step(network.theta, network.gradient, rate)
        network.constrain()
        after = network.weights()
        seen = tuple(recorder.seen() for recorder in (*self._recorders, self._activation))
        weights = tuple(_weight_step(name, before[name], g, after[name]) for name, g in gradient.items())
        numbers = Numbers(batch.x, batch.y, before, gradient, after) if self._small else None
        return StepTrace(step + 1, rate, loss, penalty, seen, weights, numbers)


def _weight_step(name: str, before: Array, gradient: Array, after: Array) -> WeightStep:
    layer, weight = name.split("/", maxsplit=1)
    norms = (float(np.linalg.norm(array.astype(np.float64))) for array in (before, gradient, after - before))
    return WeightStep(layer, weight, *norms)
