"""The parent's hold on a process that trains one member."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from dnnctl.runs.layout import RunDirectory

WORKER = "dnnctl.experiments.series.worker"
# Characters of what a process that broke down wrote at last.
LAST_WORDS = 400

# News of a worker: the worker, and the event with its values.
News = tuple["WorkerProcess", dict[str, Any]]


class WorkerProcess:
    """A process that trains one member.

    Args:
        number: The member's position.
        run: The member's folder.
        command: The command line, for the member's manifest.
        news: Where its news are put, by a thread; the last one is `ended`.
    """

    def __init__(self, number: int, run: RunDirectory, command: Sequence[str], news: "SimpleQueue[News]") -> None:
        self.number = number
        self._errors = tempfile.TemporaryFile("w+b")  # noqa: SIM115 - closed by `end`
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", WORKER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env=_environment(),
            encoding="utf-8",
            # Ctrl-C at the terminal reaches the parent alone, which passes it on once.
            start_new_session=True,
        )
        self._news = news
        self._write(json.dumps({"run": str(run.path), "command": list(command)}) + "\n")
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ask it to stop after the steps at work, with a checkpoint."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()

    def end(self, seconds: float) -> None:
        """Wait so long for it to end, then end it."""
        self.stop()
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._thread.join()
        self._errors.close()

    def last_words(self) -> str:
        """Return how it ended and what it wrote to standard error at last, for a process that broke down."""
        self._errors.seek(0)
        said = self._errors.read().decode(errors="replace").strip().splitlines()
        return f"its process ended with status {self._process.wait()}" + (f": {said[-1][:LAST_WORDS]}" if said else "")

    def _write(self, text: str) -> None:
        assert self._process.stdin is not None
        # Where it ended before it was told anything, `ended` says so.
        with contextlib.suppress(OSError):
            self._process.stdin.write(text)
            self._process.stdin.flush()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as stream:
            for line in stream:
                # The last line of a process that is killed while it writes is cut short.
                if line.endswith("\n"):
                    self._news.put((self, json.loads(line)))
        self._news.put((self, {"event": "ended"}))


def _environment() -> dict[str, str]:
    """Return the environment in which a child imports what this process would, in the same order."""
    path = os.pathsep.join(str(Path(entry or ".").absolute()) for entry in sys.path)
    return {**os.environ, "PYTHONPATH": path}
