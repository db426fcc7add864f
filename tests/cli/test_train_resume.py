"""`dnnctl train --resume`: what it says, how it ends, and what does not go with it."""

import json
import re
import shlex
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from stored import only_run

Run = Callable[..., Any]
QUICK = ("--engine", "numpy", "--set", "training.epochs=2", "--set", "data.limit=200")


def manifest(folder: Path) -> Any:
    return json.loads((only_run(folder) / "manifest.json").read_text())


def after_epoch(number: int, process: "subprocess.Popen[str]") -> None:
    for line in process.stdout or ():
        if re.match(rf"epoch +{number}/", line):
            return
    raise AssertionError(f"no such epoch was shown: {process.communicate()}")


@pytest.mark.usefixtures("no_plots")
def test_the_command_that_an_interruption_names_works(start: Run, dnnctl: Run, tmp_path: Path) -> None:
    process = start("train", "digits", "--engine", "numpy", "--set", "training.epochs=40", "--out", "else where/runs")
    after_epoch(2, process)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 130
    command = said.partition("go on with: dnnctl ")[2]
    done = dnnctl(*shlex.split(command))
    assert (done.status, done.err) == (0, "")
    assert re.search(r"\n  going on at epoch \d+, step \d+: [\d,]+ of 1,640 steps are done\n", done.out)
    epochs = [int(line.split("/")[0].split()[1]) for line in done.out.splitlines() if line.startswith("epoch ")]
    assert epochs == list(range(epochs[0], 41))
    assert epochs[0] > 2
    (path,) = tmp_path.glob("else where/runs/*/*/manifest.json")
    starts = json.loads(path.read_text())["starts"]
    assert [s["state"] for s in starts] == ["interrupted", "done"]
    assert starts[1]["first_step"] == starts[0]["last_step"] + 1
    assert starts[1]["command"][1:3] == ["train", "--resume"]


def test_a_finished_run_says_so_and_can_be_longer(dnnctl: Run, tmp_path: Path) -> None:
    assert dnnctl("train", "digits", *QUICK, "--quiet").status == 0
    done = dnnctl("train", "--resume", "latest")
    assert (done.status, done.out) == (1, "")
    run = only_run(tmp_path).relative_to(tmp_path)
    assert done.err == (
        f"error: {run}: this run is finished, after 2 epochs. To train it for longer: dnnctl train --resume {run} "
        "--set training.epochs=N\n"
    )
    longer = dnnctl("train", "--resume", "digits", "--set", "training.epochs=3", "--json")
    assert longer.status == 0
    value = json.loads(longer.out)
    assert (value["epochs"], value["optimizer_steps"], value["state"]) == (3, 18, "done")
    assert "the cosine learning rate depends on the length of the training" in longer.err
    assert manifest(tmp_path)["network"]["steps_planned"] == 18


def test_a_run_without_weights_is_the_latest_to_resume(dnnctl: Run, tmp_path: Path) -> None:
    assert dnnctl("train", "digits", *QUICK, "--quiet").status == 0
    killed = tmp_path / "outputs" / "digits" / "20990101-000000"
    only_run(tmp_path).rename(killed)
    assert dnnctl("train", "digits", *QUICK, "--quiet").status == 0
    (killed / "weights.npz").unlink()
    assert str(killed.relative_to(tmp_path)) in dnnctl("train", "--resume", "latest").err
    assert dnnctl("evaluate", "latest").status == 0


def test_a_run_in_progress_is_left_alone(start: Run, dnnctl: Run, tmp_path: Path) -> None:
    process = start("train", "digits", "--engine", "numpy", "--set", "training.epochs=2000")
    after_epoch(1, process)
    done = dnnctl("train", "--resume", "latest")
    process.kill()
    process.communicate()
    assert (done.status, done.out, done.err.count("\n")) == (1, "", 1)
    assert f": this run is being trained by process {process.pid} on " in done.err


def test_what_does_not_go_with_it(dnnctl: Run) -> None:
    for arguments, said in (
        (("digits",), "expected no CONFIG beside it"),
        (("--name", "x", "--engine", "numpy"), "expected no --name and no --engine beside it"),
        (("--dry-run",), "expected no --dry-run beside it"),
    ):
        done = dnnctl("train", *arguments, "--resume", "latest")
        assert (done.status, done.out) == (2, "")
        assert said in done.err
    nothing = dnnctl("train")
    assert (nothing.status, nothing.out) == (2, "")
    assert "expected a configuration, as 'dnnctl train digits', or --resume RUN" in nothing.err
    assert "there are no runs in outputs" in dnnctl("train", "--resume", "latest").err


def test_another_key_is_refused(dnnctl: Run, tmp_path: Path) -> None:
    assert dnnctl("train", "digits", *QUICK, "--quiet").status == 0
    done = dnnctl("train", "--resume", "latest", "--set", "seed=3", "--set", "training.epochs=9")
    assert (done.status, done.out) == (1, "")
    assert "this would change seed: 42, now 3. For another configuration, train anew" in done.err
    wrong = dnnctl("train", "--resume", "latest", "--set", "training.epochs=no")
    assert (wrong.status, wrong.out) == (2, "")
    assert wrong.err.startswith("error: --set training.epochs: ")


def test_a_damaged_checkpoint_is_one_line(dnnctl: Run, tmp_path: Path) -> None:
    assert dnnctl("train", "digits", *QUICK, "--quiet").status == 0
    state = only_run(tmp_path) / "checkpoint" / "state.npz"
    state.write_bytes(state.read_bytes()[:-100])
    done = dnnctl("train", "--resume", "latest", "--set", "training.epochs=3")
    assert (done.status, done.out, done.err.count("\n")) == (1, "", 1)
    assert "state.npz: the checkpoint is damaged" in done.err


@pytest.mark.parametrize("second", [signal.SIGINT, signal.SIGTERM])
def test_a_second_signal_quits_at_once(start: Run, dnnctl: Run, tmp_path: Path, second: int) -> None:
    # The first signal comes while a slow group of steps is at work, the second one before it is done.
    slow = ("--set", "training.steps_per_execution=4096", "--set", "data.batch_size=1")
    process = start("train", "digits", "--engine", "numpy", *slow, "--set", "training.epochs=500")
    after_epoch(1, process)
    process.send_signal(signal.SIGINT)
    assert "once more to stop at once" in next(line for line in process.stdout if "once more" in line)
    process.send_signal(second)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 128 + second, said
    assert said.startswith("interrupted; go on with: dnnctl train --resume outputs/digits/")
    starts = manifest(tmp_path)["starts"]
    assert starts[0]["state"] == manifest(tmp_path)["state"] == "interrupted"
    assert starts[0]["last_step"] % 1294 == 0
