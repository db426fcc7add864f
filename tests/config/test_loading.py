import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from dnnctl.config.loading import as_yaml, load
from dnnctl.config.shipped import shipped, title
from dnnctl.errors import ConfigError

Write = Callable[..., Path]

FAULTY = """\
name: faulty
sed: 3
data:
  dataset: digits
  batch_size: big
model:
  layers:
    - dense: 64
    - relo
    - dropout: 1.5
    - dense: {unitz: 3}
  output: {dense: {units: 9, activation: softmax}}
training:
  epochs: ten
  optimizer: {adam: {learning_rate: 1e-3, beta_3: 1}}
  metrics: [accuracy, rmse]
  early_stopping: {monitor: val_f1}
"""


def faults(path: Path, *settings: str) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        load(path, settings)
    return [str(fault).replace(str(path), "F") for fault in raised.value.faults]


def test_every_fault_is_reported_in_one_go(write: Write) -> None:
    found = faults(write(FAULTY))
    expected = [
        "F:2:1: sed: unknown key; did you mean 'seed'?",
        "F:5:15: data.batch_size: expected a whole number",
        "F:9:7: model.layers[1]: unknown layer 'relo'; did you mean 'relu'?",
        "F:10:16: model.layers[2].dropout.rate: expected a number below 1",
        "F:11:14: model.layers[3].dense.units: this key is missing",
        "F:11:15: model.layers[3].dense.unitz: unknown key; did you mean 'units'?",
        "F:12:27: model.output.dense.units: expected one unit for each of the 10 classes; received 9",
        "F:14:11: training.epochs: expected a whole number; received the text 'ten'",
        "F:15:43: training.optimizer.adam.beta_3: unknown key; did you mean 'beta_2'?",
        "F:16:23: training.metrics[1]: rmse does not fit",
        "F:17:29: training.early_stopping.monitor: 'val_f1' is not followed",
    ]
    assert len(found) == len(expected)
    for line, start in zip(found, expected, strict=True):
        assert line.startswith(start)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "the file is empty"),
        ("- a", "expected `key: value` lines"),
        ("name: x", "data: this key is missing"),
        ("data: {dataset: mnst}", "unknown data set 'mnst'; did you mean 'mnist'?"),
        ("data: {dataset: digits}\nmodel: 3", "model: expected a mapping"),
        (
            "data: {dataset: digits}\nmodel: {layers: [dense]}",
            "model.layers[0].dense.units: this key is missing",
        ),
        ("data: {dataset: digits}\nmodel: {layers: [{relu: 3}]}", "takes no value here"),
        ("data: {dataset: digits}\nmodel: {layers: [{dense: 1, relu: {}}]}", "received 2 names"),
        (
            "data: {dataset: digits}\nmodel: {layers: [{dense: {units: 3, activation: dropout}}]}",
            "dropout.rate",
        ),
        (
            "data: {dataset: digits}\nmodel: {layers: [{dense: {units: 3, activation: batch_normalization}}]}",
            "expected an activation",
        ),
        ("data: {dataset: digits}\nmodel: {output: sigmoid}", "expected softmax"),
        (
            "data: {dataset: {logic_gate: or}}\nmodel: {output: {dense: {units: 1, activation: softmax}}}",
            "softmax over one unit",
        ),
        (
            "data: {dataset: {logic_gate: xor}}\nmodel: {output: {dense: {units: 3}}}",
            "1 unit (sigmoid) or 2 units",
        ),
        ("data: {dataset: {logic_gate: nand}}", "expected 'and', 'or' or 'xor'; received the text 'nand'"),
        ("data: {dataset: height_weight}\nmodel: {output: sigmoid}", "bounded"),
        ("data: {dataset: height_weight}\ntraining: {loss: binary_crossentropy}", "does not fit 'height'"),
        (
            "data: {dataset: {logic_gate: or}}\ntraining: {loss: categorical_crossentropy}",
            "wants a softmax output",
        ),
        ("data: {dataset: digits}\ntraining: {loss: mse}", "did you mean 'mean_squared_error'?"),
        (
            "data: {dataset: digits}\ntraining: {optimizer: adm}",
            "unknown optimizer 'adm'; did you mean 'adam'?",
        ),
        (
            "data: {dataset: digits}\ntraining: {optimizer: {adam: fast}}",
            "expected a number above 0, or a schedule",
        ),
        (
            "data: {dataset: digits}\ntraining: {optimizer: {sgd: {nesterov: true}}}",
            "nesterov needs a momentum",
        ),
        (
            "data: {dataset: digits}\ntraining: {optimizer: {adam: {clipnorm: 1, clipvalue: 1}}}",
            "at most one kind",
        ),
        ("data: {dataset: digits}\ntraining: {epochs: 1, iterations: 5}", "either epochs or iterations"),
        ("data: {dataset: digits}\ntraining: {metrics: [accurcy]}", "did you mean 'accuracy'?"),
        ("data: {dataset: digits}\ntraining: {metrics: [acc]}", "did you mean 'accuracy'?"),
        ("data: {dataset: digits}\ntraining: {metrics: [top_10]}", "always 1"),
        ("data: {dataset: digits}\nrequire: {test.accuracy: 0.9}", "expected text"),
        ("data: {dataset: digits}\nrequire: {test.accuracy: about 0.9}", "expected a comparison"),
        ("data: {dataset: digits}\nrequire: {tst.accuracy: '> 0.9'}", "expected a split and a metric"),
        ("data: {dataset: height_weight}\nrequire: {validation.mse: '< 9'}", "no validation split"),
        ("data: {dataset: height_weight}\ntraining: {early_stopping: {}}", "so few rows"),
        ("data: {dataset: digits, path: /x}", "read from no path"),
        ("data: {dataset: digits}\nengine: numpy\ndevice: gpu", "expected auto or cpu"),
        ("data: {dataset: digits}\ntraining: {optimizer: [adam]}", "expected an optimizer name"),
        ("name: ../x\ndata: {dataset: digits}", "expected 1 to 64 letters"),
        ("seed: .nan\ndata: {dataset: digits}", "expected a whole number"),
        ("data: {dataset: digits}\ntraining: {optimizer: {adam: .inf}}", "above 0"),
    ],
)
def test_a_fault_says_what_is_expected(write: Write, text: str, part: str) -> None:
    found = faults(write(text))
    assert len(found) == 1, found
    assert part in found[0]
    assert found[0].startswith("F")


