"""Telling the observer how far a training is."""

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.inference.network import Network
from dnnctl.training.observer import Observer, StepProgress
from dnnctl.training.state import TrainingState

SECONDS_BETWEEN_LOOKS = 0.25
SECONDS_OF_RATE = 1.0
# Groups of steps whose loss the live bar shows.
RECENT = 8


class ProgressMeter:
    """Tells an observer how far a training is; its clock starts when it is made.

    Args:
        state: Where the training is.
        network: What reads the logits.
        metrics: Names of the metrics that are followed.
        observer: Who is told.
    """

    def __init__(self, state: TrainingState, network: Network, metrics: Sequence[str], observer: Observer) -> None:
        self._state, self._network, self._metrics, self._observer = state, network, metrics, observer
        self._measured = 0.0
        self._latest: dict[str, float] = {}
        self._rate, self._since = 0.0, (0.0, 0)
        self._started = time.perf_counter()
        # Steps that were taken in another process say nothing of the time that is left.
        self._before = state.steps
        self.first_step = self._waited = 0.0

    @property
    def waiting(self) -> float:
        """Seconds for which steps waited for their rows, those of the first group left out."""
        return self._state.engine.waited - self._waited

    def report(self, count: int, logits: NDArray[Any]) -> None:
        """Tell of a group of steps that the state has taken in.

        Args:
            count: Steps of the group.
            logits: What the network said of its rows, (rows, outputs).
        """
        self._look_at(count, logits)
        epoch, length, total = self._state.epoch, self._state.length, self._state.steps
        elapsed = time.perf_counter() - self._started
        if not self.first_step:
            self.first_step, self._waited = elapsed, self._state.engine.waited
        self._follow(elapsed, total)
        left = elapsed / (total - self._before) * (length.steps - total)
        mean = float(np.mean([part.mean() for part in epoch.losses[-RECENT:]]))
        self._observer.on_progress(
            StepProgress(epoch.number + 1, length.epochs, epoch.done, epoch.steps, mean, left, self._latest, self._rate)
        )

    def _follow(self, elapsed: float, total: int) -> None:
        """Count rows a second over a second or more; the first steps, which build the network, do not count."""
        then, before = self._since
        if not before:
            self._since = elapsed, total
        elif elapsed - then >= SECONDS_OF_RATE or not self._rate:
            self._rate = (total - before) * self._state.rows.batch_size / max(elapsed - then, 1e-9)
            if elapsed - then >= SECONDS_OF_RATE:
                self._since = elapsed, total

    def _look_at(self, count: int, logits: NDArray[Any]) -> None:
        """Measure the rows of the latest steps, not more often than an eye can follow."""
        now = time.perf_counter()
        if not self._metrics or now - self._measured < SECONDS_BETWEEN_LOOKS:
            return
        self._measured = now
        epoch = self._state.epoch
        visited = self._state.rows.visited(epoch.order, epoch.number, epoch.done - count, len(logits))
        self._latest = self._network.metrics_of(logits, visited, self._metrics)
