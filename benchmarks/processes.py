"""The driver's side of a worker: start it, order a round, see that it rests in between."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmarks.contenders import Contender
from benchmarks.contenders.base import RefusedError
from benchmarks.environment import PEERS_PYTHON, ROOT

# Variables by which BLAS and OpenMP libraries take their number of threads.
THREAD_VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


class WorkerError(Exception):
    """A worker ended where an answer was expected."""


class Worker:
    """A contender at work in a process of its own.

    Args:
        contender: Who.
        work: Key of the work.
        rows: Training rows.
        rounds: Rounds it will be asked for.
        threads: Threads of one operation, and operations at a time; empty to leave it to the contender.
        data: Folder with the arrays.
        python: What runs it if it is not dnnctl.
    """

    def __init__(
        self,
        contender: Contender,
        work: str,
        rows: int,
        rounds: int,
        threads: tuple[int, ...],
        data: Path,
        python: Path = PEERS_PYTHON,
    ) -> None:
        self.contender = contender
        self.threads = threads
        order = {
            "contender": contender.key,
            "module": contender.module,
            "option": contender.option,
            "work": work,
            "rows": rows,
            "rounds": rounds,
            "threads": threads,
            "data": str(data),
        }
        interpreter = sys.executable if contender.kind == "dnnctl" else str(python)
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed in __exit__
        self._process = subprocess.Popen(
            [interpreter, "-m", "benchmarks.worker", json.dumps(order)],
            cwd=ROOT,
            env=environment(threads),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        self._rested_since: float | None = None
        # Processor seconds spent while others were measured.
        self.idle_seconds = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()
        self._errors.close()

    def ready(self) -> dict[str, Any]:
        """Wait until it has prepared itself and warmed up.

        Raises:
            RefusedError: If the contender does not offer what was asked of it.
        """
        answer = self._answer()
        if "refused" in answer:
            raise RefusedError(answer["refused"])
        self._rested_since = self._processor_seconds()
        return answer

    def ask(self, order: str) -> dict[str, Any]:
        """Give an order and return the answer to it."""
        self._count_rest()
        if self._process.stdin is None:
            raise WorkerError("no standard input")
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(order + "\n")
            self._process.stdin.flush()
        answer = self._answer()
        self._rested_since = self._processor_seconds()
        return answer

    def _answer(self) -> dict[str, Any]:
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            self._process.wait()
            self._errors.seek(0)
            said = self._errors.read().decode(errors="replace").strip()
            raise WorkerError(f"{self.contender.key} ended with status {self._process.returncode}:\n{said[-3000:]}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _count_rest(self) -> None:
        spent = self._processor_seconds()
        if spent is not None and self._rested_since is not None:
            self.idle_seconds += spent - self._rested_since

    def _processor_seconds(self) -> float | None:
        """Return the processor time it has used so far; None where the system does not say."""
        try:
            fields = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
        except OSError:
            return None
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def environment(threads: tuple[int, ...] = ()) -> dict[str, str]:
    """Return the environment for a measured process: quiet, and with its own number of threads."""
    own = {name: value for name, value in os.environ.items() if name not in THREAD_VARIABLES}
    own |= {"TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow", "PYTHONWARNINGS": "ignore"}
    # Several processes share a GPU; TensorFlow would take all of its memory.
    own["TF_FORCE_GPU_ALLOW_GROWTH"] = "true"
    if threads:
        own |= dict.fromkeys(THREAD_VARIABLES, str(threads[0]))
    return own
