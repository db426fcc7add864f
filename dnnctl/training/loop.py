"""The loop over epochs: the same for every engine."""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.data.random import epoch_order
from dnnctl.datasets.base import Samples
from dnnctl.engines.base import Engine
from dnnctl.errors import ModelError
from dnnctl.inference.network import Network
from dnnctl.training.observer import Observer, Progress
from dnnctl.training.preparing import Prepared
from dnnctl.training.watching import Plateau, Stopper

GROUP = 32
# Layers are looked at on so many training rows, at so many epochs at most.
INSPECTED_ROWS = 256
INSPECTIONS = 50
SECONDS_BETWEEN_LOOKS = 0.25
# Groups of steps whose loss the live bar shows.
RECENT = 8


@dataclass
class Trained:
    """What came of the loop.

    Args:
        history: A row an epoch.
        layers: A row an inspected epoch and layer.
        losses: Loss of every step, (steps,), if the length was given in iterations.
        best_epoch: Epoch whose weights the network has, counted from 1; None if the last one's.
        stopped: Why it ended early, in words; empty if it did not.
        interrupted: Whether the observer asked to stop.
        first_step: Seconds that the first group of steps took, building the graph included.
    """

    history: list[dict[str, float]] = field(default_factory=list)
    layers: list[dict[str, float | str]] = field(default_factory=list)
    losses: list[NDArray[Any]] = field(default_factory=list)
    best_epoch: int | None = None
    stopped: str = ""
    interrupted: bool = False
    first_step: float = 0.0


