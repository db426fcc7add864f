"""What training asks of an engine, whichever framework is behind it.

An engine runs optimizer steps and says what came of each; it knows nothing of epochs' ends, early
stopping, files or screens. That part is written once, in `training/`, and is the same for all engines.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from numpy.typing import NDArray

from dnnctl.data.preprocessing import Preprocessing
from dnnctl.data.training_rows import TrainingRows
from dnnctl.engines.cluster import Cluster
from dnnctl.errors import ModelError
from dnnctl.network.losses.base import LossSpec
from dnnctl.network.optimizers.base import OptimizerSpec
from dnnctl.network.plan import NetworkPlan

# Optimizer steps that are taken in one go at most: more of them gain nothing.
STEPS_AT_ONCE = 64

# Rows that go through the network at a time when it is asked rather than trained. Sums over other numbers of rows may
# be rounded in another order, so neither engine's can change without changing the last bits of results.
ASKED_AT_ONCE = {"keras": 4096, "numpy": 2048}


class LostError(ModelError):
    """A sum over several machines did not come about, or a message did not arrive: one of them has stopped."""


@dataclass(frozen=True)
class NetworkTask:
    """Everything that decides what a network computes, and how it is to learn.

    Args:
        plan: The layers.
        preprocessing: From raw rows to the first layer, and back to the target's unit.
        loss: What is made small.
        optimizer: How.
        seed: Decides what layers draw while training.
        weights: The weights to start from, by the names of `plan.shapes`.
        dtype: Type of weights, losses and answers: `float32` or `float64`.
        half: `bfloat16` or `float16` to compute training steps in; None computes them in `dtype`.
        class_weights: How much the rows of each class count in the loss, (classes,); None for 1 each.
        mix_up: Alpha of the Beta distribution by which the rows of a batch are blended; None does not blend them.
        weight_averaging: How much of the running average of the weights is kept at a step; None keeps no average.
    """

    plan: NetworkPlan
    preprocessing: Preprocessing
    loss: LossSpec
    optimizer: OptimizerSpec
    seed: int
    weights: dict[str, NDArray[Any]]
    dtype: str = "float32"
    half: str | None = None
    class_weights: tuple[float, ...] | None = None
    mix_up: float | None = None
    weight_averaging: float | None = None


@dataclass(frozen=True)
class Hardware:
    """Where and how to compute.

    Args:
        device: `auto`, `cpu`, `gpu`, or `gpus` for all GPUs of this machine.
        threads: Threads for one operation; None lets the engine choose.
        deterministic: Whether to allow only operations whose results never depend on timing.
        jit: Whether to compile a step by XLA, Keras only; None does where it pays.
        cpus: Devices that the processor stands for; more than one to try several devices without having them.
        cluster: The machines that train together; None for this one alone.
    """

    device: str = "auto"
    threads: int | None = None
    deterministic: bool = False
    jit: bool | None = None
    cpus: int = 1
    cluster: Cluster | None = None


@dataclass(frozen=True)
class Steps:
    """What came of a few optimizer steps.

    Args:
        losses: Loss of each step, penalties included, (steps,).
        logits: What the network said of the rows it trained on, before the last activation, in the order
            they were visited, (rows, outputs).
    """

    losses: NDArray[Any]
    logits: NDArray[Any]


@dataclass(frozen=True)
class LayerStatistics:
    """How a layer behaves on a few rows.

    Args:
        layer: Its name.
        mean: Mean of its outputs.
        std: Standard deviation of its outputs.
        zeros: Share of outputs that are exactly 0.
        gradient: Euclidean norm of the loss's gradient with respect to its weights; 0 without weights.
    """

    layer: str
    mean: float
    std: float
    zeros: float
    gradient: float


@dataclass(frozen=True)
class PipelineStage:
    """One stage of what brings rows to the steps.

    Args:
        name: What it is, as `map(gather)`.
        elements: Type and shape of each array that it hands on, by what the array holds.
        told: What it does, in words.
    """

    name: str
    elements: dict[str, str]
    told: str


class Engine(Protocol):
    """A network in some framework.

    Args:
        device: Where it computes, as `cpu`.
        threads: Threads in use by their kind, as `{"intra_op": 1, "inter_op": 2}`.
        replicas: Devices of all machines, each of which has a part of every batch.
    """

    device: str
    replicas: int
    threads: dict[str, int]

    @property
    def waited(self) -> float:
        """Seconds for which steps waited for their rows."""

    @property
    def optimizer_steps(self) -> int:
        """Steps taken, those included whose gradient overflowed, so that they changed nothing."""

    def set_training_rows(self, rows: TrainingRows) -> None:
        """Hold the rows to learn from, and the order in which each epoch visits them."""

    def start_epoch(self, epoch: int, first: int = 0) -> None:
        """Begin to visit the rows.

        Args:
            epoch: The epoch, counted from 0: it decides the order, how pictures are changed and rows blended.
            first: Batch to begin with, counted from 0; those before it are left out.
        """

    def skip(self, batches: int) -> int:
        """Go past the next batches of the epoch without learning from them; return how many rows they have."""

    def stages(self) -> list[PipelineStage]:
        """Return what brings the rows that are held to the steps, from the first stage to the last."""

    def release_training_rows(self) -> None:
        """Let go of the rows to learn from, and stop preparing them; `set_training_rows` comes before other steps."""

    def run(self, learning_rates: Sequence[float]) -> Steps:
        """Take one step for each learning rate, on the next batches of the epoch."""

    def logits(self, x: NDArray[Any]) -> NDArray[Any]:
        """Return what the network says of raw rows (n, ...) before the last activation, (n, outputs).

        It answers with the running average of its weights, where one is kept.
        """

    def penalty(self) -> float:
        """Return what the weights' penalties add to the loss."""

    def weights(self) -> dict[str, NDArray[Any]]:
        """Return a copy of every weight that answers, by the names of the plan: the averaged ones, if there are."""

    def set_weights(self, weights: dict[str, NDArray[Any]]) -> None:
        """Replace every weight."""

    def state(self) -> dict[str, NDArray[Any]]:
        """Return a copy of everything that decides what the next steps do.

        The names are written out and the same in every process, and in both engines where the thing is the same:

        - `network/<weight>`, `average/<weight>` of averaged ones: weights and moving statistics by the plan's names,
        - `optimizer/steps`, `optimizer/<slot>/<weight>`, `optimizer/<scalar>`: what the optimizer keeps,
        - `steps`, `loss_scale/...`: steps taken where float16 skips some of the optimizer's, and its scale.
        """

    def set_state(self, state: dict[str, NDArray[Any]]) -> None:
        """Go back to what `state` returned; raises `ModelError` if it is that of another network."""

    def save_model(self, path: Path) -> None:
        """Write the whole network for plain Keras: raw rows in, answers out, no optimizer inside."""

    def inspect(self, x: NDArray[Any], y: NDArray[Any]) -> list[LayerStatistics]:
        """Return how each layer behaves on raw rows (n, ...) with prepared targets, as after training."""