def test_faults_of_the_text_do_not_hide_those_of_its_meaning(write: Write) -> None:
    text = "data: {dataset: digits}\nseed: 1\nseed: 2\ntraining: {epochs: !!float 3, metrics: [accurcy]}\nmodle: {}\n"
    found = faults(write(text))
    expected = [
        "F:3:1: seed: duplicate key",
        "F:4:20: training.epochs: expected a whole number",
        "F:4:41: training.metrics[0]: unknown metric",
        "F:5:1: modle: unknown key",
    ]
    assert [line[: len(start)] for line, start in zip(found, expected, strict=True)] == expected
    tagged = faults(write("data: {dataset: digits}\nseed: !secret 3\nengine: jax\n"))
    assert [line.split(":")[3] for line in tagged] == [" seed", " engine"]
    assert "the tag" in tagged[0]


@pytest.mark.parametrize("data", ["{dataset: digitz}", "{batch_size: 8}", "3"])
def test_an_unknown_data_set_does_not_hide_other_faults(write: Write, data: str) -> None:
    text = f"""\
data: {data}
model: {{layers: [dense: {{units: 3, activation: batch_normalization}}], output: {{dense: 3}}}}
training:
  epochs: 1
  iterations: 1
  metrics: [accurcy, rmse]
  early_stopping: {{monitor: val_losss}}
  reduce_on_plateau: {{monitor: val_loss}}
require: {{tst.accuracy: '> 0.9', test.mse: '< 1'}}
"""
    found = faults(write(text))
    keys = ["data", "model.layers[0]", "training.iterations", "training.metrics[0]", "training.early", "require.tst"]
    assert [line.split(": ")[1][: len(key)] for line, key in zip(found, keys, strict=True)] == keys


def test_faults_behind_faults_are_found(write: Write) -> None:
    text = "data: {{dataset: digits}}\ntraining: {{optimizer: {{sgd: {}}}}}"
    hidden = faults(write(text.format("{nesterov: true, betta: 1, clipnorm: -1}")))
    assert len(hidden) == 3
    assert any("nesterov needs a momentum" in line for line in hidden)
    # Of what is not there only because it was wrong, nothing more is said.
    (momentum,) = faults(write(text.format("{nesterov: true, momentum: 2}")))
    assert "momentum: expected a number below 1" in momentum
    (fast,) = faults(write(text.format("fast")))
    assert "expected a number above 0, or a schedule" in fast
    (output,) = faults(write("data: {dataset: digits}\nmodel: {output: {dense: {units: many}}}"))
    assert "output.dense.units: expected a whole number" in output


