"""A loop of steps compiled by XLA trains as one that is not, whatever a step does."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from stored import arrays

Train = Callable[..., Any]

ADAM = "training.optimizer={adam: {learning_rate: 0.002, %s}}"
# With these settings in float64 the two differ in the order of sums alone.
EXACT = {
    "adam": ADAM % "beta_1: 0.8",
    "norm clipped": ADAM % "clipnorm: 0.5",
    "whole norm clipped": ADAM % "global_clipnorm: 0.5",
    "values clipped": ADAM % "clipvalue: 0.01",
    "adamw": "training.optimizer={adamw: {learning_rate: 0.002, weight_decay: 0.01}}",
    "rmsprop": "training.optimizer={rmsprop: 0.002}",
    "adagrad": "training.optimizer={adagrad: 0.02}",
    "nadam": "training.optimizer={nadam: 0.002}",
    "adamax": "training.optimizer={adamax: 0.002}",
    "lion": "training.optimizer={lion: {learning_rate: 0.0002, weight_decay: 0.01}}",
    "other activations": "model.layers=[dense: 32, swish, dense: 32, mish, dense: 32, selu]",
    "sgd": "training.optimizer={sgd: {learning_rate: 0.1, momentum: 0.9, nesterov: true}}",
    "mix-up": "training.mix_up=0.3",
    "averaged weights": "training.weight_averaging=0.99",
    "class weights": "training.class_weights=balanced",
    "soft labels": "training.loss={categorical_crossentropy: {label_smoothing: 0.1}}",
    "changed pictures": "data.augment={shift: 0.1, noise: 0.1}",
    "norms held": "model.layers=[{dense: {units: 64, max_norm: 0.5}}, relu, {dropout: 0.3}, {dense: 32}, tanh]",
}


def trained(train: Train, *settings: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return weights and moving statistics of a compiled training, and those of one that is not.

    1,294 rows in batches of 100 are twelve batches, which are compiled, and a smaller one, which is not.
    """
    common = ("training.epochs=1", "data.batch_size=100", *settings)
    compiled, plain = (train(*common, f"training.jit_compile={on}") for on in ("true", "false"))
    return arrays(compiled.run.weights), arrays(plain.run.weights)


@pytest.mark.slow
@pytest.mark.parametrize("setting", EXACT.values(), ids=EXACT)
def test_a_compiled_step_is_the_same_step(train_digits: Train, setting: str) -> None:
    compiled, plain = trained(train_digits, "training.precision=float64", setting)
    for name, weight in plain.items():
        assert compiled[name] == pytest.approx(weight, rel=1e-9, abs=1e-11), name


@pytest.mark.parametrize(
    "precision",
    ["float32", *(pytest.param(half, marks=pytest.mark.slow) for half in ("mixed_float16", "mixed_bfloat16"))],
)
def test_less_precise_steps_are_the_same_but_for_rounding(train_digits: Train, precision: str) -> None:
    compiled, plain = trained(train_digits, f"training.precision={precision}")
    for name, weight in plain.items():
        # Adam divides by the size of a gradient: where that is nothing but rounding, a step of 0.002 may go either way.
        assert np.median(np.abs(compiled[name] - weight)) <= 1e-3, name
