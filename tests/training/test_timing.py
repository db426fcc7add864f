"""The time of a training is told stage by stage and adds up."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from stopping import stopped

from dnnctl.training.job import resume
from dnnctl.training.timing import Clock, process_age, profile, rest


def test_stages_add_up_to_the_whole() -> None:
    seconds = {"start-up": 0.5, "data": 1.0, "training": 4.0, "first steps": 1.5, "waiting": 0.5, "plots": 0.5}
    seconds["rest"] = rest(seconds, whole=10.0)
    assert seconds["rest"] == pytest.approx(4.0)
    rows = {stage: (taken, share) for stage, _, taken, share in profile(seconds)}
    assert rows["epochs"] == (pytest.approx(2.0), pytest.approx(0.2))
    assert sum(taken for taken, _ in rows.values()) == pytest.approx(10.0)
    assert sum(share for _, share in rows.values()) == pytest.approx(1.0)
    assert list(rows) == ["start-up", "data", "first steps", "waiting", "epochs", "plots", "rest"]


@pytest.mark.usefixtures("no_plots")
def test_a_training_that_was_stopped_and_one_that_goes_on_are_told_as_whole(tmp_path: Path) -> None:
    run = stopped(("engine=numpy", "training.epochs=2"), tmp_path, 41)
    seconds = json.loads(run.manifest.read_text())["seconds"]
    assert set(seconds) == {"data", "import", "build", "training", "first steps", "waiting", "saving", "rest"}
    resume(run, command=["dnnctl", "train", "--resume", "latest"])
    seconds = json.loads(run.manifest.read_text())["seconds"]
    assert {"start-up", "data", "training", "evaluation", "rest"} < set(seconds)


def test_what_belongs_to_no_stage_is_counted_once() -> None:
    clock = Clock({"data": 0.25}, started=0.0)
    clock.finish()
    once = clock.seconds["rest"]
    clock.finish()
    assert clock.seconds["rest"] >= once > 0


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not say when a process started")
def test_the_age_counts_from_the_start_of_the_process() -> None:
    code = "import time; time.sleep(0.3); from dnnctl.training.timing import process_age; print(process_age())"
    age = float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
    assert age >= 0.3
    assert process_age() > age - 0.3
