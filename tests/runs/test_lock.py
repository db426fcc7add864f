"""One process at a time trains a run, and a lock ends with the process that holds it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from dnnctl.errors import RunError
from dnnctl.runs.layout import RunDirectory
from dnnctl.runs.lock import locked

pytest.importorskip("fcntl")
HOLD = (
    "import sys, time; from pathlib import Path\n"
    "from dnnctl.runs.layout import RunDirectory; from dnnctl.runs.lock import locked\n"
    "with locked(RunDirectory(Path(sys.argv[1]))): print('held', flush=True); time.sleep(60)"
)


def test_a_second_one_is_told_who_holds_it(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path)
    with (
        locked(run),
        pytest.raises(RunError, match=rf"is being trained by process {os.getpid()} on '.*' since 20"),
        locked(run),
    ):
        raise AssertionError("both hold it")
    run.lock.write_text("")
    with locked(run):
        assert f'"process": {os.getpid()}' in run.lock.read_text()


def test_a_lock_of_a_killed_process_is_taken_over(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path)
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    with pytest.raises(RunError, match=f"is being trained by process {process.pid} "), locked(run):
        raise AssertionError("both hold it")
    process.send_signal(signal.SIGKILL)
    process.communicate()
    with locked(run):
        assert f'"process": {os.getpid()}' in run.lock.read_text()


@pytest.mark.parametrize("note", [b"", b"{", b"[]", b'{"process": "x"}', b"\xff" * 5000])
def test_a_note_that_says_nothing_is_no_reason_to_fail(tmp_path: Path, note: bytes) -> None:
    run = RunDirectory(tmp_path)
    with locked(run):
        run.lock.write_bytes(note)
        with pytest.raises(RunError, match=r"this run is being trained\. Wait"), locked(run):
            raise AssertionError("both hold it")


def test_no_other_file_is_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("kept")
    run = RunDirectory(tmp_path / "run")
    run.lock.parent.mkdir(parents=True)
    run.lock.symlink_to(tmp_path / "other")
    with pytest.raises(RunError, match="the run cannot be trained"), locked(run):
        raise AssertionError("held")
    assert (tmp_path / "other").read_text() == "kept"


def test_no_folder_outside_the_run_is_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "lock").write_text("kept")
    run = RunDirectory(tmp_path / "run")
    run.path.mkdir()
    run.lock.parent.symlink_to(tmp_path / "other")
    with pytest.raises(RunError, match="received a link to another one"), locked(run):
        raise AssertionError("held")
    assert (tmp_path / "other" / "lock").read_text() == "kept"


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="the run cannot be trained: No such file"), locked(RunDirectory(tmp_path / "x")):
        raise AssertionError("held")
