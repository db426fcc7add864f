"""The loop over epochs: the same for every engine."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.engines.base import Engine, LayerStatistics, check_weights
from dnnctl.errors import ModelError, RunError
from dnnctl.inference.network import Network
from dnnctl.training.checkpoint import Checkpoint, CheckpointManager, TrainingState
from dnnctl.training.divergence import Replay, describe, find_layer
from dnnctl.training.early_stopping import EarlyStopping, ReduceOnPlateau
from dnnctl.training.epoch import RunningEpoch
from dnnctl.training.layer_statistics import Inspector
from dnnctl.training.observer import Observer
from dnnctl.training.preparation import Prepared
from dnnctl.training.progress import ProgressMeter
from dnnctl.training.steps_per_execution import StepGroups


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
        checkpoints: What keeps the checkpoints; None keeps none.
    """

    def __init__(
        self,
        prepared: Prepared,
        engine: Engine,
        network: Network,
        observer: Observer,
        checkpoints: CheckpointManager | None = None,
    ) -> None:
        self._prepared = prepared
        self._training = prepared.config.training
        self._engine = engine
        self._network = network
        self._observer = observer
        self._checkpoints = checkpoints
        self._stopper = EarlyStopping(self._training.early_stopping)
        self._plateau = ReduceOnPlateau(self._training.reduce_on_plateau)
        self._pace = StepGroups(self._training.steps_per_execution)
        self.running = RunningEpoch.begin(prepared, 0)
        self.trained = Trained()
        self._inspector = Inspector(prepared, engine)
        self._meter = ProgressMeter(prepared, network, observer)
        # Before this step a replay ends.
        self.until: int | None = None

    @property
    def steps(self) -> int:
        """Steps taken over the whole training."""
        length = self._prepared.length
        return min(self.running.number * length.steps_per_epoch + self.running.done, length.steps)

    def snapshot(self) -> Checkpoint:
        """Return everything that an exact resume needs."""
        stopper, best = self._stopper, self._stopper.weights or {}
        # Not checked here, only when it is read: the history may be long.
        progress = TrainingState.model_construct(
            config=self._prepared.config.model_dump(mode="json"),
            optimizer_steps=self.steps,
            epoch=self.running.number,
            done=self.running.done,
            seconds=self.running.seconds,
            stopper=stopper.best.state() if stopper.best else None,
            plateau=self._plateau.state(),
            history=list(self.trained.history),
            layers=list(self.trained.layers),
        )
        arrays = {f"engine/{name}": array for name, array in self._engine.state().items()}
        self._check_finite(arrays)
        arrays |= {f"best/{name}": array for name, array in best.items()} | self.running.state()
        if self.trained.losses:
            arrays["losses"] = np.concatenate(self.trained.losses)
        return Checkpoint(progress, arrays)

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go back to where a checkpoint was made.

        Raises:
            RunError: If it is that of another training.
        """
        progress, best = checkpoint.progress, checkpoint.under("best")
        try:
            self._engine.set_state(checkpoint.under("engine"))
            if best:
                check_weights(self._prepared.plan, best)
        except ModelError as error:
            raise RunError(f"the checkpoint is not of this training: {error}") from None
        self.running = RunningEpoch.begin(self._prepared, progress.epoch)
        self.running.restore(progress.done, progress.seconds, checkpoint.under("epoch"), self._prepared)
        losses = checkpoint.arrays.get("losses", np.zeros(0))
        before = progress.epoch * self._prepared.length.steps_per_epoch
        if (
            not self.steps == self._engine.optimizer_steps == progress.optimizer_steps
            or [row.get("epoch") for row in progress.history] != list(range(1, progress.epoch + 1))
            or any(not {"loss", "learning_rate", "seconds"} <= set(row) for row in progress.history)
            or any(array.dtype.kind != "f" for array in best.values())
            or losses.shape != (before if self._training.iterations else 0,)
        ):
            raise RunError("the checkpoint is not of this training: its steps and its history do not go together")
        if self._stopper.best is not None and progress.stopper is not None:
            self._stopper.best.restore(progress.stopper)
            self._stopper.weights = best or None
        self._plateau.restore(progress.plateau)
        self.trained = Trained(
            history=[dict(row) for row in progress.history],
            layers=[dict(row) for row in progress.layers if self._inspector.wants(row.get("epoch"))],
            losses=[losses] if self._training.iterations else [],
        )

    def run(self) -> Trained:
        """Train to the end, to early stopping, or until the observer asks to stop."""
        train = self._prepared.splits.train
        self._engine.set_training_rows(train.x, self._inspector.targets(train), self._prepared.augmenter)
        self._meter.begin(self.steps)
        if self._checkpoints is not None and self._checkpoints.last is None:
            # Nothing is to be written yet, but a first epoch that diverges is taken again from here.
            self._checkpoints.last = self.snapshot()
        try:
            # A training that diverges is found by its loss, with a message of its own.
            with np.errstate(over="ignore", invalid="ignore"):
                self.go()
        finally:
            self._keep_best()
        return self.trained

    def go(self) -> None:
        """Visit epoch after epoch, and write checkpoints when they are due."""
        length = self._prepared.length
        while not self._over():
            if not self._visit():
                break
            cut_short = self.running.steps < length.steps_per_epoch
            if cut_short:
                # A longer training would go on inside this epoch, so this is where one has to begin.
                self._keep(now=True)
            self._end_epoch()
            self.trained.interrupted = not self._over() and self._observer.stop_requested()
            if not cut_short:
                self._keep(now=self.trained.interrupted or self._over(), epochs=self.running.number)
            if self.trained.interrupted:
                break
        self._say_stopped()

    def _over(self) -> bool:
        return self.running.number >= self._prepared.length.epochs or self._stopper.done

    def _visit(self) -> bool:
        """Visit the rest of the epoch's rows; False if it was left before its end."""
        at, training = self.running, self._training
        start = time.perf_counter() - at.seconds
        first = at.number * self._prepared.length.steps_per_epoch
        if at.done < at.steps:
            self._engine.start_epoch(at.order, self._prepared.batch_size, at.done, at.number)
        while at.done < at.steps:
            count = self._pace.group(at.steps - at.done)
            if self.until is not None:
                count = min(count, self.until - self.steps)
            if not count:
                return False
            begun = time.perf_counter()
            result = self._engine.run([self._rate(first + at.done + i) for i in range(count)])
            self._pace.took(count, time.perf_counter() - begun)
            self._check(result.losses)
            at.add(result)
            at.seconds = time.perf_counter() - start
            self._meter.report(at, count, result.logits)
            self.trained.first_step = self._meter.first_step
            if at.done < at.steps:
                self.trained.interrupted = self._observer.stop_requested()
                self._keep(now=self.trained.interrupted)
                if self.trained.interrupted:
                    # They belong to no epoch that is over, but to the iterations.
                    self.trained.losses.extend(at.losses if training.iterations else [])
                    return False
        return True

    def _end_epoch(self) -> None:
        """Write the epoch's row, apply the rules for its end, and go to the next one."""
        at, length = self.running, self._prepared.length
        start = time.perf_counter() - at.seconds
        if self._training.iterations:
            self.trained.losses.extend(at.losses)
        row = {"epoch": at.number + 1, **at.figures(self._prepared, self._network)}
        row["learning_rate"] = self._rate(at.number * length.steps_per_epoch + at.steps - 1)
        row["seconds"] = time.perf_counter() - start
        self.trained.layers.extend(self._inspector.after(at.number + 1))
        self.trained.history.append(row)
        self._observer.on_epoch(row, length.epochs)
        self._decide(row)
        self.running = RunningEpoch.begin(self._prepared, at.number + 1)

    def _rate(self, step: int) -> float:
        schedule = self._training.optimizer.learning_rate
        return self._plateau.rate(schedule.rate(step, self._prepared.length))

    def _keep(self, *, now: bool, epochs: int | None = None) -> None:
        """Write a checkpoint if it is due, or now."""
        if self._checkpoints is not None and (now or self._checkpoints.due(epochs)):
            self._checkpoints.keep(self.snapshot, history=not now)

    def _check(self, losses: NDArray[Any]) -> None:
        """Raise `ModelError` at the first loss that is not a finite number."""
        bad = np.flatnonzero(~np.isfinite(losses))
        if len(bad):
            raise self._diverged(f"the loss became {losses[bad[0]]}", self.steps + int(bad[0]))

    def _check_finite(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Raise `ModelError` if the last step before a checkpoint spoilt what would be kept."""
        if not all(np.isfinite(array).all() for array in arrays.values()):
            raise self._diverged("the weights became infinite or not numbers at all", self.steps - 1)

    def _diverged(self, what: str, step: int) -> ModelError:
        """Return the error for a step (counted from 0) that went wrong, with the layer where it began."""
        layer, kept = "", 0
        if self._checkpoints is not None and self._checkpoints.last is not None:
            again = Loop(self._prepared, self._engine, self._network, Replay(self._observer))
            again.restore(self._checkpoints.last)
            layer, kept = find_layer(again, step), self._checkpoints.steps
        epoch, inside = divmod(step, self._prepared.length.steps_per_epoch)
        return ModelError(describe(what, epoch + 1, inside + 1, layer, self._rate(step), kept))

    def inspect_next(self) -> list[LayerStatistics]:
        """Return how each layer behaves on the rows of the next step."""
        at = self.running
        return self._inspector.at(self._prepared.shown(at.batch(self._prepared.batch_size), at.number))

    def _decide(self, row: Mapping[str, float]) -> None:
        """Apply the rules for the end of an epoch."""
        if self._stopper.update(row):
            self._stopper.weights = self._engine.weights()
        if self._plateau.update(row):
            self._observer.on_notice(f"no improvement: learning rate lowered by {self._plateau.factor:g} in all")

    def _say_stopped(self) -> None:
        best, epoch = self._stopper.best, self.running.number
        if self._stopper.done and best is not None and epoch < self._prepared.length.epochs:
            self.trained.stopped = (
                f"stopped early after epoch {epoch}: no better {best.monitor} than {best.value:.4g} "
                f"in epoch {best.epoch}"
            )

    def _keep_best(self) -> None:
        if self._stopper.weights is not None and self._stopper.best is not None:
            self._engine.set_weights(self._stopper.weights)
            self.trained.best_epoch = self._stopper.best.epoch
