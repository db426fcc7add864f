"""An ensemble that is trained: its members, bit by bit, whatever stopped it on the way."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dnnctl.config.loading import load
from dnnctl.errors import ConfigError, DnnctlError, Interrupted, RunError, UsageError
from dnnctl.experiments.ensemble.result import EnsembleResult
from dnnctl.experiments.ensemble.train import resume_ensemble, train_ensemble
from dnnctl.experiments.series.jobs import Member, MembersObserver
from dnnctl.inference.ensemble import open_any
from dnnctl.runs.layout import RunDirectory
from dnnctl.runs.manifest import read_manifest

QUICK = ("engine=numpy", "training.epochs=30", "checkpoint={seconds: 0.001}")


class StopAt(MembersObserver):
    """Stops once a member has come so far."""

    def __init__(self, label: str, share: float) -> None:
        self._label, self._share = label, share
        self._stop = False
        self.done: list[tuple[str, bool]] = []

    def on_member_progress(self, member: Member, done: float, loss: float, seconds_left: float) -> None:
        self._stop = self._stop or (member.label == self._label and done >= self._share)

    def on_member_done(self, member: Member, *, before: bool) -> None:
        self.done.append((member.label, before))

    def stop_requested(self) -> bool:
        return self._stop


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> EnsembleResult:
    """Two members, trained at the same time."""
    return train_ensemble(load("digits", QUICK), members=2, jobs=2, out=tmp_path_factory.mktemp("outputs"))


def contents(run: RunDirectory) -> dict[str, bytes]:
    """Return everything that must be equal in every bit."""
    names = ["metrics.json", "predictions.npz", "ensemble.json", "config.yaml"]
    names += [f"members/{number}/{name}" for number in ("01", "02") for name in ("weights.npz", "metrics.json")]
    return {name: (run.path / name).read_bytes() for name in names}


def test_members_differ_in_their_seed_alone(whole: EnsembleResult) -> None:
    texts = [(whole.run.members / name / "config.yaml").read_text() for name in ("01", "02")]
    assert texts[0].replace("seed: 42", "seed: 43", 1) == texts[1]
    assert read_manifest(whole.run.manifest)["state"] == "done"
    assert whole.members.labels == ("numpy, 128-64-10, seed 42", "numpy, 128-64-10, seed 43")
    assert open_any(whole.run).config.name == "digits-ensemble"


@pytest.mark.slow
def test_stopped_in_the_middle_of_a_member_and_resumed_it_is_the_same(whole: EnsembleResult, tmp_path: Path) -> None:
    stopping = StopAt("seed 43", 0.02)
    with pytest.raises(Interrupted, match=r"1 of 2 are done; go on with: dnnctl\.resume"):
        train_ensemble(load("digits", QUICK), members=2, out=tmp_path, observer=stopping)
    (path,) = tmp_path.glob("digits-ensemble/*")
    run = RunDirectory(path)
    assert read_manifest(run.manifest)["state"] == "interrupted"
    half = read_manifest(run.members / "02" / "manifest.json")
    assert half["state"] == "interrupted"
    with pytest.raises(RunError, match=r"has not got all its members; it is 'interrupted'\. Go on with"):
        open_any(run)
    first = (run.members / "01" / "weights.npz").stat().st_mtime_ns
    going_on = StopAt("nobody", 1)
    resume_ensemble(run, observer=going_on)
    assert going_on.done == [("seed 42", True), ("seed 43", False)]
    assert (run.members / "01" / "weights.npz").stat().st_mtime_ns == first
    assert contents(run) == contents(whole.run)
    starts = read_manifest(run.members / "02" / "manifest.json")["starts"]
    assert len(starts) == 2
    assert starts[1]["first_step"] > 1


def test_killed_after_the_last_member_it_is_measured_anew(whole: EnsembleResult, tmp_path: Path) -> None:
    run = RunDirectory(Path(shutil.copytree(whole.run.path, tmp_path / "run")))
    for path in (run.metrics, run.ensemble, run.predictions):
        path.unlink()
    rewrite(run, state="running")
    resume_ensemble(run, jobs=2)
    assert contents(run) == contents(whole.run)


def test_what_is_required_is_required_of_the_ensemble(tmp_path: Path) -> None:
    settings = ("engine=numpy", "training.epochs=1", 'require={test.mse: "<= 0.001"}')
    result = train_ensemble(load("height_weight", settings), members=2, jobs=2, out=tmp_path, name="both")
    assert result.unmet == (f"test.mse: required <= 0.001, received {result.metrics['test']['mse']:.6g}",)
    assert read_manifest(result.run.manifest)["unmet"] == list(result.unmet)
    assert result.run.path.parent.name == "both"


@pytest.mark.parametrize(
    ("options", "settings", "error", "what"),
    [
        ({"members": 1}, (), UsageError, "`members`: expected 2 to 99; received 1"),
        ({"members": 100}, (), UsageError, "`members`: expected 2 to 99; received 100"),
        ({"jobs": 0}, (), UsageError, "`jobs`: expected 1 to 256"),
        ({"name": "a/b"}, (), UsageError, "`name`: expected 1 to 64"),
        ({"name": "latest"}, (), UsageError, "`name`: expected 1 to 64"),
        ({}, ("seed=4294967292",), ConfigError, "expected at most 4294967291, as each of 5 networks takes a seed"),
    ],
)
def test_what_cannot_be_an_ensemble(
    tmp_path: Path, options: dict[str, Any], settings: tuple[str, ...], error: type[DnnctlError], what: str
) -> None:
    with pytest.raises(error, match=what):
        train_ensemble(load("digits", ["engine=numpy", *settings]), out=tmp_path / "outputs", **options)
    assert not (tmp_path / "outputs").exists()


def rewrite(run: RunDirectory, **changed: Any) -> None:
    run.manifest.write_text(json.dumps({**read_manifest(run.manifest), **changed}))


def done(run: RunDirectory) -> None:
    rewrite(run, state="done")


def a_single_run(run: RunDirectory) -> None:
    rewrite(run, kind=None)


def combined(run: RunDirectory) -> None:
    rewrite(run, **{"from": ["/etc"]})


def a_million_members(run: RunDirectory) -> None:
    rewrite(run, members=1_000_000)


def many_members(run: RunDirectory) -> None:
    rewrite(run, members=500)


def no_vote(run: RunDirectory) -> None:
    rewrite(run, vote=["soft"])


def a_member_elsewhere(run: RunDirectory) -> None:
    shutil.move(run.members / "02", run.path.parent / "02")
    (run.members / "02").symlink_to(run.path.parent / "02")


def other_data(run: RunDirectory) -> None:
    rewrite(run, data={"digests": {}})


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (done, "this ensemble is finished"),
        (a_single_run, "expected an ensemble; received a single run"),
        (combined, "was to be made of finished runs"),
        (a_million_members, "expected members: 2 to 10,000"),
        (many_members, "expected how 2 to 99 members vote"),
        (no_vote, "expected how 2 to 99 members vote"),
        (a_member_elsewhere, "received a symbolic link to .*, which is outside"),
        (other_data, "is not the one this ensemble was begun with"),
    ],
)
def test_what_cannot_be_resumed(
    whole: EnsembleResult, tmp_path: Path, change: Callable[[RunDirectory], None], what: str
) -> None:
    run = RunDirectory(Path(shutil.copytree(whole.run.path, tmp_path / "run")))
    rewrite(run, state="interrupted")
    change(run)
    with pytest.raises(RunError, match=what):
        resume_ensemble(run)
