"""dnnctl as its users have it: `train` on a configuration, from start to end.

The training runs in a thread and waits at the end of an epoch until the next round is called for; a round is timed
from that call to the end of its last epoch, with everything that the product does in between. The clock by which
checkpoints fall due stands still while it waits: that time is the others', and else each round would have a checkpoint.
"""

import json
import queue
import tempfile
import threading
import time
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest.mock import patch

import yaml

from benchmarks.contenders.base import Job, RefusedError
from dnnctl.config.loading import LoadedConfig, load
from dnnctl.errors import ConfigError, Interrupted
from dnnctl.training import checkpoint
from dnnctl.training.job import TrainingResult, train
from dnnctl.training.observer import Observer, StepProgress


class Gate(Observer):
    """Counts steps, and lets training on only when epochs were asked for."""

    def __init__(self) -> None:
        self.steps = 0
        self.stopping = False
        self.waited = 0.0
        self._left = 0
        self._asked: queue.Queue[int] = queue.Queue()
        self.reached: queue.Queue[BaseException | None] = queue.Queue()

    def ask(self, epochs: int) -> None:
        """Let training go on for so many epochs."""
        self._asked.put(epochs)

    def wait(self) -> None:
        """Wait until they are done, or training has ended; raise what it failed with."""
        failure = self.reached.get()
        if failure is not None:
            raise failure

    def monotonic(self) -> float:
        """Return seconds, those of waiting left out."""
        return time.monotonic() - self.waited

    def on_start(self, prepared: Any) -> None:
        self._wait()

    def on_progress(self, progress: StepProgress) -> None:
        if progress.step == progress.steps:
            self.steps += progress.steps

    def on_epoch(self, row: Mapping[str, float], epochs: int) -> None:
        self._left -= 1
        if self._left == 0:
            self.reached.put(None)
            self._wait()

    def _wait(self) -> None:
        begun = time.monotonic()
        self._left = self._asked.get()
        self.waited += time.monotonic() - begun

    def stop_requested(self) -> bool:
        return self.stopping


class DnnctlTraining:
    """One training of dnnctl."""

    def __init__(self, job: Job) -> None:
        engine, precision, device = job.option.split()
        self._epochs = 1 + job.rounds * job.work.epochs
        document = job.work.config(
            rows=job.rows, epochs=self._epochs, engine=engine, precision=precision, device=device
        )
        # Below the driver's folder, which the driver takes away; a worker may be ended at any time.
        self._folder = Path(tempfile.mkdtemp(prefix="run-", dir=job.data))
        path = self._folder / "benchmark.yaml"
        path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
        self._work, self._gate, self._on_gpu = job.work, Gate(), device == "gpu"
        self._result: TrainingResult | None = None
        # Read before the thread starts, so that a configuration that is refused fails here.
        try:
            loaded = load(path)
        except ConfigError as refused:
            raise RefusedError(str(refused).replace(str(path), path.name)) from None
        threading.Thread(target=self._train, args=(loaded,), daemon=True).start()

    def _train(self, loaded: LoadedConfig) -> None:
        try:
            with warnings.catch_warnings(), patch.object(checkpoint, "time", self._gate):
                warnings.simplefilter("ignore")
                self._result = train(loaded, out=self._folder, observer=self._gate)
        except Interrupted:
            pass
        except BaseException as failure:
            self._gate.reached.put(failure)
            return
        self._gate.reached.put(None)

    @property
    def steps(self) -> int:
        return self._gate.steps

    def epochs(self, count: int) -> None:
        self._gate.ask(count)
        self._gate.wait()

    def quality(self) -> float:
        """Let the run be finished, and return the figure that the product gives."""
        self._gate.ask(0)
        self._gate.wait()
        if self._result is None:
            raise RuntimeError("the training was stopped before its end")
        if self._result.steps != self.steps:
            raise RuntimeError(f"the optimizer counted {self._result.steps} steps, the observer {self.steps}")
        return self._result.metrics["test"]["accuracy" if self._work.classes else "mse"]

    def facts(self) -> dict[str, Any]:
        """Return what the run's manifest has of versions and threads."""
        if self._result is None:
            return {}
        manifest = json.loads(self._result.run.manifest.read_text(encoding="utf-8"))
        found = {key: manifest[key] for key in ("versions", "threads") if key in manifest}
        return {**found, "gpu_bytes": _gpu_bytes()} if self._on_gpu else found


def _gpu_bytes() -> int:
    import tensorflow

    return int(tensorflow.config.experimental.get_memory_info("GPU:0")["peak"])


def build(job: Job) -> DnnctlTraining:
    return DnnctlTraining(job)
