from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import yaml
from refusals import faults

from dnnctl.config.loading import as_yaml, load
from dnnctl.config.shipped import shipped, title

Write = Callable[..., Path]


def test_overrides_open_short_forms(write: Write) -> None:
    path = write("data: {dataset: digits}\nmodel: {layers: [dense: 64, relu]}\ntraining: {optimizer: adam, epochs: 3}")
    settings = [
        "training.optimizer.sgd.momentum=0.9",
        "model.layers[0].dense.use_bias=false",
        "training.iterations=50",
        "data.batch_size=full",
    ]
    config = load(path, settings).config
    assert config.training.optimizer.key == "sgd"
    assert config.training.optimizer.momentum == 0.9
    assert (config.model.layers[0].units, config.model.layers[0].use_bias) == (64, False)
    assert (config.training.epochs, config.training.iterations) == (None, 50)
    assert load(path, ["training.optimizer.adam.beta_1=0.8"]).config.training.optimizer.beta_1 == 0.8
    assert load(path, ["training.optimizer=sgd"]).config.training.optimizer.key == "sgd"
    assert (
        load(path, ["training.optimizer.adam.learning_rate=1e-4"]).config.training.optimizer.learning_rate.value == 1e-4
    )


def test_an_option_of_a_source_that_is_written_by_its_path_keeps_the_path(write: Write, tmp_path: Path) -> None:
    np.savez(tmp_path / "rows.npz", x=np.arange(60.0).reshape(30, 2), y=np.arange(30))
    config = load(write("data: {npz: rows.npz}"), ["data.npz.task=regression"]).config

    assert (config.data.source.path, config.data.source.task) == (str(tmp_path / "rows.npz"), "regression")


def test_a_plain_value_sets_the_main_option_and_keeps_the_others(write: Write) -> None:
    layer = "dense: {units: 8, activation: tanh, use_bias: false}"
    optimizer = "{adam: {beta_1: 0.8, learning_rate: {cosine: {peak: 0.1, final: 0.01}}}}"
    path = write(f"data: {{dataset: digits}}\nmodel: {{layers: [{layer}, relu]}}\ntraining: {{optimizer: {optimizer}}}")

    def layers(*settings: str) -> list[object]:
        first, second = load(path, settings).config.model.layers
        return [first.units, first.activation.key, first.use_bias, second.key]

    assert layers("model.layers[0].dense=64") == [64, "tanh", False, "relu"]
    assert layers("model.layers[0].dense=64", "model.layers[0].dense.units=32") == [32, "tanh", False, "relu"]
    assert layers("model.layers[0].dense.units=32", "model.layers[0].dense=64") == [64, "tanh", False, "relu"]
    assert layers("model.layers[1].dropout=0.5")[3] == "dropout"
    adam = load(path, ["training.optimizer.adam=0.01"]).config.training.optimizer
    assert (adam.beta_1, adam.learning_rate.top(), adam.learning_rate.key) == (0.8, 0.01, "constant")
    cosine = load(path, ["training.optimizer.adam.learning_rate.cosine=0.5"]).config.training.optimizer.learning_rate
    assert (cosine.peak, cosine.final) == (0.5, 0.01)
    (fault,) = faults(write("data: {dataset: digits}\nmodel: {layers: [relu]}"), "model.layers[0].relu=3")
    assert "takes no value here" in fault


def test_a_requirement_is_overridden_as_text(write: Write) -> None:
    path = write("data: {dataset: digits}\nrequire: {test.f1: '> 0.1'}")
    settings = ["require.test.accuracy=>= 0.5", "require.test.f1=< 1"]
    assert load(path, settings).config.require == {"test.accuracy": ">= 0.5", "test.f1": "< 1"}
    (fault,) = faults(path, "require.test.accuracy=0.5")
    assert fault.startswith("`overrides` require.test.accuracy: require.test.accuracy: expected a comparison")


OUTPUTS = [
    *((task, output) for task in ("{logic_gate: xor}", "digits", "height_weight") for output in ("auto",)),
    *(("{logic_gate: xor}", o) for o in ("sigmoid", "softmax", "{dense: 1}", "{dense: 2}")),
    *(
        ("{logic_gate: xor}", f"{{dense: {{units: {u}, activation: {a}}}}}")
        for u, a in ((1, "sigmoid"), (2, "softmax"))
    ),
    *(("digits", o) for o in ("softmax", "{dense: 10}", "{dense: {units: 10, activation: softmax}}")),
    *(("height_weight", o) for o in ("linear", "{dense: 1}", "{dense: {units: 1, activation: linear}}")),
]


