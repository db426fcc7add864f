"""Telling the observer how far a training is."""

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.inference.network import Network
from dnnctl.training.epoch import RunningEpoch
from dnnctl.training.observer import Observer, StepProgress
from dnnctl.training.preparation import Prepared

SECONDS_BETWEEN_LOOKS = 0.25
# Groups of steps whose loss the live bar shows.
RECENT = 8


class ProgressMeter:
    """Tells an observer how far a training is.

    Args:
        prepared: Data and length.
        network: What reads the logits.
        observer: Who is told.
    """

    def __init__(self, prepared: Prepared, network: Network, observer: Observer) -> None:
        self._prepared = prepared
        self._network = network
        self._observer = observer
        self._measured = 0.0
        self._latest: dict[str, float] = {}
        self.begin(0)

    def begin(self, steps: int) -> None:
        """Start the clock.

        Args:
            steps: Steps that were taken before, in another process.
        """
        self._started = time.perf_counter()
        self._before = steps
        self.first_step = 0.0

    def report(self, epoch: RunningEpoch, count: int, logits: NDArray[Any]) -> None:
        """Tell of a group of steps.

        Args:
            epoch: The epoch at work, the group included.
            count: Steps of the group.
            logits: What the network said of its rows.
        """
        self._look_at(epoch, count, logits)
        length = self._prepared.length
        total = epoch.number * length.steps_per_epoch + epoch.done
        elapsed = time.perf_counter() - self._started
        self.first_step = self.first_step or elapsed
        left = elapsed / (total - self._before) * (length.steps - total)
        mean = float(np.mean([part.mean() for part in epoch.losses[-RECENT:]]))
        self._observer.on_progress(
            StepProgress(epoch.number + 1, length.epochs, epoch.done, epoch.steps, mean, left, self._latest)
        )

    def _look_at(self, epoch: RunningEpoch, count: int, logits: NDArray[Any]) -> None:
        """Measure the rows of the latest steps, not more often than an eye can follow."""
        now = time.perf_counter()
        if now - self._measured < SECONDS_BETWEEN_LOOKS:
            return
        self._measured = now
        visited = epoch.visited(self._prepared, epoch.done - count, len(logits))
        names = self._prepared.config.training.metrics or []
        self._latest = self._network.metrics_of(logits, visited, names)
