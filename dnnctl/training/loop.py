"""The loop over epochs, the same for every engine: learning rates, steps, evaluate, decide, keep."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.samples import AnySamples, Samples
from dnnctl.engines.base import Engine, Steps
from dnnctl.errors import ModelError
from dnnctl.inference.network import Network
from dnnctl.network.optimizers.base import OPTIMIZERS, OptimizerSpec
from dnnctl.network.schedules import Schedule
from dnnctl.training.checkpoint import Checkpoint, CheckpointManager
from dnnctl.training.divergence import describe, find_layer, with_lower_rate
from dnnctl.training.early_stopping import EarlyStopping, ReduceOnPlateau
from dnnctl.training.layer_statistics import inspect_layers
from dnnctl.training.observer import Observer
from dnnctl.training.preparation import Prepared
from dnnctl.training.progress import ProgressMeter
from dnnctl.training.state import Trained, TrainingState
from dnnctl.training.steps_per_execution import StepGroups
from dnnctl.training.team import Team

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Loop:
    """Trains a network epoch by epoch.

    Args:
        state: Where the training is; it goes on from there.
        network: The state's engine, answering.
        schedule: The learning rate of each step, before the plateau rule.
        validation: Rows to evaluate on at each epoch's end; None if there are none.
        metrics: Names of the metrics that are followed.
        groups: How many steps are taken in one go.
        checkpoints: What keeps the checkpoints.
        observer: Who watches.
        team: The machines that train together, whose chief decides and measures; None for this one alone.
    """

    state: TrainingState
    network: Network
    schedule: Schedule
    validation: AnySamples | None
    metrics: Sequence[str]
    groups: StepGroups
    checkpoints: CheckpointManager
    observer: Observer
    team: Team | None = None

    def run(self) -> Trained:
        """Train to the end, to early stopping, or until the observer asks to stop."""
        state, trained = self.state, self.state.trained
        state.engine.set_training_rows(state.rows)
        self.checkpoints.begin(state.snapshot)
        meter = ProgressMeter(state, self.network, self.metrics if self._measures else (), self.observer)
        try:
            # A training that diverges is found by its loss, with a message of its own.
            with np.errstate(over="ignore", invalid="ignore"):
                while not state.over and not trained.interrupted:
                    self._take_steps(meter)
                    if not state.epoch.left:
                        self._end_epoch()
        finally:
            trained.first_step, trained.waiting = meter.first_step, meter.waiting
            state.engine.release_training_rows()
            if state.early_stopping.best_weights is not None:
                state.engine.set_weights(state.early_stopping.best_weights)
                trained.best_epoch = state.early_stopping.best_epoch
        if state.epoch.number < state.length.epochs:
            trained.stopped = state.early_stopping.reason(state.epoch.number)
        return trained

    def _agree(self, find: Callable[[], T]) -> T:
        """Return what is found here; of several machines, what the chief finds."""
        return find() if self.team is None else self.team.agree(find)

    @property
    def _measures(self) -> bool:
        """Whether it is here that metrics are measured."""
        return self.team is None or self.team.cluster.chief

    def _take_steps(self, meter: ProgressMeter) -> None:
        """Take the steps that are left of the epoch, in groups; fewer if the observer asks to stop."""
        state, epoch, engine = self.state, self.state.epoch, self.state.engine
        start = time.perf_counter() - epoch.seconds
        if epoch.left:
            engine.start_epoch(epoch.number, epoch.done)
        while epoch.left:
            count, first = self._agree(lambda: self.groups.next(epoch.left)), state.steps
            begun = time.perf_counter()
            result = engine.run([self._learning_rate(step) for step in range(first, first + count)])
            self.groups.took(count, time.perf_counter() - begun)
            self._check_losses(result.losses)
            self._count(result)
            epoch.add(result)
            epoch.seconds = time.perf_counter() - start
            meter.report(count, result.logits)
            if epoch.left:
                state.trained.interrupted = self._agree(self.observer.stop_requested)
                self._keep(now=state.trained.interrupted)
                if state.trained.interrupted:
                    # They belong to no epoch that is over, but to the iterations.
                    state.keep_losses()
                    return

    def _count(self, result: Steps) -> None:
        """Add what came of steps on a stream to the sums that the metrics of the epoch come from."""
        epoch, rows = self.state.epoch, self.state.rows
        if epoch.sums is not None and self._measures:
            visited = rows.visited(epoch.order, epoch.number, epoch.done, len(result.logits))
            self.network.add_to(epoch.sums, result.logits, visited, rows.batch_size)

    def _end_epoch(self) -> None:
        """Evaluate the network, decide what follows, keep a checkpoint."""
        state, epoch = self.state, self.state.epoch
        cut_short = epoch.steps < state.length.steps_per_epoch
        if cut_short:
            # A longer training would go on inside this epoch, so this is where one has to begin.
            self._keep(now=True)
        state.keep_losses()
        row = self._agree(self._evaluate)
        looked_at = state.engine, state.rows, epoch.number + 1, state.length.epochs
        state.trained.layers.extend(self._agree(lambda: inspect_layers(*looked_at)))
        state.trained.history.append(row)
        self.observer.on_epoch(row, state.length.epochs)
        self._decide(row)
        state.begin_next_epoch()
        state.trained.interrupted = not state.over and self._agree(self.observer.stop_requested)
        if not cut_short:
            self._keep(now=state.trained.interrupted or state.over, epochs=state.epoch.number)

    def _evaluate(self) -> dict[str, float]:
        """Return the epoch's row of the history: of the training rows as they were visited, and of validation."""
        epoch, rows = self.state.epoch, self.state.rows
        start = time.perf_counter() - epoch.seconds
        row = {"epoch": epoch.number + 1, "loss": epoch.loss(rows.batch_size)}
        if epoch.sums is not None:
            row |= epoch.sums.values()
        else:
            visited = rows.visited(epoch.order, epoch.number, 0, epoch.rows)
            # The epoch is over: nobody asks for its logits again.
            row |= self.network.metrics_of(epoch.logits, visited, self.metrics, spend=True)
        if self.validation is not None:
            row |= {f"val_{name}": value for name, value in self._validate(self.validation).items()}
        row["learning_rate"] = self._learning_rate(self.state.steps - 1)
        row["seconds"] = time.perf_counter() - start
        return row

    def _validate(self, samples: AnySamples) -> dict[str, float]:
        if isinstance(samples, Samples):
            return self.network.evaluate(samples.rows, samples.y, self.metrics)[0]
        return self.network.evaluate_stream(samples, self.metrics)[0]

    def _decide(self, row: Mapping[str, float]) -> None:
        """Apply the rules for the end of an epoch: keep the best weights, lower the learning rate."""
        state = self.state
        state.early_stopping.update(row, state.engine.weights)
        if state.plateau.update(row):
            self.observer.on_notice(f"no improvement: learning rate lowered by {state.plateau.factor:g} in all")

    def _keep(self, *, now: bool, epochs: int | None = None) -> None:
        """Write a checkpoint if it is due, or now."""
        if now or self._agree(lambda: self.checkpoints.due(epochs)):
            self.checkpoints.save(self._finite_snapshot, history=not now)

    def _learning_rate(self, step: int) -> float:
        """Return the learning rate of a step, counted from 0 over the whole training."""
        return self.state.plateau.rate(self.schedule.rate(step, self.state.length))

    def _check_losses(self, losses: NDArray[Any]) -> None:
        """Raise `ModelError` at the first loss that is not a finite number."""
        bad = np.flatnonzero(~np.isfinite(losses))
        if len(bad):
            raise self._diverged(f"the loss became {losses[bad[0]]}", self.state.steps + int(bad[0]))

    def _finite_snapshot(self) -> Checkpoint:
        """Return a checkpoint; raise `ModelError` if the last step before it spoilt what would be kept."""
        checkpoint = self.state.snapshot()
        if not all(np.isfinite(array).all() for array in checkpoint.under("engine").values()):
            raise self._diverged("the weights became infinite or not numbers at all", self.state.steps - 1)
        return checkpoint

    def _diverged(self, what: str, step: int) -> ModelError:
        """Return the error for a step (counted from 0) that went wrong, with the layer where it began."""
        epoch, inside = divmod(step, self.state.length.steps_per_epoch)
        rate, last = self._learning_rate(step), self.checkpoints.last
        stop = partial(self._agree, self.observer.stop_requested)
        layer = find_layer(self.state, self.schedule, last, step, stop) if last else ""
        said = describe(what, epoch + 1, inside + 1, layer, rate, self.checkpoints.steps)
        if self.checkpoints.run is None:
            return ModelError(said)
        optimizer = OPTIMIZERS.parse(self.state.config["training"]["optimizer"])
        assert isinstance(optimizer, OptimizerSpec)
        return ModelError(said, *with_lower_rate(self.checkpoints.run, optimizer))


def loop_of(
    prepared: Prepared,
    engine: Engine,
    network: Network,
    checkpoints: CheckpointManager,
    observer: Observer,
    team: Team | None = None,
) -> Loop:
    """Return the loop of a training before its first step; arguments are those of `Loop`."""
    training = prepared.config.training
    state = TrainingState(
        engine=engine,
        plan=prepared.plan,
        rows=prepared.training_rows,
        length=prepared.length,
        early_stopping=EarlyStopping(training.early_stopping),
        plateau=ReduceOnPlateau(training.reduce_on_plateau),
        record_losses=training.iterations is not None,
        config=prepared.config.model_dump(mode="json"),
        sums=partial(network.running, training.metrics or ()) if prepared.streamed else None,
    )
    return Loop(
        state=state,
        network=network,
        schedule=training.optimizer.learning_rate,
        validation=prepared.splits.validation,
        metrics=training.metrics or (),
        groups=StepGroups(training.steps_per_execution),
        checkpoints=checkpoints,
        observer=observer,
        team=team,
    )
