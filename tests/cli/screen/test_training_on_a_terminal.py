"""A training on a terminal: a bar within the epoch, and no line that the terminal would break."""

import contextlib
import os
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from dnnctl.cli.screen.training import Screen
from dnnctl.config.loading import load
from dnnctl.training.observer import StepProgress
from dnnctl.training.preparation import prepare

pty = pytest.importorskip("pty", reason="there are no terminals to pretend here")

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def _read(main: int) -> str:
    """Return what is written to a terminal until nobody has it open any more."""
    told = b""
    with os.fdopen(main, "rb", buffering=0) as stream, contextlib.suppress(OSError):
        while part := stream.read(65536):
            told += part
    return told.decode()


def _shown() -> str:
    """Return what a terminal is sent of a training in which little happens."""
    main, side = pty.openpty()
    prepared = prepare(load("xor"))
    with ThreadPoolExecutor(1) as pool:
        told = pool.submit(_read, main)
        with os.fdopen(side, "w") as stream, Screen(stream) as screen:
            screen.on_start(prepared)
            screen.on_progress(StepProgress(3, 5000, 40, 1000, 0.25, 75.0, {"accuracy": 0.75}, 12_345.6))
            screen.on_epoch({"epoch": 3.0, "loss": 0.25, "accuracy": 0.75, "learning_rate": 0.1, "seconds": 2.0}, 5000)
    return told.result()


@pytest.mark.parametrize("columns", [40, 60, 80, 120])
def test_what_a_training_tells_is_shown_on_lines_that_fit(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    for name, value in {"COLUMNS": str(columns), "TERM": "xterm", "CI": ""}.items():
        monkeypatch.setenv(name, value)
    sent = _shown()
    lines = [ESCAPE.sub("", line).rstrip() for line in re.split(r"[\r\n]+", sent)]
    assert max(map(len, lines)) <= columns
    assert any("━" in line and line.startswith("epoch 3/5000") for line in lines)
    assert columns < 60 or any("12,346 rows/s  1 min 15 s left" in line for line in lines)
    assert any(line.startswith("epoch    3/5000  loss 0.2500") for line in lines)


@pytest.mark.parametrize(("name", "value"), [("CI", "true"), ("TERM", "dumb")])
def test_a_log_has_no_bar(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    for variable, usual in {"COLUMNS": "60", "TERM": "xterm", "CI": "", name: value}.items():
        monkeypatch.setenv(variable, usual)
    sent = _shown()
    assert "━" not in sent
    assert "\x1b" not in sent
    assert "epoch    3/5000  loss 0.2500" in sent
    assert max(map(len, sent.splitlines())) <= 60
