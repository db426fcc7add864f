"""Class weights, mix-up and averaged weights in a configuration, and every way to write them wrongly."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from dnnctl.config.loading import as_yaml, load
from dnnctl.errors import ConfigError

Write = Callable[..., Path]


def faults(write: Write, key: str, value: str, data: str = "{dataset: fashion_mnist}") -> str:
    with pytest.raises(ConfigError) as caught:
        load(write(f"data: {data}\ntraining:\n  {key}: {value}\n"))
    assert len(caught.value.faults) == 1
    return str(caught.value)


def test_they_are_off_by_default_and_written_out(write: Write) -> None:
    training = yaml.safe_load(as_yaml(load(write("data: {dataset: digits}")).config))["training"]
    assert (training["class_weights"], training["mix_up"], training["weight_averaging"]) == (None, None, None)


def test_names_of_classes_that_look_like_numbers(write: Write) -> None:
    config = load(write("data: {dataset: digits}\ntraining: {class_weights: {3: 2, '7': 0.5}}")).config
    assert config.training.class_weights == {"3": 2.0, "7": 0.5}
    again = load(write(as_yaml(config), "again.yaml")).config
    assert again.training == config.training
    balanced = load(write("data: {dataset: digits}\ntraining: {class_weights: balanced}")).config
    assert balanced.training.class_weights == "balanced"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("balance", "expected 'balanced', or weights by class name, as {cat: 2, dog: 1}; received 'balance'"),
        ("[1, 2]", "expected 'balanced', or weights by class name"),
        ("2", "expected 'balanced', or weights by class name"),
        ("{}", "expected 'balanced', or weights by class name"),
        ("{Bag: -1}", "expected a number from 0 to 1,000,000 for each class; received -1 for 'Bag'"),
        ("{Bag: .nan}", "expected a number from 0 to 1,000,000 for each class; received nan for 'Bag'"),
        ("{Bag: heavy}", "received 'heavy' for 'Bag'"),
        ("{Bag: true}", "received True for 'Bag'"),
        ("{Sandals: 2}", "training.class_weights.Sandals: there is no class 'Sandals'; did you mean 'Sandal'?"),
    ],
)
def test_wrong_class_weights(write: Write, written: str, said: str) -> None:
    assert said in faults(write, "class_weights", written)


def test_some_class_must_count(write: Write) -> None:
    data = "{dataset: {logic_gate: xor}}"
    load(write("data: {dataset: {logic_gate: xor}}\ntraining: {class_weights: {'0': 0}}"))
    said = faults(write, "class_weights", "{'0': 0, '1': 0}", data)
    assert "every class has a weight of 0, so that no row counts; expected one above 0" in said


def test_a_number_has_no_classes(write: Write) -> None:
    said = faults(write, "class_weights", "balanced", "{dataset: height_weight}")
    assert "'height' is a number and has no classes; take this key out" in said


@pytest.mark.parametrize("key", ["mix_up", "weight_averaging"])
@pytest.mark.parametrize("written", ["0", "-1", "1000", "x", "true", ".inf", "[0.2]"])
def test_wrong_numbers(write: Write, key: str, written: str) -> None:
    assert f"training.{key}: expected a" in faults(write, key, written)


def test_a_batch_of_one_row_has_no_partner(write: Write) -> None:
    said = faults(write, "mix_up", "0.2", "{dataset: digits, batch_size: 1}")
    assert "training.mix_up: a row is blended with another of its batch, and data.batch_size is 1" in said
