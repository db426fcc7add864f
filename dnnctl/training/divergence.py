"""Finding the layer in which a training went wrong.

When the loss is no finite number any more, the weights have usually been spoilt by a step before, and after
it all of them at once, which says nothing. So the steps since the last checkpoint are taken again, which gives
the same numbers, up to where it happens, and the layers are looked at there.
"""

import math
from typing import Protocol

from dnnctl.engines.base import LayerStatistics
from dnnctl.training.observer import Observer


class Replayable(Protocol):
    """A training that can take its steps again.

    Args:
        until: Before this step (counted from 0 over the whole training) it stops.
    """

    until: int | None

    @property
    def steps(self) -> int:
        """Steps taken."""

    def go(self) -> None:
        """Take steps up to `until`."""

    def inspect_next(self) -> list[LayerStatistics]:
        """Return how each layer behaves on the rows of the next step."""


class Replay(Observer):
    """Watches steps that are taken again: says nothing, but lets them be stopped.

    Args:
        observer: Who watches the training itself.
    """

    def __init__(self, observer: Observer) -> None:
        self._observer = observer

    def stop_requested(self) -> bool:
        """Tell whether training should stop."""
        return self._observer.stop_requested()


def find_layer(training: Replayable, step: int) -> str:
    """Return where a step went wrong, as `the outputs of layer dense_2`; empty if it cannot be told.

    Args:
        training: The training, put back to its last checkpoint.
        step: The first step with a loss that is no finite number, counted from 0.
    """
    # A gradient that overflows shows in the loss one step later.
    for at in sorted({max(training.steps, step - 1), step}):
        training.until = at
        training.go()
        if training.steps != at:
            return ""
        found = first_wrong(training.inspect_next())
        if found:
            return found
    return ""


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
        f"{learning_rate:.3g}), clip the gradients (optimizer option global_clipnorm: 1.0), or check the data"
    )
