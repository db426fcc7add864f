"""A disk that is full, read-only or gone: one clear error, and the last checkpoint is as it was."""

import contextlib
import errno
import io
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dnnctl.config.loading import load
from dnnctl.errors import Interrupted, RunError
from dnnctl.runs.layout import RunDirectory, how_to_resume
from dnnctl.training.checkpoint import read_checkpoint
from dnnctl.training.job import resume, train
from dnnctl.training.observer import Observer, StepProgress

SETTINGS = ("engine=numpy", "training.epochs=3", "data.limit=200", "checkpoint.seconds=0.000001")


@pytest.fixture(autouse=True)
def at_every_group(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write a checkpoint after each group of steps, and draw nothing."""
    monkeypatch.setattr("dnnctl.training.checkpoint.TIMES_ITS_COST", 0)
    monkeypatch.setattr("dnnctl.training.job.draw_all", lambda *_: [])


class Writes:
    """Counts the calls that write to files of a run; the one of a given number fails, and all after it."""

    def __init__(self, fails: int = 0, error: int = errno.ENOSPC) -> None:
        self.count, self.fails, self.error = 0, fails, error

    def open(self, descriptor: int, mode: str, **_: Any) -> Any:
        writes = self

        class Raw(io.FileIO):
            def write(self, data: Any) -> int:
                writes.count += 1
                if writes.fails and writes.count >= writes.fails:
                    raise OSError(writes.error, os.strerror(writes.error))
                return super().write(data) or 0

        return io.BufferedWriter(Raw(descriptor, "wb"))


def the_run(out: Path) -> RunDirectory:
    (path,) = out.glob("*/2*")
    return RunDirectory(path)


@pytest.mark.parametrize("stride", [5, pytest.param(1, marks=pytest.mark.slow)])
def test_whichever_write_fails_the_training_can_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stride: int
) -> None:
    settings = ("engine=numpy", "training.epochs=2", "checkpoint.seconds=0.000001", "model.layers=[]")
    whole = train(load("xor", settings), out=tmp_path / "whole").run
    counting = Writes()
    with monkeypatch.context() as patched:
        patched.setattr("dnnctl.files.os.fdopen", counting.open)
        patched.setattr("dnnctl.training.job.locked", lambda _: open(os.devnull))  # noqa: PTH123, SIM115
        train(load("xor", settings), out=tmp_path / "counted")
    assert counting.count > 20
    resumed = 0
    for fails in range(1, counting.count + 1, stride):
        out = tmp_path / str(fails)
        with monkeypatch.context() as patched:
            patched.setattr("dnnctl.files.os.fdopen", Writes(fails, errno.EDQUOT if fails % 2 else errno.ENOSPC).open)
            patched.setattr("dnnctl.training.job.locked", lambda _: open(os.devnull))  # noqa: PTH123, SIM115
            with pytest.raises(RunError, match=r"cannot be written: (No space left on device|Disk quota exceeded)\. "):
                train(load("xor", settings), out=out)
        run = the_run(out)
        assert not [path for path in run.path.rglob("*") if path.name.startswith(".")]
        if run.checkpoint.exists():
            read_checkpoint(run.checkpoint)
        if run.manifest.exists():
            resume(run)
            resumed += 1
            assert run.weights.read_bytes() == whole.weights.read_bytes()
            assert run.metrics.read_bytes() == whole.metrics.read_bytes()
    assert resumed > (counting.count - 5) // stride


class At(Observer):
    """Does something once so many steps are taken."""

    def __init__(self, step: int, action: Callable[[], object]) -> None:
        self._step, self._action, self._done = step, action, False

    def on_progress(self, progress: StepProgress) -> None:
        if not self._done and (progress.epoch - 1) * progress.steps + progress.step >= self._step:
            self._done = True
            self._action()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    if (
        mount is None
        or subprocess.run(
            [mount, "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("this user may not mount a file system")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk(disk: Path, tmp_path: Path) -> None:
    whole = train(load("digits", SETTINGS), out=tmp_path / "whole").run
    ballast = disk / "ballast"

    def fill() -> None:
        with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as stream:
            while stream.write(b"x" * 1024):
                pass

    with pytest.raises(RunError) as said:
        train(load("digits", SETTINGS), out=disk, observer=At(7, fill))
    run = the_run(disk)
    assert str(said.value) == (
        f"{run.path}: the checkpoint cannot be written: No space left on device. The last one, after step 6, is "
        f"intact. Make room or make the folder writable, then go on with: {how_to_resume(run)}"
    )
    assert read_checkpoint(run.checkpoint).meta.optimizer_steps == 6
    with pytest.raises(RunError, match=r"(cannot be written|cannot be trained): No space left on device"):
        resume(run)
    ballast.unlink()
    resume(run)
    assert run.weights.read_bytes() == whole.weights.read_bytes()


def test_a_read_only_disk(disk: Path) -> None:
    def remount(how: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{how}", str(disk)], check=True)

    class Stopping(Observer):
        def stop_requested(self) -> bool:
            return True

    with pytest.raises(Interrupted):
        train(load("digits", SETTINGS), out=disk, observer=Stopping())
    run = the_run(disk)
    before = run.checkpoint.read_bytes()
    remount("ro")
    with pytest.raises(RunError, match="the run cannot be trained: Read-only file system"):
        resume(run)
    with pytest.raises(RunError, match=r"the run's folder cannot be made: Read-only file system\. Choose another"):
        train(load("digits", SETTINGS), out=disk)
    assert run.checkpoint.read_bytes() == before
    remount("rw")
    assert resume(run).steps == 18


def test_a_folder_that_vanishes(tmp_path: Path) -> None:
    out = tmp_path / "outputs"
    with pytest.raises(RunError, match="the checkpoint cannot be written: No such file or directory"):
        train(load("digits", SETTINGS), out=out, observer=At(7, lambda: shutil.rmtree(out)))
    assert not out.exists()
