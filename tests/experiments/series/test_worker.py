"""A worker says once how it ended, whenever it is asked to stop."""

import _thread
import io
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dnnctl.config.loading import as_yaml, load
from dnnctl.experiments.series.worker import ENDS, WORKER, WorkerObserver


def test_a_training_is_interrupted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    interrupted: list[int] = []
    monkeypatch.setattr(_thread, "interrupt_main", lambda: interrupted.append(1))
    observer = WorkerObserver(io.StringIO())
    observer.stop()
    observer.stop()
    assert observer.stop_requested()
    assert interrupted == [1]


@pytest.mark.parametrize("delay", [0, 0.3, 0.6])
def test_a_worker_that_is_stopped_at_any_time_says_so(delay: float, tmp_path: Path) -> None:
    config = load("digits", ["engine=numpy", "training.epochs=100000", "data.limit=200"]).config
    (tmp_path / "config.yaml").write_text(as_yaml(config), encoding="utf-8")
    worker = subprocess.Popen(
        [sys.executable, "-m", WORKER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    assert worker.stdin is not None
    worker.stdin.write(json.dumps({"run": str(tmp_path), "command": []}) + "\n")
    worker.stdin.flush()
    time.sleep(delay)
    out, err = worker.communicate(timeout=60)
    assert (worker.returncode, err) == (0, "")
    told = [json.loads(line)["event"] for line in out.splitlines()]
    assert [event for event in told if event in ENDS] == told[-1:] == ["interrupted"]
