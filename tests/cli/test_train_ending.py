"""`dnnctl train`: how it ends when it is stopped, and what a terminal shows."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from stored import arrays, only_run, state

Run = Callable[..., Any]
QUICK = ("--engine", "numpy", "--set", "training.epochs=3")
ENDLESS = ("--engine", "numpy", "--set", "training.epochs=2000")
STAMP = r"\d{8}-\d{6}(-\d+)?"


def after_first_epoch(process: "subprocess.Popen[str]") -> None:
    for line in process.stdout or ():
        if re.match(r"epoch +1/", line):
            return
    raise AssertionError(f"no epoch was shown: {process.communicate()}")


@pytest.mark.parametrize(
    ("number", "status", "engine"),
    [(signal.SIGINT, 130, "numpy"), (signal.SIGTERM, 143, "keras")],
)
def test_a_signal_keeps_what_was_learned(start: Run, tmp_path: Path, number: int, status: int, engine: str) -> None:
    process = start("train", "digits", *ENDLESS, "--engine", engine)
    after_first_epoch(process)
    process.send_signal(number)
    _, said = process.communicate(timeout=120)
    assert process.returncode == status
    assert re.fullmatch(
        rf"interrupted after [\d,]+ steps; go on with: dnnctl train --resume outputs/digits/{STAMP}\n", said
    )
    assert state(tmp_path) == "interrupted"
    assert "output/kernel" in arrays(only_run(tmp_path) / "weights.npz")


def test_a_signal_before_the_first_step_ends_at_once(start: Run, tmp_path: Path) -> None:
    code = (
        "import os, signal\n"
        "from dnnctl.training import job\n"
        "def prepare(*_): os.kill(os.getpid(), signal.SIGTERM); raise AssertionError('still here')\n"
        "job.prepare = prepare\n"
        "import sys; sys.argv = ['dnnctl', 'train', 'xor']\n"
        "from dnnctl.cli.main import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (143, "", "interrupted\n")


def test_a_reader_that_goes_away_ends_the_training_well(start: Run, tmp_path: Path) -> None:
    process = start("train", "digits", *ENDLESS)
    assert process.stdout.readline().startswith("digits: ")
    process.stdout.close()
    process.stdout = None
    _, said = process.communicate(timeout=60)
    assert process.returncode == 141
    assert said.startswith("interrupted after ")
    assert state(tmp_path) == "interrupted"


def test_a_terminal_gets_a_live_bar_and_a_line_an_epoch(start: Run, tmp_path: Path) -> None:
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    terminal = {"TERM": "xterm-256color", "COLUMNS": "160", "CI": ""}
    process = start("train", "digits", *QUICK, stdin=theirs, stdout=theirs, stderr=theirs, env=terminal)
    os.close(theirs)
    shown = b""
    # A terminal whose other end was closed ends in an error on Linux, in nothing elsewhere.
    try:
        while part := os.read(ours, 65_536):
            shown += part
    except OSError:
        pass
    os.close(ours)
    text = shown.decode()
    assert process.wait(timeout=60) == 0
    assert "building the network" in text
    assert re.search(r"epoch \d/3 .*━.*loss .*step [\d,]+/41", text)
    assert "\x1b[2K" in text, "the bar is drawn anew in its line"
    stays = [line for line in text.splitlines() if re.search(r"epoch \d/3  loss .* learning_rate ", line)]
    assert len(stays) == 3
    assert text.rstrip().endswith("dnnctl predict latest --sample 5")
    assert text.rindex("\x1b[?25h") > text.rindex("\x1b[?25l"), "the cursor is shown again"
