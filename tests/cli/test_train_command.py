"""`dnnctl train`: what it shows and what it leaves behind."""

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from stored import arrays, only_run, state

Run = Callable[..., Any]
QUICK = ("--engine", "numpy", "--set", "training.epochs=3")
STAMP = r"\d{8}-\d{6}(-\d+)?"


def test_a_whole_training_in_a_pipe(dnnctl: Run, tmp_path: Path) -> None:
    done = dnnctl("train", "digits", *QUICK)
    lines = done.out.splitlines()

    assert (done.status, done.err) == (0, "")
    assert "\x1b" not in done.out
    assert "\r" not in done.out
    epochs = [line for line in lines if line.startswith("epoch ")]
    assert [line.split()[1] for line in epochs] == ["1/3", "2/3", "3/3"]
    for name in ("loss", "accuracy", "val_loss", "val_accuracy", "learning_rate"):
        assert all(re.search(rf"  {name} [\d.e-]+", line) for line in epochs)
    assert "17,802 parameters" in done.out
    table = {line.split("  ")[1]: line.split() for line in lines if line.startswith("  ")}
    assert {"this network", "linear model (closed form)"} <= set(table)
    metrics = json.loads((only_run(tmp_path) / "metrics.json").read_text())
    assert table["this network"][2] == f"{metrics['test']['accuracy']:.4f}"
    assert "training accuracy 0." in done.out
    assert re.search(rf"written   outputs/digits/{STAMP}/", done.out)
    assert re.search(rf"plots     outputs/digits/{STAMP}/plots/  .*learning_curves.png", done.out)
    assert lines[-2:] == ["  next      dnnctl evaluate latest", "            dnnctl predict latest --sample 5"]
    assert state(tmp_path) == "done"


def test_the_commands_to_try_next_work(dnnctl: Run) -> None:
    shown = dnnctl("train", "xor", *QUICK, "--out", "else where/runs").out
    evaluate, predict = [line.partition("dnnctl ")[2] for line in shown.splitlines()[-2:]]

    assert dnnctl(*shlex.split(evaluate)).status == 0
    assert dnnctl(*shlex.split(predict)).status == 0


def test_quiet_prints_the_folder_only(dnnctl: Run, tmp_path: Path) -> None:
    done = dnnctl("train", "digits", *QUICK, "--quiet")
    assert done == (0, f"{only_run(tmp_path).relative_to(tmp_path)}\n", "")


def test_quiet_keeps_warnings_out_of_standard_output(dnnctl: Run, tmp_path: Path) -> None:
    deep = "model.layers=[dense: 4, sigmoid, dense: 4, sigmoid, dense: 4, sigmoid, dense: 4, sigmoid]"
    done = dnnctl("train", "digits", *QUICK, "--quiet", "--set", deep)
    assert done.out == f"{only_run(tmp_path).relative_to(tmp_path)}\n"
    assert done.err.startswith("warning: ")
    assert "vanish" in done.err


def test_json_is_one_object_and_the_rest_goes_to_standard_error(dnnctl: Run, tmp_path: Path) -> None:
    done = dnnctl("train", "digits", *QUICK, "--json")
    assert done.out.count("\n") == 1
    value = json.loads(done.out)
    run = only_run(tmp_path)
    assert (tmp_path / value["run"]).resolve() == run.resolve()
    assert value["metrics"] == json.loads((run / "metrics.json").read_text())
    assert (value["epochs"], value["optimizer_steps"], value["unmet"]) == (3, 3 * 41, [])
    manifest = json.loads((run / "manifest.json").read_text())
    assert value["verdict"]["sentence"] == manifest["verdict"]
    assert all((tmp_path / plot).is_file() for plot in value["plots"])
    assert done.err.count("\nepoch ") == 3


def test_what_is_advised_is_a_command_that_can_be_copied(dnnctl: Run, tmp_path: Path) -> None:
    slow = ("training.optimizer={sgd: 1e-4}", "training.steps_per_execution=1", "training.metrics=[accuracy]")
    settings = [word for each in slow for word in ("--set", each)]
    done = dnnctl("train", "digits", *QUICK, *settings)
    line = next(line for line in done.out.splitlines() if line.startswith("            dnnctl train digits"))
    words = shlex.split(line)
    assert words[1:3] == ["train", "digits"]
    # What was set before is set again, and what is advised comes after it.
    given = [words[i + 1] for i, word in enumerate(words) if word == "--set"]
    advised = [text.partition("=")[0] for text in given]
    assert len(set(advised)) == len(advised) > len(slow)
    assert {text for text in slow if text.partition("=")[0] not in advised[-3:]} <= set(given)
    again = dnnctl(*words[1:], "--json")
    assert again.status == 0
    manifest = json.loads((tmp_path / json.loads(again.out)["run"] / "manifest.json").read_text())
    assert manifest["verdict"] == json.loads(again.out)["verdict"]["sentence"]
    assert [each["settings"] for each in manifest["advice"]] == [
        each["settings"] for each in json.loads(again.out)["verdict"]["advice"]
    ]