@pytest.mark.parametrize(("data", "output"), OUTPUTS)
def test_every_output_gets_its_loss_and_resolves_to_itself(write: Write, data: str, output: str) -> None:
    config = load(write(f"data: {{dataset: {data}}}\nmodel: {{output: {output}}}")).config
    expected = {"sigmoid": ("binary_crossentropy", 1), "linear": ("mean_squared_error", 1)}
    many = ("sparse_categorical_crossentropy", 10 if data == "digits" else 2)
    last = config.model.output
    assert (config.training.loss.key, last.units) == expected.get(last.activation.key, many)
    assert load(write(as_yaml(config), "again.yaml")).config == config


def test_warnings_have_places(write: Write) -> None:
    layers = (
        "[dense: {units: 4, use_bias: true}, batch_normalization, sigmoid, sigmoid, sigmoid, dense: 3, dropout: 0.9]"
    )
    warnings = load(write(f"data: {{dataset: digits}}\nmodel: {{layers: {layers}}}")).warnings
    found = {warning.code: warning for warning in warnings}
    assert {"redundant_bias", "high_dropout", "missing_activation"} <= set(found)
    assert "this bias has no effect" in found["redundant_bias"].message
    assert ":2:" in found["redundant_bias"].place
    assert str(found["high_dropout"]).startswith(found["high_dropout"].place + ": a dropout rate of 0.9")
    deep = f"[{', '.join(['dense: {units: 4, activation: sigmoid}'] * 3)}]"
    warnings = load(write(f"data: {{dataset: digits}}\nmodel: {{layers: {deep}}}")).warnings
    assert [warning.code for warning in warnings] == ["vanishing_gradients"]


@pytest.mark.parametrize("name", sorted(shipped()))
def test_shipped_configurations_hold_and_resolve_to_themselves(
    name: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if name.startswith("recipes/"):
        request.getfixturevalue("data_dir")
    loaded = load(name)
    # One configuration is there to show what goes wrong, and is warned of just that.
    assert [warning.code for warning in loaded.warnings] == (["vanishing_gradients"] if name == "deep_sigmoid" else [])
    assert title(loaded.path)
    again = tmp_path / "config.yaml"
    again.write_text(as_yaml(loaded.config), encoding="utf-8")
    assert load(again).config == loaded.config
    assert "auto" not in str(yaml.safe_load(as_yaml(loaded.config))["model"])


@pytest.mark.parametrize(
    ("data", "training", "part"),
    [
        ("{dataset: digits, batch_size: 1300}", "{}", "1,300 is more than the 1,294 training rows"),
        ("{dataset: digits, batch_size: 1294}", "{}", ""),
        ("{dataset: digits, batch_size: 95, limit: 100}", "{}", "95 is more than the 90 training rows"),
        ("{dataset: mnist, batch_size: 60000}", "{}", "more than the 54,000 training rows"),
        ("{dataset: digits}", "{epochs: 2, optimizer: {adam: {learning_rate: {cosine: WARM}}}}", "rises for 2 epochs"),
        ("{dataset: digits}", "{epochs: 3, optimizer: {adam: {learning_rate: {cosine: WARM}}}}", ""),
        ("{dataset: digits}", "{iterations: 82, optimizer: {sgd: {learning_rate: {cosine: WARM}}}}", "training has 2"),
        ("{dataset: digits}", "{iterations: 83, optimizer: {sgd: {learning_rate: {cosine: WARM}}}}", ""),
    ],
)
def test_warnings_count_the_rows_that_train(write: Write, data: str, training: str, part: str) -> None:
    training = training.replace("WARM", "{peak: 0.1, warmup_epochs: 2}")
    warnings = load(write(f"data: {data}\ntraining: {training}")).warnings
    assert len(warnings) == bool(part)
    assert part in "".join(map(str, warnings))


def test_relative_paths_start_at_the_file(write: Write) -> None:
    path = write("data: {dataset: mnist, path: here/mnist}")
    assert load(path).config.data.path == str((path.parent / "here" / "mnist").resolve())


def test_a_run_is_named_after_any_file(write: Write) -> None:
    assert load(write("data: {dataset: digits}", "my net.yaml")).config.name == "my-net"
    assert load(write("data: {dataset: digits}", "...yaml")).config.name == "run"
