"""Every fault of a configuration is found, at its place, with what is expected."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from refusals import faults

from dnnctl.config.loading import load
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
        ("data: {dataset: digits}\ntraining: {engine: numpy}", "'engine' stands at the top level"),
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
        ("data: {dataset: digits}\nrequire: {test.accuracy: 0.9}", "as '>= 0.88'; received '0.9'"),
        ("data: {dataset: digits}\nrequire: {test.accuracy: about 0.9}", "expected a comparison"),
        ("data: {dataset: digits}\nrequire: {tst.accuracy: '> 0.9'}", "expected a split and a metric"),
        ("data: {dataset: height_weight}\nrequire: {validation.mse: '< 9'}", "no validation split"),
        ("data: {dataset: height_weight}\ntraining: {early_stopping: {}}", "so few rows"),
        ("data: {dataset: digits, path: /x}", "read from no path"),
        ("data: {dataset: digits}\nengine: numpy\ndevice: gpu", "expected auto or cpu"),
        ("data: {dataset: digits}\nengine: numpy\ndevice: gpus", "the processor alone; expected auto or cpu"),
        ("data: {dataset: digits}\nengine: numpy\ndevice: {cpus: 2}", "received {cpus: 2}"),
        ("data: {dataset: digits}\ndevice: {cpus: 1}", "or {cpus: N} with N of 2 to 64"),
        ("data: {dataset: digits}\ndevice: many", "expected auto, cpu, gpu, gpus, or"),
        ("data: {dataset: digits}\ndevice: gpus\ntraining: {jit_compile: true}", "steps that are not compiled"),
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
    assert any(
        f.startswith("`overrides` training.epoch: training.epoch: unknown key; did you mean 'epochs'") for f in found
    )
    assert any("expected key=value" in f for f in found)
    assert any(f.startswith("`overrides` seed: seed: expected a whole number") for f in found)
    assert any("model.layers[7]" in f for f in found)


def test_suggestions_are_metrics_that_fit(write: Write) -> None:
    (fault,) = faults(write("data: {dataset: height_weight}\ntraining: {metrics: [acuracy]}"))
    assert fault.endswith("unknown metric 'acuracy'; expected one of: mse, rmse, mae, r2")
    (fault,) = faults(write("data: {dataset: {logic_gate: xor}}\ntraining: {metrics: [nothing]}"))
    assert fault.endswith("expected one of: accuracy, precision, recall, f1, auc")


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
        ("wrong=0.1", None),
        ("training.batch_size=3", "data.batch_size"),
        ("data.patience=3", "training.early_stopping.patience"),
        ("training.epoch=3", "epochs"),
    ],
)
def test_a_key_in_the_wrong_place_is_told_where_it_belongs(write: Write, setting: str, meant: str | None) -> None:
    (fault,) = faults(write("data: {dataset: digits}\n"), setting)
    assert (f"did you mean '{meant}'?" if meant else "expected one of: checkpoint, data, ") in fault


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("data.augmentation.shift=0.1", "`overrides` data.augmentation.shift: data.augmentation: unknown key"),
        ("data.fold.index=2", "`overrides` data.fold.index: data.fold.of: this key is missing"),
    ],
)
def test_a_mapping_that_an_override_made_is_found_in_the_override(setting: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load("digits", [setting])
    assert [str(fault).startswith(said) for fault in caught.value.faults] == [True]
