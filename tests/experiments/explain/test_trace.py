"""Training steps, looked at."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dnnctl.config.loading import load
from dnnctl.engines.base import Hardware, NetworkTask
from dnnctl.engines.numpy.engine import NumpyEngine
from dnnctl.errors import UsageError
from dnnctl.experiments.explain.trace import Trace, trace
from dnnctl.network.initial_weights import initial_weights
from dnnctl.training.preparation import prepare

Write = Callable[..., Path]

DEAD = """\
data: {dataset: digits}
model:
  layers:
    - dense: {units: 32, activation: relu, bias_initializer: {constant: -5}}
    - dense: {units: 16, activation: relu}
"""


def kinds(result: Trace) -> list[tuple[str, int]]:
    return [(problem.kind, problem.step) for problem in result.problems]


GENERALIZATION = (
    "data.augment={rotate: 20, noise: 0.1}",
    "model.layers=[{dense: {units: 16, max_norm: 0.9}}, relu]",
    "training.mix_up=0.4",
    "training.class_weights={'1': 3}",
    "training.optimizer={sgd: 0.5}",
)


@pytest.mark.parametrize("more", [(), ("data.augment={rotate: 20, noise: 0.1}",), GENERALIZATION])
def test_its_steps_are_those_of_training(more: tuple[str, ...]) -> None:
    settings = ["data.limit=300", "training.epochs=2", *more]
    prepared = prepare(load("digits", settings))
    config = prepared.config
    weights = initial_weights(prepared.plan, config.seed)
    training = config.training
    task = NetworkTask(prepared.plan, prepared.preprocessing, training.loss, training.optimizer, config.seed, weights)
    engine = NumpyEngine(replace(task, class_weights=prepared.class_weights, mix_up=training.mix_up), Hardware())
    engine.set_training_rows(prepared.training_rows)
    losses: list[float] = []
    for epoch in range(2):
        engine.start_epoch(epoch)
        first = epoch * prepared.length.steps_per_epoch
        rates = [
            training.optimizer.learning_rate.rate(first + i, prepared.length)
            for i in range(prepared.length.steps_per_epoch)
        ]
        losses += engine.run(rates).losses.tolist()
    result = trace(load("digits", settings), steps=len(losses))
    shown = [step.step for step in result.steps]
    assert shown == [1, 2, 5, 10, len(losses)]
    assert [step.loss for step in result.steps] == pytest.approx([losses[i - 1] for i in shown], rel=1e-6)


def test_figures_are_those_of_the_arrays() -> None:
    (step,) = trace(load("xor")).steps
    numbers = step.numbers
    assert numbers is not None
    dense, tanh, output, sigmoid = step.layers
    before, gradient, after = numbers.before, numbers.gradient, numbers.after
    y = numbers.x @ before["dense_1/kernel"] + before["dense_1/bias"]
    assert np.allclose(dense.y, y)
    assert np.allclose(tanh.y, np.tanh(y))
    assert (dense.mean, dense.std) == (pytest.approx(y.mean(), abs=1e-7), pytest.approx(y.std()))
    assert np.allclose(sigmoid.y, 1 / (1 + np.exp(-np.asarray(output.y))))
    assert (sigmoid.gradient, sigmoid.dy) == (None, None)
    # The loss's gradient by its formula, and from it those of the weights by theirs.
    dlogits = (np.asarray(sigmoid.y) - numbers.y_true.reshape(-1, 1)) / 4
    assert np.allclose(output.dy, dlogits, atol=1e-7)
    assert np.allclose(gradient["output/kernel"], np.asarray(tanh.y).T @ dlogits, atol=1e-7)
    assert np.allclose(gradient["dense_1/kernel"], numbers.x.T @ np.asarray(dense.dy), atol=1e-7)
    kernel = next(w for w in step.weights if (w.layer, w.weight) == ("dense_1", "kernel"))
    change = after["dense_1/kernel"] - before["dense_1/kernel"]
    assert kernel.norm == pytest.approx(np.linalg.norm(before["dense_1/kernel"]))
    assert kernel.gradient == pytest.approx(np.linalg.norm(gradient["dense_1/kernel"]))
    assert kernel.update == pytest.approx(np.linalg.norm(change), rel=1e-5)
    assert kernel.relative == pytest.approx(kernel.update / kernel.norm)


def test_large_arrays_are_not_kept() -> None:
    (step,) = trace(load("digits"), rows=4).steps
    assert step.numbers is None
    assert all(seen.y is None and seen.dy is None and seen.shape[0] == 4 for seen in step.layers)
    dropout = next(seen for seen in step.layers if seen.layer == "dropout_1")
    relu = next(seen for seen in step.layers if seen.layer == "relu_1")
    assert dropout.zeros > relu.zeros > 0


def test_moving_statistics_are_among_the_numbers(write: Write) -> None:
    path = write("data: {dataset: logic_gate}\nmodel: {layers: [dense: 3, batch_normalization, relu]}")
    (step,) = trace(load(path)).steps
    assert step.numbers is not None
    moved = step.numbers.after["batch_normalization_1/moving_variance"]
    assert not np.array_equal(moved, step.numbers.before["batch_normalization_1/moving_variance"])


def test_penalties_are_told_apart(write: Write) -> None:
    dense = "dense: {units: 3, activation: tanh, kernel_regularizer: {l2: 0.5}}"
    (step,) = trace(load(write(f"data: {{dataset: logic_gate}}\nmodel: {{layers: [{dense}]}}"))).steps
    assert step.numbers is not None
    assert step.penalty == pytest.approx(0.5 * np.square(step.numbers.before["dense_1/kernel"]).sum())
    assert step.loss > step.penalty


def test_vanishing_gradients_are_named_in_a_deep_sigmoid_stack() -> None:
    result = trace(load("deep_sigmoid"), steps=10)
    assert kinds(result) == [("vanishing", 1), ("vanishing", 10)]
    figures = result.problems[0].evidence
    each = {seen.layer: seen.gradient_each for seen in result.steps[0].layers}
    assert figures == {"first": each["dense_1"], "output": each["output"]}
    assert figures["first"] * 1000 < figures["output"]
    assert "dense_1" in result.problems[0].sentence


@pytest.mark.parametrize("name", ["digits", "xor", "height_weight", "and"])
def test_healthy_networks_have_no_signs(name: str) -> None:
    assert trace(load(name), steps=20).problems == ()


def test_relu_instead_of_sigmoid_keeps_the_gradient() -> None:
    settings = [f"model.layers[{i}].dense.activation=relu" for i in range(6)]
    assert "vanishing" not in {problem.kind for problem in trace(load("deep_sigmoid", settings)).problems}


def test_dead_units_are_counted(write: Write) -> None:
    result = trace(load(write(DEAD)))
    # The gradient does not reach the first layer, but since units are dead, not since the network is deep.
    assert kinds(result) == [("dead", 1), ("dead", 1)]
    assert [problem.evidence for problem in result.problems] == [{"units": 32, "of": 32}, {"units": 16, "of": 16}]
    assert "32 of 32 units of relu_1" in result.problems[0].sentence
    alive = trace(load(write(DEAD.replace("constant: -5", "constant: 0"))))
    assert alive.steps[0].layers[1].silent < 32


def test_exploding_gradients_are_named_and_end_the_steps() -> None:
    result = trace(load("height_weight_hidden", ["training.optimizer={sgd: 100}"]), steps=50)
    assert not np.isfinite(result.steps[-1].loss)
    assert result.steps[-1].step < 50
    assert ("exploding", result.steps[-1].step) in kinds(result)


def test_gradients_that_grow_are_named_while_the_loss_is_finite() -> None:
    result = trace(load("height_weight", ["training.optimizer={sgd: 3}"]), steps=10)
    assert np.isfinite(result.steps[-1].loss)
    (problem,) = result.problems
    assert (problem.kind, problem.step) == ("exploding", 10)
    assert problem.evidence["last_step"] > 100 * problem.evidence["first_step"]


def test_gradients_that_grow_towards_the_input_are_named(write: Write) -> None:
    dense = "dense: {units: 32, activation: relu, kernel_initializer: {random_normal: 2}}"
    result = trace(load(write(f"data: {{dataset: digits}}\nmodel: {{layers: [{', '.join([dense] * 5)}]}}")))
    (problem,) = (problem for problem in result.problems if problem.kind == "exploding")
    assert problem.evidence["first"] > 100 * problem.evidence["output"]


@pytest.mark.parametrize("wrong", [{"steps": 0}, {"rows": 0}])
def test_less_than_one_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="expected at least 1; received 0"):
        trace(load("xor"), **wrong)


def test_it_needs_no_framework() -> None:
    code = (
        "import sys\nfrom dnnctl.config.loading import load\nfrom dnnctl.experiments.explain.trace import trace\n"
        "print(len(trace(load('xor'), steps=3).steps))\n"
        "print([m for m in ('tensorflow', 'keras', 'matplotlib', 'sklearn') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["3", "[]"]
