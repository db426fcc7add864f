"""Keys of Keras, scikit-learn and PyTorch are answered with what dnnctl writes, and that can be trained."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from refusals import faults

from dnnctl.config.loading import load
from dnnctl.config.slips import SLIPS, answer

Write = Callable[..., Path]


def _merged(base: Any, more: Any) -> Any:
    if not isinstance(base, dict) or not isinstance(more, dict):
        return more
    return {**base, **{key: _merged(base.get(key), value) for key, value in more.items()}}


@pytest.mark.parametrize("slip", sorted(SLIPS))
def test_each_answer_is_a_line_that_can_be_trained(slip: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("people.csv", "test.csv"):
        Path(name).write_text("weight,height\n" + "".join(f"{i / 7:.3f},{i}.5\n" for i in range(60)), encoding="utf-8")
    told = answer(slip, None)
    assert told is not None
    if told.startswith("take it out"):
        return
    line = re.fullmatch(r"write `(.+)`", told)
    assert line is not None
    fragment = yaml.safe_load(line[1])
    own_data = "csv" in fragment.get("data", {})
    base = {"data": {} if own_data else {"dataset": "digits"}, "training": {"epochs": 1}}
    if "iterations" in fragment.get("training", {}):
        del base["training"]
    loaded = load(_merged(base, fragment))
    assert loaded.config.data.source is not None


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (
            "training: {learning_rate: 0.01}",
            r"training\.learning_rate: unknown key here; write `training: \{optimizer: \{adam: \{learning_rate: 0\.01",
        ),
        ("model: {dropout: 0.3}", r"model\.dropout: .*\{dropout: 0\.3\}"),
        ("optimizer: {lr: 0.01}", r"did you mean 'training\.optimizer'\? Write `.*learning_rate: 0\.01"),
        ("training: {optimizer: {lr: 0.01}}", r"unknown optimizer 'lr'; options stand below"),
        ("data: {validation_data: v.csv}", r"validation_split: 0\.1"),
        ("batch_size: 64", r"did you mean 'data\.batch_size'"),
        ("hidden_layer_sizes: [100, 50]", r"layers: \[\{dense: 100\}, relu, \{dense: 50\}, relu\]"),
        ("model: {layers: [64, relu]}", r"did you mean 'dense: 64'\?"),
        ("model: {layers: [{linear: 64}]}", r"did you mean 'dense: 64'\?"),
        ("model: {layers: [flatten, {dense: 64}]}", r"unknown layer 'flatten'; leave it out"),
        ("model: {layers: [{Conv2D: 32}]}", r"unknown layer 'Conv2D'; networks here are dense"),
        ("training: {loss: CrossEntropyLoss}", r"did you mean 'sparse_categorical_crossentropy'"),
        ("training: {metrics: [acc]}", r"did you mean 'accuracy'"),
        ("training: {callbacks: [EarlyStopping]}", r"early_stopping: \{"),
        ("model: {input_shape: [28, 28]}", r"take it out"),
        ("model: {activation: tanh}", r"\[\{dense: 64\}, tanh\]"),
        ("random_state: 7", r"write `seed: 7`"),
    ],
)
def test_slips_are_answered_where_they_stand(write: Write, written: str, told: str) -> None:
    text = written if written.startswith("data:") else f"data: {{dataset: digits}}\n{written}"
    text = text.replace("data: {validation_data", "data: {dataset: digits, validation_data")
    (fault,) = faults(write(text))
    assert re.search(told, fault), fault


def test_the_same_is_said_of_overrides(write: Write) -> None:
    (fault,) = faults(write("data: {dataset: digits}"), "training.lr=0.1")
    assert "write `training: {optimizer: {adam: {learning_rate: 0.1}}}`" in fault


def test_one_metric_needs_no_brackets(write: Write) -> None:
    config = load(write("data: {dataset: digits}\ntraining: {metrics: f1}")).config
    assert config.training.metrics == ["f1"]


def test_a_value_that_would_not_be_yaml_is_quoted() -> None:
    assert answer("activation", "}{") == "write `model: {layers: [{dense: 64}, '}{']}`"
