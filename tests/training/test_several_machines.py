"""Trainings on several machines, over loopback: the figures of one machine, one writer, and ends that are told."""

import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from machines import Machines, start

from dnnctl.config.loading import load
from dnnctl.runs.layout import RunDirectory
from dnnctl.training.job import train

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")]
# Whoever is left has so many seconds to end.
SOON = 30
SETTINGS = [
    "data.batch_size=49",
    "training.precision=float64",
    "training.optimizer=adam",
    "training.mix_up=0.2",
    "training.weight_averaging=0.9",
    "training.early_stopping={monitor: val_loss, patience: 500}",
    "training.epochs=3",
]


def settings(*more: str) -> list[str]:
    return ["digits", *(word for each in (*SETTINGS, *more) for word in ("--set", each))]


@pytest.fixture
def running() -> Iterator[list[Machines]]:
    """Machines to be ended with the test."""
    started: list[Machines] = []
    yield started
    for machines in started:
        machines.end()


LONG = settings("training.epochs=60", "checkpoint.seconds=0.5")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> RunDirectory:
    """A long training of two machines that nobody interrupted."""
    folder = tmp_path_factory.mktemp("whole")
    machines = start(folder, LONG, LONG)
    try:
        assert machines.wait() == [0, 0]
    finally:
        machines.end()
    return the_run(folder)


def the_run(folder: Path) -> RunDirectory:
    (manifest,) = folder.glob("runs/*/*/manifest.json")
    return RunDirectory(manifest.parent)


def weights(run: RunDirectory) -> dict[str, Any]:
    with np.load(run.weights) as arrays:
        return dict(arrays)


def apart(one: RunDirectory, other: RunDirectory) -> float:
    mine, theirs = weights(one), weights(other)
    assert mine.keys() == theirs.keys()
    return max(float(np.abs(mine[name] - theirs[name]).max()) for name in mine)


def test_two_machines_learn_what_one_learns_and_the_chief_writes_it(tmp_path: Path, running: list[Machines]) -> None:
    alone = train(load("digits", SETTINGS), out=tmp_path / "alone").run
    running.append(start(tmp_path, settings(), settings()))
    assert running[0].wait() == [0, 0], running[0].log(0) + running[0].log(1)
    run = the_run(tmp_path)
    assert apart(alone, run) < 1e-9
    one, two = (json.loads(each.metrics.read_text())["test"]["loss"] for each in (alone, run))
    assert two == pytest.approx(one, abs=1e-9)
    assert json.loads(run.manifest.read_text())["replicas"] == 2
    assert list((tmp_path / "machine-1").iterdir()) == []
    assert "the run is kept by the chief" in running[0].log(1)


@pytest.mark.parametrize("dies", [0, 1])
def test_a_machine_that_is_killed_ends_the_others_and_all_go_on(
    dies: int, tmp_path: Path, running: list[Machines], whole: RunDirectory
) -> None:
    running.append(start(tmp_path, LONG, LONG))
    running[0].wait_for(r"epoch +1[0-9]/")
    run, left = the_run(tmp_path), running[0].processes[1 - dies]
    killed = time.monotonic()
    running[0].processes[dies].send_signal(signal.SIGKILL)
    assert left.wait(SOON) == 1
    assert time.monotonic() - killed < SOON
    message = running[0].log(1 - dies)
    assert f"localhost:{left.args[-3].split(',')[dies].split(':')[1]} has stopped" in message
    assert run.checkpoint.exists()
    if dies:
        assert f"dnnctl train --resume {run.path} --hosts" in message
    # The worker may name the run, where it can read it, or its configuration.
    again = ["--resume", str(run.path)]
    running.append(start(tmp_path, again, again if dies else LONG))
    assert running[1].wait() == [0, 0], running[1].log(0) + running[1].log(1)
    assert apart(run, whole) == 0


def test_a_run_goes_on_with_another_number_of_machines(tmp_path: Path, running: list[Machines]) -> None:
    first = settings("training.epochs=2")
    running.append(start(tmp_path, first, first))
    assert running[0].wait() == [0, 0]
    run = the_run(tmp_path)
    longer = ["--resume", str(run.path), "--set", "training.epochs=3"]
    running.append(start(tmp_path, longer, longer, longer))
    assert running[1].wait() == [0, 0, 0], running[1].log(0)
    assert "2 devices before, 3 now" in running[1].log(0)
    alone = train(load("digits", SETTINGS), out=tmp_path / "alone").run
    assert apart(run, alone) < 1e-9


def test_ctrl_c_on_the_chief_stops_all_with_a_checkpoint(tmp_path: Path, running: list[Machines]) -> None:
    long = settings("training.epochs=60")
    running.append(start(tmp_path, long, long))
    running[0].wait_for(r"epoch +3/")
    running[0].processes[0].send_signal(signal.SIGINT)
    assert running[0].wait() == [130, 130]
    assert "was asked to stop" in running[0].log(1)
    assert the_run(tmp_path).checkpoint.exists()
    running.append(start(tmp_path, ["--resume", str(the_run(tmp_path).path)], long))
    assert running[1].wait() == [0, 0]


def test_what_differs_between_machines_is_said(tmp_path: Path, running: list[Machines]) -> None:
    running.append(start(tmp_path, settings(), settings("data.batch_size=50")))
    assert running[0].wait() == [1, 1]
    for index in (0, 1):
        assert "is about to do something else: data.batch_size: 49, there 50" in running[0].log(index)
    assert not list(tmp_path.glob("runs/*/*"))
