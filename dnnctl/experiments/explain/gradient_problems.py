"""What keeps a network from learning as it is: vanishing and exploding gradients, dead units."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Literal

from dnnctl.experiments.explain.layer_recorder import LayerRecord

# How many times smaller or larger the gradient at the first dense layer is than at the output.
FACTOR = 100
# Fewer dense layers are not deep: with small weights the first one's gradient is small, and learning goes on.
DEEP = 3

Looked = tuple[int, float, Sequence[LayerRecord]]


@dataclass(frozen=True)
class GradientProblem:
    """Something that is wrong with a step.

    Args:
        kind: What it is.
        step: The step it was seen in, counted from 1.
        sentence: What was seen, what it means, and what helps.
        evidence: The numbers it rests on, by name.
    """

    kind: Literal["vanishing", "exploding", "dead"]
    step: int
    sentence: str
    evidence: dict[str, float]


def gradient_problems(keys: Mapping[str, str], steps: Sequence[Looked]) -> Iterator[GradientProblem]:
    """Yield what is wrong in the first and in the last of some steps.

    Args:
        keys: What each layer is, by its name, as `relu`.
        steps: A step, its loss and what was seen at each layer, in order.
    """
    ends = steps if len(steps) < 2 else (steps[0], steps[-1])
    for step, loss, layers in ends:
        if not isfinite(loss):
            yield _diverged(step, steps)
            continue
        yield from _depth(keys, step, layers)
        yield from _dead(keys, step, layers)
    if len(steps) > 1 and isfinite(steps[-1][1]):
        yield from _growth(steps)


def _diverged(step: int, steps: Sequence[Looked]) -> GradientProblem:
    before = [loss for _, loss, _ in steps if isfinite(loss)]
    came = f", after {before[-1]:.3g} in step {steps[len(before) - 1][0]:,}" if before else ""
    sentence = f"the loss is no finite number any more{came}; a smaller learning rate or global_clipnorm helps"
    return GradientProblem("exploding", step, sentence, {"loss_before": before[-1]} if before else {})


def _depth(keys: Mapping[str, str], step: int, layers: Sequence[LayerRecord]) -> Iterator[GradientProblem]:
    """Compare the gradient at the first dense layer with that at the output."""
    dense = [(seen.layer, seen.gradient_each or 0.0) for seen in layers if keys[seen.layer] == "dense"]
    (first, there), (_, here) = dense[0], dense[-1]
    evidence = {"first": there, "output": here}
    at = f"the root mean square of dL/dy is {there:.2g} at {first}, {here:.2g} at the output"
    # Behind a layer that is all dead there is no gradient at all, however deep the network.
    cut = any(keys[seen.layer] == "relu" and seen.silent == seen.shape[1] for seen in layers)
    if len(dense) >= DEEP and there * FACTOR < here and not cut:
        times = f"{here / there:,.0f} times smaller" if there else "nothing is left of it"
        sentence = (
            f"gradients vanish towards the input: {at}: {times}. The first layers hardly learn; relu instead of "
            "sigmoid or tanh, batch normalization, or fewer layers help"
        )
        yield GradientProblem("vanishing", step, sentence, evidence)
    if there > FACTOR * here > 0:
        sentence = (
            f"gradients explode towards the input: {at}: {there / here:,.0f} times larger. Smaller initial weights, "
            "batch normalization or global_clipnorm help"
        )
        yield GradientProblem("exploding", step, sentence, evidence)


def _dead(keys: Mapping[str, str], step: int, layers: Sequence[LayerRecord]) -> Iterator[GradientProblem]:
    """Count ReLU units that are 0 for every row."""
    for seen in layers:
        rows, units = seen.shape
        if keys[seen.layer] != "relu" or not seen.silent:
            continue
        sentence = (
            f"{seen.silent} of {units} units of {seen.layer} are dead: 0 for all {rows} rows, so no gradient passes "
            "them. A smaller learning rate, he_normal, biases of 0 or leaky_relu help"
        )
        yield GradientProblem("dead", step, sentence, {"units": float(seen.silent), "of": float(units)})


def _growth(steps: Sequence[Looked]) -> Iterator[GradientProblem]:
    """Compare the gradient at the output in the last step with that in the first."""
    (first, _, early), (last, _, late) = steps[0], steps[-1]
    there, here = (max(seen.gradient or 0.0 for seen in layers) for layers in (early, late))
    if here > FACTOR * there > 0:
        sentence = (
            f"gradients explode from step to step: the largest norm of dL/dy was {there:.2g} in step {first:,} and is "
            f"{here:.2g} in this one. A smaller learning rate or global_clipnorm helps"
        )
        yield GradientProblem("exploding", last, sentence, {"first_step": there, "last_step": here})
