"""Members trained in processes of their own."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from stopping import rows, same

from dnnctl.config.loading import load
from dnnctl.errors import Interrupted, RunError, UsageError
from dnnctl.experiments.series.jobs import Member, MembersObserver, settled, train_members
from dnnctl.training.job import train

Members = Callable[..., list[Member]]


class Watcher(MembersObserver):
    """Keeps what it hears, and asks to stop once so many members have begun to learn."""

    def __init__(self, learning: int = 1000) -> None:
        self.wanted, self.learning = learning, set[str]()
        self.heard = list[tuple[str, str]]()

    def on_member_begin(self, member: Member) -> None:
        self.heard.append(("begin", member.label))

    def on_member_progress(self, member: Member, done: float, loss: float, seconds_left: float) -> None:
        self.learning.add(member.label)

    def on_member_done(self, member: Member, *, before: bool) -> None:
        self.heard.append(("before" if before else "done", member.label))

    def on_member_notice(self, member: Member, text: str) -> None:
        self.heard.append((text, member.label))

    def stop_requested(self) -> bool:
        return len(self.learning) >= self.wanted


def members_of(folder: Path, *settings: str, seeds: tuple[int, ...] = (0, 1), config: str = "xor") -> list[Member]:
    shared = settled(load(config, ["engine=numpy", *settings]).config)
    return [Member(f"seed {s}", shared.model_copy(update={"seed": s}), folder / f"{s}") for s in seeds]


def test_threads_do_not_depend_on_jobs() -> None:
    assert settled(load("xor").config).training.threads == 1
    assert settled(load("xor", ["training.threads=2"]).config).training.threads == 2


@pytest.mark.slow
def test_members_are_the_runs_that_train_makes_however_many_at_a_time(tmp_path: Path) -> None:
    (one,), two = members_of(tmp_path / "one", seeds=(1,)), members_of(tmp_path / "two")
    train_members([one], jobs=1, go_on="again")
    watcher = Watcher()
    train_members(two, jobs=2, go_on="again", observer=watcher)
    assert watcher.heard[:2] == [("begin", "seed 0"), ("begin", "seed 1")]
    same(one.run, two[1].run)
    assert one.run.model.read_bytes() == two[1].run.model.read_bytes()
    assert rows(two[0].run) != rows(two[1].run)
    alone = train(load("xor", ["engine=numpy", "training.threads=1", "seed=1"]), out=tmp_path / "alone").run
    same(alone, one.run)


@pytest.mark.slow
def test_stopped_members_go_on_and_done_ones_are_left_alone(tmp_path: Path) -> None:
    settings = ("training.epochs=4000",)
    stopped = members_of(tmp_path / "stopped", *settings)
    with pytest.raises(Interrupted, match="0 of 2 are done; go on with: do it again"):
        train_members(stopped, jobs=2, go_on="do it again", observer=Watcher(learning=2))
    states = [json.loads(member.run.manifest.read_text())["state"] for member in stopped]
    assert set(states) == {"interrupted"}
    assert all(member.run.checkpoint.exists() for member in stopped)
    train_members(stopped[:1], go_on="again")
    before = stopped[0].run.manifest.read_bytes()
    watcher = Watcher()
    train_members(stopped, go_on="again", observer=watcher)
    assert watcher.heard[0] == ("before", "seed 0")
    assert stopped[0].run.manifest.read_bytes() == before
    whole = members_of(tmp_path / "whole", *settings, seeds=(1,))
    train_members(whole, go_on="again")
    same(whole[0].run, stopped[1].run)


def test_a_member_that_fails_is_named_with_its_one_error(tmp_path: Path) -> None:
    wrong = members_of(tmp_path, "training.optimizer.sgd=1e30", seeds=(0,), config="digits")
    more = members_of(tmp_path, "training.epochs=100000", seeds=(1,), config="digits")
    with pytest.raises(RunError, match=r"seed 0: training: the loss became .*\n.*go on with: again") as raised:
        train_members([*wrong, *more], jobs=2, go_on="again")
    assert raised.value.exit_status == 1
    assert not more[0].done


def test_a_process_that_breaks_down_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dnnctl.experiments.series.worker.WORKER", "dnnctl.no_such_module")
    with pytest.raises(RunError, match=r"seed 0: its process ended with status 1: .*No module named"):
        train_members(members_of(tmp_path), go_on="again")


def test_a_process_that_is_killed_while_it_writes_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torn = 'import os, sys\nsys.stdin.readline()\nos.write(1, b\'{"event": "failed", "err\')\nos._exit(9)\n'
    (tmp_path / "torn_worker.py").write_text(torn)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("dnnctl.experiments.series.worker.WORKER", "torn_worker")
    with pytest.raises(RunError, match="seed 0: its process ended with status 9"):
        train_members(members_of(tmp_path), go_on="again")


@pytest.mark.parametrize("jobs", [0, -1, 1000])
def test_jobs_out_of_range(tmp_path: Path, jobs: int) -> None:
    with pytest.raises(UsageError, match=f"`jobs`: expected 1 to 256 .*received {jobs}"):
        train_members(members_of(tmp_path), jobs=jobs, go_on="again")


@pytest.mark.slow
def test_keras_members_are_the_same_however_many_at_a_time(tmp_path: Path) -> None:
    settings = ("engine=keras", "training.epochs=3", "data.limit=400")
    one = members_of(tmp_path / "one", *settings, seeds=(0, 1, 2), config="digits")
    two = members_of(tmp_path / "two", *settings, seeds=(0, 1, 2), config="digits")
    train_members(one, jobs=1, go_on="again")
    train_members(two, jobs=3, go_on="again")
    for first, second in zip(one, two, strict=True):
        same(first.run, second.run)
