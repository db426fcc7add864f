"""Finding the layer in which a training went wrong.

When the loss is no finite number any more, the weights have usually been spoilt by a step before, and after
it all of them at once, which says nothing. So the steps since the last checkpoint are taken again, which gives
the same numbers, up to where it happens, and the layers are looked at there.
"""

import math
from collections.abc import Callable

from dnnctl.engines.base import STEPS_AT_ONCE, LayerStatistics
from dnnctl.errors import Call
from dnnctl.inference.open import BEFORE_CALL
from dnnctl.network.optimizers.base import OptimizerSpec
from dnnctl.network.schedules import Constant, Schedule
from dnnctl.runs.layout import RunDirectory
from dnnctl.training.checkpoint import Checkpoint
from dnnctl.training.state import TrainingState


def find_layer(
    state: TrainingState, schedule: Schedule, checkpoint: Checkpoint, step: int, stop_requested: Callable[[], bool]
) -> str:
    """Return where a step went wrong, as `the outputs of layer dense_2`; empty if it cannot be told.

    Args:
        state: The training; its engine and its plateau rule are put back to the checkpoint, so it cannot go on.
        schedule: The learning rate of each step.
        checkpoint: The last one before the step.
        step: The first step with a loss that is no finite number, counted from 0.
        stop_requested: Tells whether to give up.
    """
    state.engine.set_state(checkpoint.under("engine"))
    state.plateau.restore(checkpoint.meta.plateau)
    taken = checkpoint.meta.optimizer_steps
    # A gradient that overflows shows in the loss one step later.
    for until in sorted({max(taken, step - 1), step}):
        if not _take_again(state, schedule, taken, until, stop_requested):
            return ""
        taken = until
        found = first_wrong(_inspect_before(state, until))
        if found:
            return found
    return ""


def _take_again(
    state: TrainingState, schedule: Schedule, first: int, until: int, stop_requested: Callable[[], bool]
) -> bool:
    """Take the steps from one to before another with the learning rates that they had; False if it was stopped."""
    per_epoch = state.length.steps_per_epoch
    while first < until:
        epoch, done = divmod(first, per_epoch)
        end = min(until, (epoch + 1) * per_epoch)
        state.engine.start_epoch(epoch, done)
        for start in range(first, end, STEPS_AT_ONCE):
            group = range(start, min(start + STEPS_AT_ONCE, end))
            state.engine.run([state.plateau.rate(schedule.rate(step, state.length)) for step in group])
            if stop_requested():
                return False
        first = end
        if end == (epoch + 1) * per_epoch:
            # An epoch that is over had its row, by which the rate of the next one was decided.
            state.plateau.update(state.trained.history[epoch])
    return True


def _inspect_before(state: TrainingState, step: int) -> list[LayerStatistics]:
    """Return how each layer behaves on the rows of a step that is not taken yet."""
    rows = state.rows
    epoch, batch = divmod(step, state.length.steps_per_epoch)
    index = rows.order(epoch)[batch * rows.batch_size : (batch + 1) * rows.batch_size]
    return state.engine.inspect(rows.shown(index, epoch), rows.targets.take(index))


def first_wrong(layers: list[LayerStatistics]) -> str:
    """Return which layer is the first to give out or get back numbers that are not finite; empty if none is.

    Args:
        layers: The layers in their order: outputs flow forward through them, gradients backward.
    """
    # The squares in a standard deviation overflow long before the outputs themselves do, so it is asked last.
    wrong = [
        *(f"the outputs of layer {layer.layer}" for layer in layers if not math.isfinite(layer.mean)),
        *(f"the gradient of layer {layer.layer}" for layer in reversed(layers) if not math.isfinite(layer.gradient)),
        *(f"the outputs of layer {layer.layer}" for layer in layers if not math.isfinite(layer.std)),
    ]
    return wrong[0] if wrong else ""


def describe(what: str, epoch: int, step: int, layer: str, learning_rate: float, kept: int) -> str:
    """Return the message.

    Args:
        what: What happened, as `the loss became nan`.
        epoch: In which epoch, counted from 1.
        step: In which step of it, counted from 1.
        layer: Where it began; empty if that is not known.
        learning_rate: The learning rate of that step.
        kept: Steps that the last checkpoint has behind it.
    """
    began = f" It began with {layer}, whose numbers are too large or none at all." if layer else ""
    saved = f" The checkpoint after step {kept:,} of the training is kept." if kept else ""
    return (
        f"training: {what} in epoch {epoch}, step {step}.{began}{saved} Lower the learning rate (it was "
        f"{learning_rate:.3g}), clip the gradients (optimizer option global_clipnorm: 1.0), or check the data: "
        "going on would come to the same again"
    )


def with_lower_rate(run: RunDirectory, optimizer: OptimizerSpec) -> tuple[str | Call, ...]:
    """Return the call that trains a run again with a learning rate that is likely to do, behind a word.

    Args:
        run: The run.
        optimizer: Its optimizer.
    """
    schedule, usual = optimizer.learning_rate, type(optimizer).model_fields["learning_rate"].default.top()
    path = f"training.optimizer.{optimizer.key}.learning_rate"
    path += "" if isinstance(schedule, Constant) else f".{schedule.key}"
    lower = min(usual, schedule.top() / 10)
    return BEFORE_CALL, Call("train", (str(run.config),), {"overrides": [f"{path}={lower:.6g}"]})
