"""Training a run again: equal in every bit, or what differs and by how much."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from stored import arrays, rewrite

from dnnctl.cli.screen.reproduction import report
from dnnctl.config.loading import load
from dnnctl.errors import Interrupted, RunError, UsageError
from dnnctl.experiments.reproduce.compare import Change, environment_changes
from dnnctl.experiments.reproduce.train_again import reproduce
from dnnctl.runs.layout import RunDirectory
from dnnctl.training.job import resume, train
from dnnctl.training.observer import Observer

QUICK = ["engine=numpy", "training.epochs=3"]
pytestmark = pytest.mark.usefixtures("no_plots")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train(load("digits", [*QUICK, "data.limit=200"]), out=tmp_path_factory.mktemp("outputs")).run.path


@pytest.fixture
def run(finished: Path, tmp_path: Path) -> RunDirectory:
    return RunDirectory(Path(shutil.copytree(finished, tmp_path / "run")))


def test_equal(run: RunDirectory, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}
    result = reproduce(run)
    assert result.equal
    assert not result.environment
    assert result.numbers == sum(array.size for array in arrays(run.weights).values())
    assert {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()} == before
    assert json.loads(json.dumps(result.to_json()))["equal"] is True


def test_one_bit_of_one_weight(run: RunDirectory) -> None:
    stored = arrays(run.weights)
    name = next(name for name in stored if name.endswith("kernel"))
    value = stored[name][0, 0]
    stored[name][0, 0] = np.nextafter(value, np.float32(9))
    with run.weights.open("wb") as stream:
        np.savez(stream, **stored)
    result = reproduce(run)
    assert not result.equal
    assert [(w.name, w.different, w.size) for w in result.weights] == [(name, 1, stored[name].size)]
    assert result.weights[0].largest == pytest.approx(abs(float(stored[name][0, 0]) - float(value)))
    assert (result.metrics, result.first_epoch) == ((), None)


def test_another_figure_and_another_epoch(run: RunDirectory) -> None:
    metrics = json.loads(run.metrics.read_text())
    metrics["test"]["loss"] += 1e-12
    run.metrics.write_text(json.dumps(metrics))
    lines = run.history.read_text().splitlines()
    run.history.write_text("\n".join([*lines[:2], lines[2].replace("0.", "1.", 1), *lines[3:]]) + "\n")
    result = reproduce(run)
    assert [change.name for change in result.metrics] == ["test.loss"]
    assert result.first_epoch == 2
    assert not result.equal


def test_seconds_may_differ_and_rows_may_not_be_fewer(run: RunDirectory) -> None:
    lines = run.history.read_text().splitlines()
    assert lines[0].endswith(",seconds")
    slower = [lines[0], *(line.rpartition(",")[0] + ",99.0" for line in lines[1:])]
    run.history.write_text("\n".join(slower) + "\n")
    assert reproduce(run).equal
    run.history.write_text("\n".join(slower[:-1]) + "\n")
    assert reproduce(run).first_epoch == 3


def test_another_seed_in_another_environment_are_listed(run: RunDirectory) -> None:
    stored = json.loads(run.manifest.read_text())
    data = {**stored["data"], "digests": dict.fromkeys(stored["data"]["digests"], "0" * 64)}
    rewrite(
        run,
        versions={**stored["versions"], "numpy": "1.0"},
        platform={**stored["platform"], "processors": 999},
        environment={"OMP_NUM_THREADS": "7"},
        threads={"blas": 3},
        seed=42,
        data=data,
    )
    run.config.write_text(run.config.read_text().replace("seed: 42", "seed: 43", 1))
    result = reproduce(run)
    assert not result.equal
    assert result.first_epoch == 1
    assert len(result.weights) > 0
    found = {change.name: change for change in result.environment}
    assert {"versions.numpy", "platform.processors", "environment.OMP_NUM_THREADS", "threads.blas", "seed"} < set(found)
    assert any(name.startswith("data.digests.") for name in found)
    assert (found["threads.blas"].then, found["threads.blas"].now) == ("3", "1")
    assert (found["seed"].then, found["seed"].now) == ("42", "43")
    assert (found["versions.numpy"].then, found["versions.numpy"].now) == ("1.0", np.__version__)


def test_threads_in_use_and_threads_asked_for_are_compared() -> None:
    then = {"threads": {"intra_op": 1, "inter_op": 2}, "threads_asked": "auto", "seed": 1}
    now = {"threads": {"intra_op": 2, "inter_op": 2}, "threads_asked": 2, "seed": 1}
    assert environment_changes(then, now) == (
        Change("threads_asked", "auto", "2"),
        Change("threads.intra_op", "1", "2"),
    )
    assert environment_changes(then, then) == ()
    # A manifest that does not record what was asked for is compared in what it has.
    assert environment_changes({"threads": then["threads"]}, now) == (Change("threads.intra_op", "1", "2"),)


@pytest.mark.parametrize("state", ["interrupted", "running", "failed", None, ["x"] * 1000])
def test_a_run_that_is_not_finished(run: RunDirectory, state: Any) -> None:
    rewrite(run, state=state)
    with pytest.raises(RunError, match="only a finished run can be compared with") as raised:
        reproduce(run)
    assert len(str(raised.value)) < 500


@pytest.mark.parametrize("contents", ["[1]", "{}", '{"test": 1}', "[" * 100_000, '{"test": {"loss": [[]]}}', "x"])
def test_figures_that_are_none(run: RunDirectory, contents: str) -> None:
    run.metrics.write_text(contents)
    with pytest.raises(RunError, match=r"metrics\.json: expected"):
        reproduce(run)


def test_a_run_that_was_made_longer(run: RunDirectory) -> None:
    resume(run, ["training.epochs=4"])
    result = reproduce(run)
    assert not result.equal
    assert result.lengthened == "cosine"
    assert "its cosine learning rate depends on the length" in report(result)
    assert "threads" not in report(result)


def test_from_the_weights_of_another_run(run: RunDirectory, tmp_path: Path) -> None:
    loaded = load("digits", [*QUICK, "data.limit=200", "training.optimizer.adam.learning_rate=0.01"])
    second = train(loaded, out=tmp_path / "outputs", init_from=run).run
    assert reproduce(second).equal
    moved = run.path.rename(tmp_path / "moved")
    with pytest.raises(RunError, match=r"which is no run here. Say where that run is: `init_from`=RUN"):
        reproduce(second)
    assert reproduce(second, init_from=str(moved)).equal
    with pytest.raises(UsageError, match="was not started from another run"):
        reproduce(RunDirectory(moved), init_from=str(second.path))
    other = reproduce(second, init_from=str(second.path))
    assert not other.equal
    assert "init_from_digest" in [change.name for change in other.environment]


def test_an_interruption_leaves_the_run_as_it_was(run: RunDirectory) -> None:
    class Impatient(Observer):
        def stop_requested(self) -> bool:
            return True

    with pytest.raises(Interrupted, match="is as it was"):
        reproduce(run, observer=Impatient())


def test_a_history_far_too_long_is_not_read(run: RunDirectory) -> None:
    with run.history.open("r+b") as stream:
        stream.truncate(200 * 1024**2)
    with pytest.raises(RunError, match="expected a row an epoch, at most"):
        reproduce(run)


@pytest.mark.slow
@pytest.mark.parametrize("deterministic", ["true", "false"])
def test_keras_in_processes_of_their_own(tmp_path: Path, deterministic: str) -> None:
    """Op determinism holds for a whole process, so it is turned on in another one."""
    code = """
import sys
from pathlib import Path
from dnnctl.config.loading import load
from dnnctl.experiments.reproduce.train_again import reproduce
from dnnctl.runs.layout import RunDirectory
from dnnctl.runs.manifest import read_manifest
from dnnctl.training.job import train
wanted, out, run = sys.argv[1:]
if run:
    assert reproduce(RunDirectory(Path(run))).equal
else:
    run = train(load("digits", ["training.epochs=2", f"deterministic={wanted}"]), out=Path(out)).run.path
from tensorflow.python.framework import config
assert config.is_op_determinism_enabled() == (wanted == "true")
manifest = read_manifest(Path(run) / "manifest.json")
assert manifest["deterministic"] == (wanted == "true")
assert manifest["environment"].get("TF_DETERMINISTIC_OPS") == ("1" if wanted == "true" else None)
print(run)
"""
    run = ""
    for _ in range(2):
        arguments = [sys.executable, "-c", code, deterministic, str(tmp_path), run]
        done = subprocess.run(arguments, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        run = done.stdout.strip()
