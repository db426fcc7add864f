"""Gradients of every layer and every loss, and that wrong ones are found."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dnnctl import plugins
from dnnctl.config.loading import load
from dnnctl.config.shipped import shipped
from dnnctl.errors import ModelError, UsageError
from dnnctl.experiments.explain import gradcheck as module
from dnnctl.experiments.explain.gradcheck import GradientCheck, chosen_entries, gradcheck
from dnnctl.experiments.explain.loss_surface import LossSurface
from dnnctl.experiments.explain.training_batch import batch_of
from dnnctl.network.layers.batch_normalization import BatchNormalization
from dnnctl.network.layers.dense import Affine
from dnnctl.network.layers.relu import Relu
from dnnctl.network.layers.sigmoid import Sigmoid
from dnnctl.network.losses.base import LOSSES
from dnnctl.training.preparation import prepare

Write = Callable[..., Path]

NAMES = plugins.names("dnnctl.network.layers")
GIVEN = {"dense": 6, "dropout": 0.4, "leaky_relu": 0.2, "elu": 0.7}
DOWNLOADED = {"mnist", "fashion_mnist", "sign_language_mnist"}


def config(write: Write, layers: str, data: str = "digits", training: str = "{}") -> Any:
    return load(write(f"data: {{dataset: {data}}}\nmodel: {{layers: {layers}}}\ntraining: {training}"))


def needs_files(path: Path) -> bool:
    """Tell whether a shipped configuration's data is not in the repository."""
    text = path.read_text(encoding="utf-8")
    return "csv:" in text or any(f"dataset: {name}\n" in text for name in DOWNLOADED)


def worst(result: GradientCheck) -> float:
    return max(found.error for a in result.arrays for found in (a.differences, a.keras) if found is not None)


@pytest.mark.parametrize("name", NAMES)
def test_every_layer_is_right(write: Write, name: str) -> None:
    layer = f"{name}: {GIVEN[name]}" if name in GIVEN else name
    result = gradcheck(config(write, f"[dense: 7, {layer}, dense: 5, tanh]"), rows=8)
    assert result.keras
    assert result.passed
    # Not by luck: there is a margin of a power of ten.
    assert worst(result) < 1e-7
    assert {a.layer for a in result.arrays} >= {"dense_1", "dense_2", "output"}


@pytest.mark.parametrize("name", LOSSES.names())
def test_every_loss_is_right(write: Write, name: str) -> None:
    option = {"categorical_crossentropy": 0.1, "binary_crossentropy": 0.2, "huber": 0.4}.get(name)
    loss = name if option is None else f"{{{name}: {option}}}"
    task = LOSSES.get(name).tasks[0]  # type: ignore[attr-defined]
    data = {"multiclass": "digits", "binary": "logic_gate", "regression": "height_weight"}[task]
    result = gradcheck(config(write, "[dense: 5, relu, dense: 5, elu]", data, f"{{loss: {loss}}}"))
    assert result.passed
    assert worst(result) < 1e-7
    # Nothing of TensorFlow's loss is computed in float32, or it would differ by 1e-8 or more.
    assert all(a.keras is not None and a.keras.error < 1e-10 for a in result.arrays)


@pytest.mark.parametrize(
    ("data", "more"),
    [
        ("digits", "class_weights: {'3': 4, '7': 0.5}"),
        ("{logic_gate: xor}", "class_weights: {'1': 3}, loss: {binary_crossentropy: 0.2}"),
        ("digits", "loss: {categorical_crossentropy: 0.1}"),
        ("height_weight", "loss: huber"),
    ],
)
def test_blended_and_weighed_rows_are_right(write: Write, data: str, more: str) -> None:
    result = gradcheck(config(write, "[dense: {units: 5, max_norm: 1}, tanh]", data, f"{{mix_up: 1.0, {more}}}"))
    assert result.passed
    assert worst(result) < 1e-7
    assert all(a.keras is not None and a.keras.error < 1e-10 for a in result.arrays)


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.slow] if needs_files(path) else []) for name, path in shipped().items()],
)
def test_every_shipped_configuration_is_right(request: pytest.FixtureRequest, name: str) -> None:
    if needs_files(shipped()[name]):
        request.getfixturevalue("data_dir")
    # The recipes' networks are wide.
    rows = {"rows": 4} if name.startswith("recipes/") else {}
    result = gradcheck(load(name, ["data.limit=400"]), **rows)
    assert result.keras
    assert result.passed
    assert worst(result) < 2e-7
    for found in result.arrays:
        assert found.checked >= min(50, int(np.prod(found.shape)))


def test_penalties_are_part_of_loss_and_gradient(write: Write) -> None:
    penalized = "dense: {units: 6, kernel_regularizer: {l1: 0.01, l2: 0.1}, bias_regularizer: {l1: 0.1}}"
    plain = gradcheck(config(write, "[dense: 6, tanh]"), keras=False)
    result = gradcheck(config(write, f"[{penalized}, tanh]"))
    assert result.loss > plain.loss + 0.01
    assert result.passed
    assert worst(result) < 1e-7