def test_json_and_quiet_together(dnnctl: Run) -> None:
    done = dnnctl("train", "xor", *QUICK, "--json", "--quiet")
    assert json.loads(done.out)["state"] == "done"
    assert done.err == ""


def test_dry_run_shows_the_network_and_trains_nothing(start: Run, tmp_path: Path) -> None:
    code = (
        "import sys; from dnnctl.cli.main import cli\n"
        "cli.main(['train', 'digits', '--dry-run'], standalone_mode=False)\n"
        "print([name for name in ('tensorflow', 'keras', 'matplotlib') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.splitlines()[-1] == "[]"
    assert "17,802 parameters, 17,418 of them trained; about" in done.stdout
    assert "30 epochs of 41 steps of 32 rows: 1,230 steps of adam" in done.stdout
    assert not list(tmp_path.iterdir())


def test_dry_run_as_json_is_one_object(dnnctl: Run, tmp_path: Path) -> None:
    done = dnnctl("train", "digits", "--dry-run", "--json")
    assert (done.status, done.out.count("\n")) == (0, 1)
    value = json.loads(done.out)
    assert (value["name"], value["dataset"], value["parameters"], value["trainable"]) == (
        "digits",
        "digits",
        17802,
        17418,
    )
    assert value["rows"] == {"train": 1294, "validation": 144, "test": 359}
    assert (value["steps"], value["epochs"], value["steps_per_epoch"]) == (1230, 30, 41)
    assert value["memory_bytes"] > 0
    assert sum(layer["parameters"] for layer in value["layers"]) == 17802
    assert (value["layers"][0]["name"], value["layers"][-1]["outputs"]) == ("dense_1", 10)
    assert "17,802 parameters" in done.err
    assert not list(tmp_path.iterdir())


def test_dry_run_tells_what_each_output_stands_for(dnnctl: Run, tmp_path: Path) -> None:
    rows = "".join(f"{i % 12},{i % 7},{i % 12 + 1}\n" for i in range(240))
    (tmp_path / "t.csv").write_text("a,b,c\n" + rows)
    (tmp_path / "t.yaml").write_text("data: {csv: {path: t.csv, target: c, types: {c: category}}}\n")
    told = dnnctl("train", tmp_path / "t.yaml", "--dry-run").out

    assert "  unit -> class   0 -> 1, 1 -> 2, 2 -> 3, 3 -> 4, 4 -> 5, 5 -> 6, 6 -> 7, 7 -> 8\n" in told
    assert "\n                  8 -> 9, 9 -> 10, 10 -> 11, 11 -> 12\n" in told
    assert "unit -> class   0 -> 1 (else 0)\n" in dnnctl("train", "xor", "--dry-run").out
    assert "unit -> target   0 -> height\n" in dnnctl("train", "height_weight", "--dry-run").out
    units = json.loads(dnnctl("train", tmp_path / "t.yaml", "--dry-run", "--json").out)["units"]
    assert units == [str(i) for i in range(1, 13)]


def test_one_is_counted_as_one(dnnctl: Run) -> None:
    assert "200 epochs of 1 step of 4 rows: 200 steps of adam" in dnnctl("train", "xor", "--dry-run").out
    once = dnnctl("train", "xor", "--dry-run", "--set", "training.epochs=1").out
    assert "1 epoch of 1 step of 4 rows: 1 step of adam" in once


@pytest.mark.parametrize("engine", ["numpy", pytest.param("keras", marks=pytest.mark.slow)])
@pytest.mark.parametrize("output", ["softmax", "{dense: 2}", "sigmoid", "{dense: 1}"])
def test_two_classes_are_learned_with_every_output(dnnctl: Run, tmp_path: Path, output: str, engine: str) -> None:
    done = dnnctl("train", "xor", "--engine", engine, "--set", f"model.output={output}", "--json", "--quiet")
    assert (done.status, json.loads(done.out)["metrics"]["test"]["accuracy"]) == (0, 1.0)


def test_dry_run_checks_the_weights_to_start_from(dnnctl: Run, trained: Path) -> None:
    arguments = ("train", "digits", "--dry-run", "--out", trained, "--init-from")
    assert dnnctl(*arguments, "digits").status == 0
    unknown = dnnctl(*arguments, "digitz")
    assert (unknown.status, unknown.out) == (1, "")
    assert "did you mean 'digits'?" in unknown.err
    other = dnnctl(*arguments, "xor")
    assert (other.status, other.out) == (1, "")
    assert "its weights are those of another network" in other.err


def test_a_name_is_the_folder_of_the_run(dnnctl: Run, tmp_path: Path) -> None:
    assert dnnctl("train", "xor", *QUICK, "--name", "2024", "--out", "runs").status == 0
    (run,) = (tmp_path / "runs" / "2024").iterdir()
    assert "name: '2024'" in (run / "config.yaml").read_text()
    wrong = dnnctl("train", "xor", *QUICK, "--name", "../up")
    assert wrong.status == 2
    assert wrong.err.startswith("error: --name: name: expected 1 to 64 letters")


def test_training_goes_on_from_other_weights(dnnctl: Run, trained: Path, tmp_path: Path) -> None:
    still = ("--engine", "numpy", "--set", "training.iterations=1", "--set", "training.optimizer={sgd: 1e-30}")
    assert dnnctl("train", "digits", *still, "--init-from", next(trained.glob("digits/*"))).status == 0
    before = arrays(next(trained.glob("digits/*/weights.npz")))
    after = arrays(only_run(tmp_path) / "weights.npz")
    assert np.array_equal(before["dense_1/kernel"], after["dense_1/kernel"])
    manifest = json.loads((only_run(tmp_path) / "manifest.json").read_text())
    assert manifest["init_from"] == str(next(trained.glob("digits/*")))


def test_every_fault_of_a_configuration_is_a_line(dnnctl: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("data:\n  dataset: digitz\nmodle: {}\nseed: x\n")
    done = dnnctl("train", "bad.yaml", "--set", "training.epochs=no", "--set", "nothing")
    lines = done.err.splitlines()
    assert (done.status, done.out) == (2, "")
    assert len(lines) == 5
    assert all(line.startswith(("error: bad.yaml:", "error: --set ")) for line in lines)
    assert not (tmp_path / "outputs").exists()


def test_a_folder_does_not_hide_a_shipped_configuration(dnnctl: Run, tmp_path: Path) -> None:
    (tmp_path / "xor").mkdir()
    assert dnnctl("config", "check", "xor").status == 0


@pytest.mark.parametrize("quiet", [True, False])
def test_an_unmet_requirement_is_status_3_and_a_whole_run(dnnctl: Run, tmp_path: Path, quiet: bool) -> None:
    asked = ("--set", "require={test.accuracy: '>= 0.9999'}")
    done = dnnctl("train", "xor_single_layer", *QUICK, *asked, *["--quiet"] * quiet)
    assert done.status == 3
    assert "test.accuracy: required >= 0.9999, received 0." in (done.err if quiet else done.out)
    assert state(tmp_path) == "done"
    assert (only_run(tmp_path) / "metrics.json").is_file()


def test_missing_data_says_where_it_was_looked_for(
    dnnctl: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from dnnctl.datasets.published import image_set

    def no_network(*_: object) -> None:
        raise image_set.DataError("no network")

    monkeypatch.setattr(image_set, "fetch", no_network)
    monkeypatch.delenv("DNNCTL_DATA_DIR", raising=False)
    monkeypatch.setenv("DNNCTL_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    done = dnnctl("train", "mnist")
    assert (done.status, done.out) == (1, "")
    assert "DNNCTL_DATA_DIR: not set" in done.err
    assert str(tmp_path / "cache" / "datasets" / "mnist") in done.err
    assert "no network" in done.err
    assert "'dnnctl train digits' works without any download" in done.err
    assert not (tmp_path / "outputs").exists()


def test_an_output_folder_that_cannot_be_written(dnnctl: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = dnnctl("train", "xor", "--out", "file")
    assert (done.status, done.err.count("\n")) == (2, 1)
    done = dnnctl("train", "xor", "--out", "file/inside")
    assert (done.status, done.out) == (1, "")
    assert done.err == (
        "error: file/inside/xor: the run's folder cannot be made: Not a directory. Choose another place with --out\n"
    )


def test_a_profile_says_where_the_time_went(dnnctl: Run, tmp_path: Path) -> None:
    done = dnnctl("train", "xor", "--engine", "numpy", "--profile")
    assert done.status == 0
    rows = [line.split() for line in done.out.split("dnnctl evaluate latest")[1].splitlines()]
    seconds = json.loads((only_run(tmp_path) / "manifest.json").read_text())["seconds"]
    stages = {"data", "build", "waiting", "evaluation", "plots", "saving", "rest"}
    assert stages <= seconds.keys()
    assert stages <= {row[0] for row in rows if row}
    longer = dnnctl("train", "--resume", "latest", "--set", "training.epochs=3000", "--profile")
    assert longer.status == 0
    assert "plots" in longer.out.split("dnnctl evaluate latest")[1]


@pytest.mark.parametrize(
    ("option", "path"),
    [("--epochs", "training.epochs"), ("--batch-size", "data.batch_size"), ("--seed", "seed"), ("--max-epochs", "")],
)
def test_a_key_of_the_configuration_that_is_no_option_is_told_how_to_set(dnnctl: Run, option: str, path: str) -> None:
    done = dnnctl("train", "digits", option, "5")
    assert done.status == 2
    assert "No such option" in done.err
    assert (f"Keys of the configuration are set by --set {path}=VALUE. Try 'dnnctl train --help'" in done.err) == bool(
        path
    )
    assert "--set" not in dnnctl("predict", "digits", option, "5").err
