"""A configuration made in Python is checked as a file with the same contents would be."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from dnnctl.config.loading import as_yaml, load
from dnnctl.config.shipped import shipped
from dnnctl.errors import ConfigError

CONFIG: dict[str, Any] = {
    "data": {"dataset": "digits"},
    "model": {"layers": [{"dense": 8}, "relu"]},
    "training": {"epochs": 2, "optimizer": {"adam": 0.01}},
}


def faults(config: Any, overrides: Any = ()) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(config, overrides)
    return str(caught.value).splitlines()


@pytest.mark.parametrize("name", ["digits", "xor", "height_weight", "deep_sigmoid", "mnist"])
def test_a_dict_is_read_as_its_file(name: str) -> None:
    document = yaml.safe_load(shipped()[name].read_text(encoding="utf-8"))
    from_file = load(name)
    assert load(document).config == from_file.config
    assert load(from_file.config).config == from_file.config
    assert as_yaml(load(from_file.config).config) == as_yaml(from_file.config)


def test_values_of_python_and_numpy_stand_for_plain_ones() -> None:
    written = {
        "data": {"dataset": "digits", "batch_size": np.int64(16)},
        "model": {"layers": ({"dense": np.uint8(8)}, "relu")},
        "training": {"epochs": 2, "optimizer": {"adam": np.float64(0.01)}},
    }
    assert load(written).config == load({**CONFIG, "data": {"dataset": "digits", "batch_size": 16}}).config
    assert written["model"]["layers"] == ({"dense": 8}, "relu")


def test_a_dict_is_not_changed() -> None:
    before = yaml.safe_dump(CONFIG)
    load(CONFIG, {"model.layers[0].dense.units": 9, "data.limit": 100})
    assert yaml.safe_dump(CONFIG) == before


def test_overrides_are_a_dict_or_a_list() -> None:
    by_key = load("digits", {"training.epochs": 5, "model.layers[0].dense": 64, "require.test.accuracy": ">= 0.5"})
    by_text = load("digits", ["training.epochs=5", "model.layers[0].dense=64", "require.test.accuracy=>= 0.5"])
    assert by_key.config == by_text.config
    assert by_key.config.require == {"test.accuracy": ">= 0.5"}


def test_every_fault_is_told_at_once_by_its_key() -> None:
    wrong = {**CONFIG, "training": {"epoch": 2, "optimizer": "adm", "patience": object()}, 3: 4}
    assert faults(wrong, {"seed": "x", "a..b": 1}) == [
        "training.patience: expected text, a number, True, False, None, a list or a dict; received object",
        "expected a key of at most 200 ordinary characters; received 3",
        "`overrides` a..b: expected a key path, as training.epochs or model.layers[0].dense",
        "`overrides` seed: seed: expected a whole number; received the text 'x'",
        "training.optimizer: unknown optimizer 'adm'; did you mean 'adam'?",
        "training.epoch: unknown key; did you mean 'epochs'?",
    ]


@pytest.mark.parametrize(
    ("config", "fault"),
    [
        ({}, "data: this key is missing"),
        ({**CONFIG, "name": "a\0b"}, "name: expected text of ordinary characters; received \\0 or a surrogate"),
        ({**CONFIG, "seed": 10**50}, "seed: expected a number of at most 40 digits; received more"),
        ({**CONFIG, "seed": np.zeros(20_000)}, "seed[99"),
        ({"data": {"csv": {"path": Path("none.csv")}}}, "data.csv.target: this key is missing"),
    ],
)
def test_what_no_configuration_can_hold_is_refused(config: Any, fault: str) -> None:
    assert any(line.startswith(fault) for line in faults(config))


def test_a_dict_that_holds_itself_is_refused() -> None:
    endless: dict[str, Any] = {}
    endless["a"] = endless
    assert "nested at most 40 deep; received more" in faults(endless)[0]


def test_relative_paths_start_at_the_current_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("table.csv").write_text("x,y\n" + "".join(f"{n},{n * 2.5}\n" for n in range(40)))
    loaded = load({"data": {"csv": {"path": "table.csv", "target": "y"}}, "model": {"layers": []}})
    assert loaded.config.data.csv is not None
    assert loaded.config.data.csv.path == str(tmp_path / "table.csv")
    assert load({**CONFIG, "data": {"dataset": "mnist", "path": "here"}}).config.data.path == str(tmp_path / "here")


def test_a_dict_without_a_name_is_called_config() -> None:
    assert load(CONFIG).config.name == "config"
    assert load(CONFIG, options={"name": "other", "seed": 7}).config.name == "other"
