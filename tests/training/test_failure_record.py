"""What an early end is called: a file of the run that cannot be written, or something else."""

import errno
import json
import os
from pathlib import Path

import pytest

from dnnctl.errors import Interrupted, RunError
from dnnctl.runs.layout import RunDirectory
from dnnctl.runs.manifest import Manifest
from dnnctl.training.failure_record import recorded
from dnnctl.training.timing import Clock


def ended(run: RunDirectory, error: BaseException) -> str:
    """Let a block end with an error, and return what the manifest says of it."""
    manifest = Manifest(run, {})
    manifest.begin(0)
    with recorded(run, manifest, Clock()):
        raise error
    raise AssertionError("the error is gone")


@pytest.mark.parametrize("name", ["ENOSPC", "EDQUOT", "EROFS", "EIO", "EFBIG"])
def test_a_file_without_a_name_is_one_that_is_being_written(tmp_path: Path, name: str) -> None:
    number = getattr(errno, name)
    with pytest.raises(RunError, match=r"cannot be written: .* Make room or make the folder writable"):
        ended(RunDirectory(tmp_path), OSError(number, os.strerror(number)))


def test_a_file_of_the_run_is_told_from_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = RunDirectory(tmp_path / "run")
    run.path.mkdir()
    with pytest.raises(RunError, match="cannot be written: Permission denied"):
        ended(run, PermissionError(errno.EACCES, "Permission denied", str(run.weights)))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RunError, match="cannot be written"):
        ended(RunDirectory(Path("run")), FileNotFoundError(errno.ENOENT, "No such file", str(run.weights)))
    for error in (
        FileNotFoundError(errno.ENOENT, "No such file or directory", "/usr/lib/libcudart.so"),
        OSError("libcudart.so: cannot open shared object file"),
        ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"),
    ):
        with pytest.raises(OSError) as said:  # noqa: PT011 - it is this very one
            ended(run, error)
        assert said.value is error
        stored = json.loads(run.manifest.read_text())
        assert stored["state"] == "failed"
        assert str(error) in stored["error"]


def test_an_error_that_takes_the_place_of_an_interruption_is_one(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path)
    try:
        try:
            raise KeyboardInterrupt
        finally:
            raise ValueError("there is an open writing handle")
    except ValueError as error:
        closing = error
    with pytest.raises(Interrupted, match=r"interrupted; go on with: dnnctl.resume\("):
        ended(run, closing)
    assert json.loads(run.manifest.read_text())["state"] == "interrupted"
    with pytest.raises(ValueError, match="of its own"):
        ended(run, ValueError("of its own"))
    assert json.loads(run.manifest.read_text())["state"] == "failed"