def test_missing_file_directory_and_wrong_encoding(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="did you mean 'digits'"):
        load("digts")
    with pytest.raises(ConfigError, match="received a directory"):
        load(tmp_path)
    latin = tmp_path / "latin.yaml"
    latin.write_bytes(b"name: caf\xe9\n")
    with pytest.raises(ConfigError, match=r"latin.yaml:1:1: expected UTF-8"):
        load(latin)
    large = tmp_path / "large.yaml"
    large.write_bytes(b"#" * (10 << 20))
    with pytest.raises(ConfigError, match="at most 262,144 bytes"):
        load(large)


def test_faulty_overrides_are_named(write: Write) -> None:
    path = write("data: {dataset: digits}")
    found = faults(path, "training.epoch=3", "nonsense", "seed=x", "model.layers[7]=relu")
    assert any(f.startswith("--set training.epoch: training.epoch: unknown key; did you mean 'epochs'") for f in found)
    assert any("expected key=value" in f for f in found)
    assert any(f.startswith("--set seed: seed: expected a whole number") for f in found)
    assert any("model.layers[7]" in f for f in found)


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
    assert fault.startswith("--set require.test.accuracy: require.test.accuracy: expected a comparison")


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
    assert any("this bias has no effect" in w and ":2:" in w for w in warnings)
    assert any("dropout rate of 0.9" in w for w in warnings)
    assert any("one affine layer" in w for w in warnings)
    deep = f"[{', '.join(['dense: {units: 4, activation: sigmoid}'] * 3)}]"
    warnings = load(write(f"data: {{dataset: digits}}\nmodel: {{layers: {deep}}}")).warnings
    assert len(warnings) == 1
    assert "vanish" in warnings[0]


@pytest.mark.parametrize("name", sorted(shipped()))
def test_shipped_configurations_hold_and_resolve_to_themselves(
    name: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if name.startswith("recipes/"):
        request.getfixturevalue("data_dir")
    loaded = load(name)
    # One configuration is there to show what goes wrong, and is warned of just that.
    assert [("vanish" in warning) for warning in loaded.warnings] == ([True] if name == "deep_sigmoid" else [])
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
    assert part in "".join(warnings)


def test_suggestions_are_metrics_that_fit(write: Write) -> None:
    (fault,) = faults(write("data: {dataset: height_weight}\ntraining: {metrics: [acuracy]}"))
    assert fault.endswith("unknown metric 'acuracy'; expected one of: mse, rmse, mae, r2")
    (fault,) = faults(write("data: {dataset: {logic_gate: xor}}\ntraining: {metrics: [nothing]}"))
    assert fault.endswith("expected one of: accuracy, precision, recall, f1, auc")


def test_relative_paths_start_at_the_file(write: Write) -> None:
    path = write("data: {dataset: mnist, path: here/mnist}")
    assert load(path).config.data.path == str((path.parent / "here" / "mnist").resolve())


def test_a_faulty_configuration_imports_nothing_heavy(write: Write) -> None:
    code = (
        "import sys\nfrom dnnctl.config.loading import load\n"
        f"try: load({str(write(FAULTY))!r})\nexcept Exception as e: print(len(e.faults))\n"
        "print([m for m in ('tensorflow', 'keras', 'matplotlib', 'sklearn') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.split("\n")[:2] == ["11", "[]"]


@pytest.mark.parametrize(
    ("setting", "meant"),
    [
        ("epochs=3", "training.epochs"),
        ("dataset=xor", "data.dataset"),
        ("lr=0.1", None),
        ("training.batch_size=3", "data.batch_size"),
        ("data.patience=3", "training.early_stopping.patience"),
        ("training.epoch=3", "epochs"),
    ],
)
def test_a_key_in_the_wrong_place_is_told_where_it_belongs(write: Write, setting: str, meant: str | None) -> None:
    (fault,) = faults(write("data: {dataset: digits}\n"), setting)
    assert (f"did you mean '{meant}'?" if meant else "expected one of: checkpoint, data, ") in fault


def test_a_run_is_named_after_any_file(write: Write) -> None:
    assert load(write("data: {dataset: digits}", "my net.yaml")).config.name == "my-net"
    assert load(write("data: {dataset: digits}", "...yaml")).config.name == "run"
