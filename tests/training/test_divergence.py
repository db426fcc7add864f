"""A loss that is no number: where it began, and what is kept."""

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from dnnctl.config.loading import load
from dnnctl.engines.base import LayerStatistics
from dnnctl.errors import ModelError
from dnnctl.network.optimizers.base import OPTIMIZERS
from dnnctl.runs.layout import RunDirectory
from dnnctl.training.checkpoint import CheckpointManager, read_checkpoint
from dnnctl.training.divergence import first_wrong, with_lower_rate
from dnnctl.training.loop import Loop
from dnnctl.training.state import TrainingState

pytestmark = pytest.mark.usefixtures("no_plots")

Train = Callable[..., Any]


@pytest.mark.parametrize("engine", ["numpy", "keras"])
def test_the_layer_is_named_and_the_last_good_checkpoint_kept(
    train_digits: Train, tmp_path: Path, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dnnctl.training.checkpoint.TIMES_ITS_COST", 0)
    # With such a decay each step multiplies the weights by -2: they overflow after some ten epochs of 12 steps.
    settings = ("checkpoint.seconds=0.000001", "model.layers=[dense: 16, linear]", "training.steps_per_execution=3")
    optimizer = "training.optimizer={adamw: {learning_rate: 1, weight_decay: 3}}"
    with pytest.raises(ModelError) as said:
        train_digits(f"engine={engine}", *settings, optimizer, "training.epochs=400", "data.limit=400")
    text = str(said.value)
    found = re.match(
        r"training: the (loss|weights) became .* in epoch (\d+), step (\d+)\. It began with the (outputs|gradient) of "
        r"layer (dense_1|linear_1|output), whose .* The checkpoint after step ([\d,]+) of the training is "
        r"kept\. Lower the learning rate \(it was 1\), clip the gradients .* going on would come to the same again\. "
        r"Try: dnnctl\.train\('.*/config\.yaml', overrides=\['training\.optimizer\.adamw\.learning_rate=0\.001'\]\)",
        text,
    )
    assert found, text
    (path,) = tmp_path.rglob("manifest.json")
    manifest = json.loads(path.read_text())
    kept = read_checkpoint(RunDirectory(path.parent).checkpoint)
    assert all(np.isfinite(array).all() for array in kept.arrays.values())
    assert kept.meta.optimizer_steps == int(found[6].replace(",", "")) == manifest["starts"][0]["last_step"] > 0
    assert manifest["state"] == manifest["starts"][0]["state"] == "failed"


def test_a_replay_from_a_checkpoint_after_steps_that_float16_skipped(
    train_digits: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dnnctl.training.checkpoint.TIMES_ITS_COST", 0)
    settings = ("training.precision=mixed_float16", "data.batch_size=1", "checkpoint.seconds=0.000001")
    optimizer = "training.optimizer={adamw: {learning_rate: 1, weight_decay: 3}}"
    with pytest.raises(ModelError, match=r"the loss became .* The checkpoint after step \d+ of the training is kept"):
        train_digits(*settings, optimizer, "training.epochs=20", config="height_weight")
    (path,) = tmp_path.rglob("manifest.json")
    kept = read_checkpoint(RunDirectory(path.parent).checkpoint)
    assert kept.arrays["engine/optimizer/steps"] < kept.meta.optimizer_steps


@pytest.mark.parametrize("engine", ["numpy", "keras"])
def test_a_replay_takes_the_same_steps_at_the_same_rates(
    train_digits: Train, monkeypatch: pytest.MonkeyPatch, engine: str
) -> None:
    # Three epochs of 4 steps after the only checkpoint, each at half the rate of the one before.
    bad, states = 14, dict[str, Any]()

    def check(loop: Loop, losses: Any) -> None:
        if loop.state.steps == bad - 1:
            states["training"] = loop.state.engine.state()
        if loop.state.steps == bad:
            raise loop._diverged("the loss became nan", bad)

    def inspect(state: TrainingState, step: int) -> list[LayerStatistics]:
        states[str(step)] = state.engine.state()
        return []

    monkeypatch.setattr(Loop, "_check_losses", check)
    monkeypatch.setattr("dnnctl.training.divergence._inspect_before", inspect)
    monkeypatch.setattr(CheckpointManager, "due", lambda *_: False)
    plateau = "training.reduce_on_plateau={monitor: loss, patience: 1, factor: 0.5, min_delta: 100}"
    settings = (f"engine={engine}", "training.steps_per_execution=1", "data.limit=400", "data.batch_size=90", plateau)
    with pytest.raises(ModelError, match="in epoch 4, step 3"):
        train_digits(*settings, "training.epochs=9", "training.optimizer={adam: 0.01}")
    assert set(states) == {"training", str(bad - 1), str(bad)}
    for name, array in states["training"].items():
        assert np.array_equal(array, states[str(bad)][name]), name
    assert any(not np.array_equal(array, states[str(bad - 1)][name]) for name, array in states["training"].items())


def test_the_first_layer_forward_or_the_last_one_backward() -> None:
    def layer(name: str, mean: float = 0.0, gradient: float = 0.0) -> LayerStatistics:
        return LayerStatistics(name, mean, 1.0, 0.0, gradient)

    nan, inf = float("nan"), float("inf")
    assert first_wrong([layer("a"), layer("b", inf), layer("c", nan)]) == "the outputs of layer b"
    assert first_wrong([layer("a", gradient=nan), layer("b", gradient=inf), layer("c")]) == "the gradient of layer b"
    assert first_wrong([layer("a", gradient=nan), layer("b", nan)]) == "the outputs of layer b"
    assert first_wrong([layer("a"), layer("b")]) == ""


@pytest.mark.parametrize(
    ("optimizer", "line"),
    [
        ("{sgd: 10}", "training.optimizer.sgd.learning_rate=0.01"),
        ("{sgd: 0.01}", "training.optimizer.sgd.learning_rate=0.001"),
        ("{adam: {learning_rate: {cosine: 1}}}", "training.optimizer.adam.learning_rate.cosine=0.001"),
        ("{sgd: {learning_rate: {step: {peak: 0.02, every: 5}}}}", "training.optimizer.sgd.learning_rate.step=0.002"),
    ],
)
def test_the_line_that_is_advised_lowers_the_rate_and_keeps_the_rest(optimizer: str, line: str) -> None:
    written = yaml.safe_load(optimizer)
    before, call = with_lower_rate(RunDirectory(Path("outputs/x/1")), OPTIMIZERS.parse(written))
    assert before == ". Try: "
    assert call.options == {"overrides": [line]}
    config = {"data": {"dataset": "digits"}, "training": {"optimizer": written}}
    kept, lower = (load(config, given).config.training.optimizer for given in ((), [line]))
    assert lower.learning_rate.top() == float(line.partition("=")[2]) < kept.learning_rate.top()
    assert lower.learning_rate.key == kept.learning_rate.key


def test_following_the_advice_trains(dnnctl: Train) -> None:
    rows = "".join(f"{i},{2 * i}\n" for i in range(120))
    Path("data.csv").write_text(f"x,y\n{rows}", encoding="utf-8")
    text = "{name: nan, engine: numpy, data: {csv: {path: data.csv, target: y}, batch_size: 1}, "
    Path("my.yaml").write_text(f"{text}training: {{epochs: 30, optimizer: {{sgd: 10}}}}}}", encoding="utf-8")
    failed = dnnctl("train", "my.yaml")
    assert failed.status == 1
    again = shlex.split(failed.err.rpartition("Try: dnnctl ")[2])
    asked = dnnctl("predict", "nan", "--value", "3")
    assert asked.status == 1
    assert "has no weights: training: the loss became" in asked.err
    assert "--resume" not in failed.err + asked.err
    assert dnnctl(*again).status == 0
    assert dnnctl("predict", "nan", "--value", "3").out.split()[-1].startswith(("5.9", "6"))