def test_a_unit_exactly_on_its_kink_is_checked_on_its_side(write: Write) -> None:
    # Every ReLU of the second layer gets 0 (and its bias is 0), where the loss has a kink in each bias.
    dead = "dense: {units: 6, activation: relu, bias_initializer: {constant: -50}}"
    result = gradcheck(config(write, f"[{dead}, dense: {{units: 6, activation: relu}}]"))
    assert result.passed
    assert [found.checked for found in result.arrays if found.weight == "bias"] == [6, 6, 10]


def test_a_bias_without_effect_is_no_failure(write: Write) -> None:
    result = gradcheck(config(write, "[dense: {units: 6, use_bias: true}, batch_normalization, relu]"))
    (bias,) = (found for found in result.arrays if (found.layer, found.weight) == ("dense_1", "bias"))
    assert bias.largest < 1e-12
    assert result.passed


def off(method: Any, factor: float) -> Any:
    return lambda self, dy: method(self, dy) * factor


def test_a_wrong_backward_pass_is_found_where_it_is(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = config(write, "[dense: 6, sigmoid, dense: 5, relu]")
    assert gradcheck(loaded, keras=False).passed
    for layer, wrong in ((Sigmoid, ["dense_1"]), (Relu, ["dense_1", "dense_2"])):
        with monkeypatch.context() as patch:
            patch.setattr(layer, "backward", off(layer.backward, 1.00001))
            result = gradcheck(loaded)
        assert not result.passed
        assert list(dict.fromkeys(a.layer for a in result.arrays if not a.passed)) == wrong
        failed = [a for a in result.arrays if not a.passed]
        assert all(a.differences.error > 1e-6 and a.keras is not None and a.keras.error > 1e-6 for a in failed)


def test_a_wrong_bias_gradient_is_found(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    right = Affine.backward

    def wrong(self: Affine, dy: Any) -> Any:
        dx = right(self, dy)
        self.gradients["bias"] *= 0.5
        return dx

    monkeypatch.setattr(Affine, "backward", wrong)
    result = gradcheck(config(write, "[dense: 6, tanh]"), keras=False)
    assert {(a.layer, a.weight) for a in result.arrays if not a.passed} == {("dense_1", "bias"), ("output", "bias")}


def test_forgetting_that_statistics_depend_on_the_batch_is_found(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    right = BatchNormalization.backward

    def as_after_training(self: BatchNormalization, dy: Any) -> Any:
        self._of_batch = False
        return right(self, dy)

    monkeypatch.setattr(BatchNormalization, "backward", as_after_training)
    result = gradcheck(config(write, "[dense: 6, batch_normalization, tanh]"), keras=False)
    assert {a.layer for a in result.arrays if not a.passed} == {"dense_1"}


def test_a_disagreement_with_keras_alone_fails_too(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    right = module.keras_gradient

    def other(*arguments: Any) -> Any:
        found = right(*arguments)
        found["output/bias"] = found["output/bias"] * 1.001
        return found

    monkeypatch.setattr(module, "keras_gradient", other)
    result = gradcheck(config(write, "[dense: 6, dropout: 0.5, tanh]"))
    assert [(a.layer, a.weight) for a in result.arrays if not a.passed] == [("output", "bias")]


def test_entries_are_the_largest_and_some_by_lot() -> None:
    gradient = np.random.default_rng(0).normal(size=(30, 40))
    chosen = chosen_entries("dense_1/kernel", gradient)
    assert len(set(chosen.tolist())) == 60
    assert np.abs(gradient).argmax() in chosen
    assert np.array_equal(chosen, chosen_entries("dense_1/kernel", gradient))
    assert not np.array_equal(chosen, chosen_entries("dense_2/kernel", gradient))
    assert np.array_equal(chosen_entries("output/bias", gradient[:1]), np.arange(40))


def test_what_cannot_be_checked_is_refused(write: Write) -> None:
    loaded = config(write, "[]")
    with pytest.raises(UsageError, match="`rows`: expected at least 1; received 0"):
        gradcheck(loaded, rows=0)
    wild = config(write, "[dense: {units: 3, kernel_initializer: {constant: 1e308}}]", "height_weight")
    with pytest.raises(ModelError, match="initial weights"), np.errstate(all="ignore"):
        gradcheck(wild, keras=False)


def test_without_keras_nothing_of_it_is_imported() -> None:
    code = (
        "import sys\nfrom dnnctl.config.loading import load\n"
        "from dnnctl.experiments.explain.gradcheck import gradcheck\n"
        "print(gradcheck(load('xor'), keras=False).passed)\n"
        "print([m for m in ('tensorflow', 'keras', 'matplotlib', 'sklearn') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["True", "[]"]


def test_the_loss_is_followed_along_one_branch(write: Write) -> None:
    loaded = config(write, "[dense: {units: 6, activation: relu}]", "height_weight", "{loss: mean_absolute_error}")
    prepared = replace(prepare(loaded), batch_size=8)
    surface = LossSurface(prepared, batch_of(prepared, 0, "float64"))
    moved = surface.along("dense_1/kernel", 0)
    assert moved(0) == surface.value
    # As the true loss nearby, and smooth where that has its kinks: here a polynomial of the first degree.
    assert moved(2) - moved(1) == pytest.approx(moved(1) - moved(0), rel=1e-9)
    assert moved(-50) - moved(0) == pytest.approx(50 * (moved(0) - moved(1)), rel=1e-9)
