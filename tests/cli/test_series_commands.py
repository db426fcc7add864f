"""`dnnctl crossval`, `dnnctl train --repeat` and `dnnctl runs compare` from the command line."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
NUMPY = ("--engine", "numpy")


def test_crossval_shows_each_fold_and_what_they_come_to(dnnctl: Run, tmp_path: Path) -> None:
    done = dnnctl("crossval", "height_weight", "--folds", 2, "--jobs", 2, *NUMPY)
    assert done.status == 0
    assert "fold 1 of 2  loss " in done.out
    for row in ("mean  ", "standard deviation", "all rows together", "linear model (closed form)"):
        assert f"\n  {row}" in done.out
    (fold,) = tmp_path.glob("outputs/height_weight/*/folds/01")
    assert dnnctl("evaluate", fold).status == 0
    assert "\nfolds/02/weights.npz " in dnnctl("runs", "verify", "latest").out.replace("\n  ", "\n")
    longer = dnnctl("train", "--resume", fold, "--set", "training.epochs=500")
    assert longer.status == 1
    assert "is one of the folds of " in longer.err
    assert "train it for longer" not in dnnctl("train", "--resume", fold).err
    for command in (
        ("evaluate",),
        ("reproduce",),
        ("train", "xor", "--init-from"),
        ("train", "--resume"),
    ):
        refused = dnnctl(*command, "latest")
        assert refused.status == 1
        assert "this is a cross-validation, not a single run. Name one of its folds, as " in refused.err
        assert refused.err.count("\n") == 1
    answered = dnnctl("predict", "height_weight", "--value", "75", "--format", "csv")
    assert answered.status == 0
    assert answered.out == dnnctl("predict", fold.with_name("02"), "--value", "75", "--format", "csv").out
    assert "is a cross-validation of 2 folds that can answer; asked is the newest of them, folds/02" in answered.err


def test_repeat_and_compare_as_json(dnnctl: Run) -> None:
    seen = []
    for name in ("one", "two"):
        done = dnnctl("train", "height_weight", "--repeat", 2, "--jobs", 2, "--name", name, "--json", *NUMPY)
        assert done.status == 0
        seen.append(json.loads(done.out))
    assert seen[0]["metrics"]["test"] == seen[1]["metrics"]["test"]
    done = dnnctl("runs", "compare", "one", "two")
    assert done.status == 0
    assert "not shown to differ" in done.out
    assert "better" not in done.out
    found = json.loads(dnnctl("runs", "compare", "one", "two", "--json").out)
    assert found["test"]["mse"]["different"] is False
    assert dnnctl("train", "--resume", "one").err.startswith("error: outputs/one/")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("crossval",), "expected a configuration, as 'dnnctl crossval digits', or --resume RUN"),
        (("crossval", "digits", "--folds", 1), "--folds: expected 2 to 10,000"),
        (("crossval", "digits", "--jobs", 0), "--jobs: expected 1 to 256"),
        (("crossval", "digits", "--resume", "latest"), "expected no CONFIG beside it"),
        (("crossval", "--resume", "latest", "--folds", 3), "expected no --folds beside it"),
        (("train", "digits", "--jobs", 2), "--jobs: there is one network to train; expected --repeat N beside it"),
        (("train", "digits", "--repeat", 1), "--repeat: expected 2 to 10,000"),
        (
            ("train", "digits", "--repeat", 2, "--profile"),
            "(--repeat) is several runs of one configuration; expected no --profile beside it",
        ),
        (("train", "--resume", "latest", "--repeat", 2), "expected no --repeat beside it"),
    ],
)
def test_faulty_use_ends_with_one_line_and_status_2(dnnctl: Run, arguments: tuple[object, ...], said: str) -> None:
    done = dnnctl(*arguments)
    assert done.status == 2
    assert said in done.err
    assert done.err.count("\n") == 1


def workers_of(process: "subprocess.Popen[str]") -> list[int]:
    listed = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in listed.stdout.split()]


def runs(worker: int) -> bool:
    try:
        return Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="asks Linux which processes there are")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGKILL, -9)])
def test_workers_end_with_their_parent(start: Run, tmp_path: Path, number: signal.Signals, status: int) -> None:
    process = start("crossval", "digits", "--folds", 2, "--jobs", 2, *NUMPY, "--set", "training.epochs=100000")
    try:
        end = time.monotonic() + 60
        while len(workers := workers_of(process)) < 2 or len(list(tmp_path.glob("*/*/*/folds/*/checkpoint/lock"))) < 2:
            assert time.monotonic() < end
            time.sleep(0.05)
        os.kill(process.pid, number)
        _, err = process.communicate(timeout=60)
        assert process.returncode == status, err
        if number is signal.SIGTERM:
            assert "interrupted; 0 of 2 are done; go on with: dnnctl crossval --resume outputs/digits/" in err
        while any(runs(worker) for worker in workers):
            assert time.monotonic() < end
            time.sleep(0.05)
    finally:
        process.kill()
    states = [json.loads(path.read_text())["state"] for path in tmp_path.glob("*/*/*/folds/*/manifest.json")]
    assert set(states) <= {"interrupted"}, states


@pytest.mark.parametrize(("given", "told"), [(["--repeat", "1"], "expected 2 to"), (["--repeat", "3"], "")])
def test_a_dry_run_looks_at_the_repetition_too(dnnctl: Run, given: list[str], told: str) -> None:
    done = dnnctl("train", "digits", *given, "--dry-run", *NUMPY)
    assert done.status == (2 if told else 0)
    assert told in done.err
