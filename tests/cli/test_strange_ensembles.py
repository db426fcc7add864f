"""Ensembles from strangers, through every command that reads one: one clear error, nothing outside is read."""

import json
import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dnnctl.config.loading import load
from dnnctl.experiments.ensemble.combine import combine
from dnnctl.runs.layout import RunDirectory
from dnnctl.training.job import train

Run = Callable[..., Any]
Attack = Callable[[RunDirectory], None]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("outputs")
    settings = ["engine=numpy", "training.epochs=1"]
    runs = [train(load("height_weight", [*settings, f"seed={seed}"]), out=folder).run for seed in (1, 2)]
    train(load("and", settings), out=folder)
    return combine(runs, out=folder).run.path


@pytest.fixture
def run(finished: Path, tmp_path: Path) -> RunDirectory:
    return RunDirectory(Path(shutil.copytree(finished, tmp_path / "run")))


def another(run: RunDirectory, finished: Path, name: str) -> Path:
    (found,) = finished.parents[1].glob(f"{name}/*")
    return Path(shutil.copytree(found, run.path.parent / name))


def members(run: RunDirectory, *names: object) -> None:
    run.ensemble.write_text(json.dumps({"vote": "mean", "members": names}))


def itself_as_a_member(run: RunDirectory) -> None:
    (run.members / "03").symlink_to(run.path)
    members(run, "01", "03")


def a_copy_of_itself_as_a_member(run: RunDirectory) -> None:
    copy = shutil.copytree(run.path, run.path.parent / "copy")
    shutil.move(copy, run.members / "03")
    members(run, "01", "03")


def a_member_outside(run: RunDirectory) -> None:
    shutil.move(run.members / "02", run.path.parent / "02")
    (run.members / "02").symlink_to(run.path.parent / "02")


def all_members_outside(run: RunDirectory) -> None:
    shutil.move(run.members, run.path.parent / "members")
    run.members.symlink_to(run.path.parent / "members")


def a_member_by_its_path(run: RunDirectory) -> None:
    members(run, "01", "../../secret")


def a_member_that_is_not_there(run: RunDirectory) -> None:
    members(run, "01", "07")


def a_member_twice(run: RunDirectory) -> None:
    members(run, "01", "01")


def a_pipe_for_the_members(run: RunDirectory) -> None:
    run.ensemble.unlink()
    os.mkfifo(run.ensemble)


def a_link_for_the_members(run: RunDirectory) -> None:
    shutil.move(run.ensemble, run.path.parent / "ensemble.json")
    run.ensemble.symlink_to(run.path.parent / "ensemble.json")


def no_members(run: RunDirectory) -> None:
    run.ensemble.unlink()


def huge_members(run: RunDirectory) -> None:
    run.ensemble.write_text("[" + "[]," * 6_000_000 + "[]]")


def deep_members(run: RunDirectory) -> None:
    run.ensemble.write_text("[" * 200_000)


def a_vote_that_does_not_fit(run: RunDirectory) -> None:
    run.ensemble.write_text(json.dumps({"vote": "hard", "members": ["01", "02"]}))


def a_pipe_for_a_members_weights(run: RunDirectory) -> None:
    path = run.members / "02" / "weights.npz"
    path.unlink()
    os.mkfifo(path)


def a_pickle_for_a_members_weights(run: RunDirectory) -> None:
    (run.members / "02" / "weights.npz").write_bytes(pickle.dumps([1]))


def another_configuration(run: RunDirectory) -> None:
    run.config.write_text("data: {dataset: digits}\n")


def a_pipe_for_the_configuration(run: RunDirectory) -> None:
    run.config.unlink()
    os.mkfifo(run.config)


def code_in_the_configuration(run: RunDirectory) -> None:
    run.config.write_text(f"name: !!python/object/apply:os.mknod ['sprung']\n{run.config.read_text()}")


def a_member_of_other_statistics(run: RunDirectory) -> None:
    path = run.members / "02" / "preprocessing.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "mean": [1.0, 2.0]}))


ATTACKS: list[Attack] = [
    itself_as_a_member,
    a_copy_of_itself_as_a_member,
    a_member_outside,
    all_members_outside,
    a_member_by_its_path,
    a_member_that_is_not_there,
    a_member_twice,
    a_pipe_for_the_members,
    a_link_for_the_members,
    no_members,
    huge_members,
    deep_members,
    a_vote_that_does_not_fit,
    a_pipe_for_a_members_weights,
    a_pickle_for_a_members_weights,
    another_configuration,
    a_pipe_for_the_configuration,
    code_in_the_configuration,
    a_member_of_other_statistics,
]


def refused(done: Any, folder: Path) -> None:
    """Check that there is one clear error and nothing else, and that no code out of the run was run."""
    assert done.status == 1, (done.out, done.err)
    assert done.out == ""
    assert done.err.startswith("error: ")
    assert len(done.err.splitlines()) <= 3
    assert not (folder / "sprung").exists()


COMMANDS = {"predict": ("predict", "{run}", "--value", "75"), "evaluate": ("evaluate", "{run}")}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_a_strangers_ensemble(dnnctl: Run, run: RunDirectory, tmp_path: Path, command: str, attack: Attack) -> None:
    attack(run)
    refused(dnnctl(*(part.format(run=run.path) for part in COMMANDS[command])), tmp_path)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_verifying_it_ends(dnnctl: Run, run: RunDirectory, attack: Attack) -> None:
    attack(run)
    assert dnnctl("runs", "verify", run.path).status in {0, 1}


RESUMED = [
    a_member_outside,
    all_members_outside,
    a_pipe_for_a_members_weights,
    a_pickle_for_a_members_weights,
    another_configuration,
    a_pipe_for_the_configuration,
    code_in_the_configuration,
    a_member_of_other_statistics,
]


@pytest.mark.parametrize("attack", RESUMED, ids=lambda attack: attack.__name__)
def test_resuming_a_strangers_ensemble(dnnctl: Run, run: RunDirectory, tmp_path: Path, attack: Attack) -> None:
    attack(run)
    manifest = json.loads(run.manifest.read_text())
    manifest.pop("from")
    run.manifest.write_text(json.dumps({**manifest, "state": "running"}))
    refused(dnnctl("ensemble", "--resume", run.path, "--quiet"), tmp_path)


def test_a_member_of_other_data_is_refused(dnnctl: Run, run: RunDirectory, finished: Path) -> None:
    shutil.move(another(run, finished, "and"), run.members / "03")
    members(run, "01", "03")
    done = dnnctl("evaluate", run.path)
    assert done.status == 1
    assert "the data sets differ: logic_gate and height_weight" in done.err


def test_many_members_are_bounded(dnnctl: Run, run: RunDirectory) -> None:
    for number in range(3, 100):
        (run.members / f"{number:02d}").symlink_to(run.members / "01")
    members(run, *(f"{number:02d}" for number in range(1, 100)))
    assert dnnctl("predict", run.path, "--value", "75").status == 0
    members(run, *(f"{number:02d}" for number in range(100)))
    assert dnnctl("predict", run.path, "--value", "75").status == 1
