"""A process that trains one member of a series: the program, `python -m` this module, and the parent's hold on it.

Its order is one line of JSON on standard input: `run`, the member's folder with its `config.yaml`, and `command`. Its
news are lines of JSON on standard output. When standard input ends, because the parent wants it to stop or is no
longer there, training stops after the steps at work, with a checkpoint; before the first step it stops at once.
"""

import _thread
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Any

from dnnctl.config.loading import load
from dnnctl.errors import DnnctlError, Interrupted
from dnnctl.runs.layout import RunDirectory
from dnnctl.training.job import resume, train
from dnnctl.training.observer import Observer, StepProgress

WORKER = "dnnctl.experiments.series.worker"
# Seconds between two news of how far a training is.
SECONDS_BETWEEN_NEWS = 0.2
# News after which there are no others.
ENDS = frozenset({"done", "failed", "interrupted"})
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
        assert self._process.stdin is not None
        # Where it ended before it was told anything, `ended` says so.
        with contextlib.suppress(OSError):
            self._process.stdin.write(json.dumps({"run": str(run.path), "command": list(command)}) + "\n")
            self._process.stdin.flush()
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


class WorkerObserver(Observer):
    """Tells the parent how far a training is, and stops it when the parent says so.

    Args:
        stream: Where news are written, a line each.
    """

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._told = 0.0
        self._stopping = self._learning = False
        # Whether it was told how the training ended.
        self.ended = False

    def listen(self, orders: IO[str]) -> None:
        """Stop the training when a stream ends; to be run in a thread of its own."""
        # A read that fails says the same as one that ends.
        with contextlib.suppress(OSError, ValueError):
            while orders.readline():
                pass
        self.stop()

    def stop(self, *_: object) -> None:
        """Stop after the steps at work; at once where none was taken yet."""
        first, self._stopping = not self._stopping, True
        # Once is enough: a second interruption would fall into the telling of the first.
        if first and not self._learning:
            _thread.interrupt_main()

    def tell(self, event: str, **values: Any) -> None:
        """Write a line; a parent that is no longer there is not told."""
        self.ended = event in ENDS
        try:
            self._stream.write(json.dumps({"event": event, **values}) + "\n")
            self._stream.flush()
        except OSError:
            self._stopping = True

    def on_progress(self, progress: StepProgress) -> None:
        """Tell a few times a second how far it is."""
        self._learning = True
        if time.monotonic() - self._told >= SECONDS_BETWEEN_NEWS:
            self._told = time.monotonic()
            done = progress.epoch - 1 + progress.step / progress.steps
            self.tell("progress", done=done / progress.epochs, loss=progress.loss, left=progress.seconds_left)

    def on_notice(self, text: str) -> None:
        """Pass a notice on."""
        self.tell("notice", text=text)

    def on_stage(self, text: str) -> None:
        """Tell what is done after training."""
        self.tell("stage", text=text)

    def stop_requested(self) -> bool:
        """Tell whether the parent wants it to stop, or is gone."""
        return self._stopping


def work(order: Mapping[str, Any], observer: WorkerObserver) -> None:
    """Train a member from its folder's configuration, or go on with it, and tell how it ended."""
    run, command = RunDirectory(Path(order["run"])), tuple(order["command"])
    try:
        if run.manifest.exists():
            resume(run, observer=observer, command=command)
        else:
            train(load(run.config), into=run, observer=observer, command=command)
    except (Interrupted, KeyboardInterrupt):
        observer.tell("interrupted")
    except DnnctlError as error:
        parts = [part if isinstance(part, str) else asdict(part) for part in error.parts]
        observer.tell("failed", error=parts, status=error.exit_status)
    except MemoryError:
        observer.tell("failed", error=["not enough memory"], status=1)
    else:
        observer.tell("done")


def main() -> None:
    """Take the order and carry it out."""
    # Whatever else writes to standard output, C++ too, goes to standard error: news are the parent's.
    news = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    # A shell that runs a command in the background has it ignore this, which its children inherit.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    order = json.loads(sys.stdin.readline() or "{}")
    observer = WorkerObserver(news)
    signal.signal(signal.SIGTERM, observer.stop)
    try:
        threading.Thread(target=observer.listen, args=(sys.stdin,), daemon=True).start()
        if order:
            work(order, observer)
    except KeyboardInterrupt:
        # It came before the training began, or after its end.
        if not observer.ended:
            observer.tell("interrupted")
    # Python would wait for the lock of standard input, which the thread holds.
    news.close()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
