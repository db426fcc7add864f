"""Everything that changes while a network learns: what a checkpoint holds, and what a resume goes back to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.data.training_rows import TrainingRows
from dnnctl.engines.base import Engine, check_weights
from dnnctl.errors import ModelError, RunError
from dnnctl.evaluation.running import RunningMetrics
from dnnctl.network.plan import NetworkPlan
from dnnctl.network.schedules import Length
from dnnctl.training.checkpoint import Checkpoint, CheckpointMeta
from dnnctl.training.early_stopping import EarlyStopping, ReduceOnPlateau
from dnnctl.training.epoch import RunningEpoch
from dnnctl.training.layer_statistics import is_inspected


@dataclass
class Trained:
    """What comes of a training.

    Args:
        history: A row an epoch.
        layers: A row an inspected epoch and layer.
        losses: Loss of every step, (steps,), in parts, if the length was given in iterations.
        best_epoch: Epoch whose weights the network has, counted from 1; None if the last one's.
        stopped: Why it ended early, in words; empty if it did not.
        interrupted: Whether the observer asked to stop.
        first_step: Seconds that the first group of steps took, building the graph included.
        waiting: Seconds for which the steps after them waited for their rows.
    """

    history: list[dict[str, float]] = field(default_factory=list)
    layers: list[dict[str, float | str]] = field(default_factory=list)
    losses: list[NDArray[Any]] = field(default_factory=list)
    best_epoch: int | None = None
    stopped: str = ""
    interrupted: bool = False
    first_step: float = 0.0
    waiting: float = 0.0


@dataclass(kw_only=True)
class TrainingState:
    """Where a training is: the engine, the epoch at work, the rules for its end, and the record so far.

    Args:
        engine: What takes the steps.
        plan: Its network.
        rows: The training rows.
        length: How long the training is.
        early_stopping: The rule that may end it.
        plateau: The rule that may lower the learning rate.
        record_losses: Whether the loss of every step is recorded.
        config: The resolved configuration as plain values, which is kept with every checkpoint.
        sums: Returns the sums that metrics of an epoch come from where its rows are a stream; None for rows in memory.
    """

    engine: Engine
    plan: NetworkPlan
    rows: TrainingRows
    length: Length
    early_stopping: EarlyStopping
    plateau: ReduceOnPlateau
    record_losses: bool
    config: Mapping[str, Any]
    sums: Callable[[], RunningMetrics] | None = None
    trained: Trained = field(default_factory=Trained, init=False)
    epoch: RunningEpoch = field(init=False)

    def __post_init__(self) -> None:
        """Begin the first epoch."""
        self.epoch = self._begin(0)

    @property
    def steps(self) -> int:
        """Steps taken over the whole training."""
        return min(self.epoch.number * self.length.steps_per_epoch + self.epoch.done, self.length.steps)

    @property
    def over(self) -> bool:
        """Whether nothing is left to do: all epochs are visited, or early stopping has enough."""
        return self.epoch.number >= self.length.epochs or self.early_stopping.done

    def begin_next_epoch(self) -> None:
        """Go on to the epoch after the one at work."""
        self.epoch = self._begin(self.epoch.number + 1)

    def _begin(self, number: int) -> RunningEpoch:
        return RunningEpoch.begin(self.rows, self.length, number, self.sums() if self.sums else None)

    def keep_losses(self) -> None:
        """Put the losses of the epoch's steps on record, if the length was given in iterations."""
        if self.record_losses:
            self.trained.losses.extend(self.epoch.losses)

    def snapshot(self) -> Checkpoint:
        """Return everything that an exact resume needs."""
        epoch, best = self.epoch, self.early_stopping.best_weights or {}
        # Not checked here, only when it is read: the history may be long.
        meta = CheckpointMeta.model_construct(
            config=dict(self.config),
            optimizer_steps=self.steps,
            epoch=epoch.number,
            done=epoch.done,
            seconds=epoch.seconds,
            early_stopping=self.early_stopping.state(),
            plateau=self.plateau.state(),
            history=list(self.trained.history),
            layers=list(self.trained.layers),
        )
        arrays = {f"engine/{name}": array for name, array in self.engine.state().items()}
        arrays |= {f"best/{name}": array for name, array in best.items()} | epoch.state()
        if self.trained.losses:
            arrays["losses"] = np.concatenate(self.trained.losses)
        return Checkpoint(meta, arrays)

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go back to where a checkpoint was made.

        Raises:
            RunError: If it is that of another training.
        """
        meta, best = checkpoint.meta, checkpoint.under("best")
        try:
            self.engine.set_state(checkpoint.under("engine"))
            if best:
                check_weights(self.plan, best)
        except ModelError as error:
            raise RunError(f"the checkpoint is not of this training: {error}") from None
        self.epoch = self._begin(meta.epoch)
        size, outputs = self.rows.batch_size, self.plan.outputs
        self.epoch.restore(meta.done, meta.seconds, checkpoint.under("epoch"), batch_size=size, outputs=outputs)
        losses = checkpoint.arrays.get("losses", np.zeros(0))
        before = meta.epoch * self.length.steps_per_epoch
        if (
            not self.steps == self.engine.optimizer_steps == meta.optimizer_steps
            or [row.get("epoch") for row in meta.history] != list(range(1, meta.epoch + 1))
            or any(not {"loss", "learning_rate", "seconds"} <= set(row) for row in meta.history)
            or any(array.dtype.kind != "f" for array in best.values())
            or losses.shape != (before if self.record_losses else 0,)
        ):
            raise RunError("the checkpoint is not of this training: its steps and its history do not go together")
        self.early_stopping.restore(meta.early_stopping, best)
        self.plateau.restore(meta.plateau)
        epochs = self.length.epochs
        self.trained = Trained(
            history=[dict(row) for row in meta.history],
            layers=[dict(row) for row in meta.layers if is_inspected(row.get("epoch"), epochs)],
            losses=[losses] if self.record_losses else [],
        )