class Loop:
    """Trains a network epoch by epoch.

    Args:
        prepared: Data, plan and length.
        engine: What takes the steps.
        network: The same engine, answering.
        observer: Who watches.
    """

    def __init__(self, prepared: Prepared, engine: Engine, network: Network, observer: Observer) -> None:
        self._prepared = prepared
        self._training = prepared.config.training
        self._engine = engine
        self._network = network
        self._observer = observer
        self._stopper = Stopper(self._training.early_stopping)
        self._plateau = Plateau(self._training.reduce_on_plateau)
        group = self._training.steps_per_execution
        self._group = GROUP if group == "auto" else int(group)
        self._started = time.perf_counter()
        self._measured = 0.0
        self._latest: dict[str, float] = {}
        self.trained = Trained()

    def run(self) -> Trained:
        """Train to the end, to early stopping, or until the observer asks to stop."""
        prepared, length = self._prepared, self._prepared.length
        train = prepared.splits.train
        self._engine.set_training_rows(train.x, self._targets(train))
        try:
            for epoch in range(length.epochs):
                row = self._epoch(epoch)
                if row is None:
                    break
                self._look_inside(epoch, length.epochs)
                self.trained.history.append(row)
                self._observer.on_epoch(row, length.epochs)
                if self._decide(row) or self._stop_before(epoch + 1):
                    break
        finally:
            self._keep_best()
        return self.trained

    def _stop_before(self, epoch: int) -> bool:
        """Tell whether the observer asked to stop and there are epochs left to stop before."""
        self.trained.interrupted = epoch < self._prepared.length.epochs and self._observer.stop_requested()
        return self.trained.interrupted

    def _epoch(self, epoch: int) -> dict[str, float] | None:
        """Visit every training row once (or until the steps are used up) and return the epoch's figures.

        None if the observer asked to stop before its end.
        """
        start = time.perf_counter()
        prepared, length = self._prepared, self._prepared.length
        order = epoch_order(len(prepared.splits.train), prepared.config.seed, epoch)
        steps = min(length.steps_per_epoch, length.steps - epoch * length.steps_per_epoch)
        self._engine.start_epoch(order, prepared.batch_size)
        losses: list[NDArray[Any]] = []
        logits: list[NDArray[Any]] = []
        rates: list[float] = []
        done = 0
        while done < steps:
            first = epoch * length.steps_per_epoch + done
            group = range(first, first + min(self._group, steps - done))
            schedule = self._training.optimizer.learning_rate
            rates = [self._plateau.rate(schedule.rate(step, length)) for step in group]
            result = self._engine.run(rates)
            self._check(result.losses, epoch, done)
            losses.append(result.losses)
            logits.append(result.logits)
            done += len(rates)
            self._look_at(result.logits, order, done - len(rates))
            self._report(epoch, done, steps, losses)
            if done < steps and self._observer.stop_requested():
                self.trained.interrupted = True
                break
        if self._training.iterations:
            self.trained.losses.extend(losses)
        if done < steps:
            return None
        row = {"epoch": epoch + 1, **self._figures(order, np.concatenate(losses), np.concatenate(logits))}
        return {**row, "learning_rate": rates[-1], "seconds": time.perf_counter() - start}

    def _targets(self, samples: Samples) -> NDArray[Any]:
        return self._prepared.preprocessing.prepare_targets(samples.y, self._training.dtype)

    def _check(self, losses: NDArray[Any], epoch: int, done: int) -> None:
        """Raise `ModelError` at the first loss that is not a finite number."""
        bad = np.flatnonzero(~np.isfinite(losses))
        if len(bad):
            raise ModelError(
                f"training: the loss became {losses[bad[0]]} in epoch {epoch + 1}, step {done + bad[0] + 1}. Lower the "
                "learning rate, clip the gradients (optimizer option global_clipnorm: 1.0), or check the data"
            )

    def _look_at(self, logits: NDArray[Any], order: NDArray[Any], done: int) -> None:
        """Measure the rows of the latest steps, not more often than an eye can follow."""
        now = time.perf_counter()
        if now - self._measured < SECONDS_BETWEEN_LOOKS:
            return
        self._measured = now
        start = done * self._prepared.batch_size
        visited = self._prepared.splits.train.y[order[start : start + len(logits)]]
        names = self._training.metrics or []
        figures, _ = self._network.figures_of(logits, visited, names, penalty=0.0)
        self._latest = {name: figures[name] for name in names if name in figures}

    def _report(self, epoch: int, done: int, steps: int, losses: list[NDArray[Any]]) -> None:
        length = self._prepared.length
        total = epoch * length.steps_per_epoch + done
        elapsed = time.perf_counter() - self._started
        if not self.trained.first_step:
            self.trained.first_step = elapsed
        left = elapsed / total * (length.steps - total)
        mean = float(np.mean([part.mean() for part in losses[-RECENT:]]))
        self._observer.on_progress(Progress(epoch + 1, length.epochs, done, steps, mean, left, self._latest))

    def _figures(self, order: NDArray[Any], losses: NDArray[Any], logits: NDArray[Any]) -> dict[str, float]:
        """Return loss and metrics of the epoch: of the training rows as they were visited, and of validation."""
        names = self._training.metrics or []
        splits = self._prepared.splits
        visited = splits.train.y[order[: len(logits)]]
        figures, _ = self._network.figures_of(logits, visited, names, penalty=0.0)
        # The loss of each step has its batch's penalties in it; a partial last batch counts for its rows.
        sizes = np.full(len(losses), self._prepared.batch_size)
        sizes[-1] = len(logits) - sizes[:-1].sum()
        figures["loss"] = float(np.average(losses.astype(np.float64), weights=sizes))
        if splits.validation is not None:
            held_out, _ = self._network.figures(splits.validation, names)
            figures |= {f"val_{name}": value for name, value in held_out.items()}
        return figures

    def _look_inside(self, epoch: int, epochs: int) -> None:
        stride = math.ceil(epochs / INSPECTIONS)
        if epoch % stride and epoch != epochs - 1:
            return
        rows = self._prepared.splits.train.take(slice(INSPECTED_ROWS))
        for seen in self._engine.inspect(rows.x, self._targets(rows)):
            self.trained.layers.append({"epoch": epoch + 1, **vars(seen)})

    def _decide(self, row: Mapping[str, float]) -> bool:
        """Apply the rules for the end of an epoch and tell whether training is over."""
        if self._stopper.update(row):
            self._stopper.weights = self._engine.weights()
        if self._plateau.update(row):
            self._observer.on_notice(f"no improvement: learning rate lowered by {self._plateau.factor:g} in all")
        if self._stopper.done and row["epoch"] < self._prepared.length.epochs:
            best = self._stopper.best
            if best is not None:
                self.trained.stopped = (
                    f"stopped early after epoch {row['epoch']:.0f}: no better {best.monitor} than {best.value:.4g} "
                    f"in epoch {best.epoch}"
                )
            return True
        return False

    def _keep_best(self) -> None:
        if self._stopper.weights is not None and self._stopper.best is not None:
            self._engine.set_weights(self._stopper.weights)
            self.trained.best_epoch = self._stopper.best.epoch