def described(dtype: Any, shape: Sequence[int]) -> str:
    """Return a type and a shape in words, as `uint8 (128, 28, 28)`."""
    return f"{dtype} ({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def check_weights(plan: NetworkPlan, weights: dict[str, NDArray[Any]]) -> None:
    """Raise `ModelError` unless the weights have the plan's names and shapes."""
    expected = {name: f"shape {shape}" for name, shape in plan.shapes.items()}
    received = {name: f"shape {array.shape}" for name, array in weights.items()}
    _check("the weights do not fit the network", expected, received)


def check_state(own: dict[str, NDArray[Any]], state: dict[str, NDArray[Any]]) -> None:
    """Raise `ModelError` unless a state has the names, shapes and types of an engine's own.

    Args:
        own: What the engine's `state` returns.
        state: What is to take its place.
    """
    expected, received = (
        {name: f"{array.dtype} {array.shape}" for name, array in arrays.items()} for arrays in (own, state)
    )
    _check("the state does not fit the network and its optimizer", expected, received)


def _check(what: str, expected: dict[str, str], received: dict[str, str]) -> None:
    """Raise `ModelError` unless the same names are described in the same words."""
    problems = [f"{name} is missing" for name in expected if name not in received]
    problems += [f"{name} is not in this network" for name in received if name not in expected]
    problems += [
        f"{name}: expected {expected[name]}, received {found}"
        for name, found in received.items()
        if found != expected.get(name, found)
    ]
    if problems:
        raise ModelError(f"{what}: " + "; ".join(problems[:6]))
