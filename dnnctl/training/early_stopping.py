"""Early stopping and the plateau rule: what is decided at the end of each epoch."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from dnnctl.config.metrics import larger_is_better
from dnnctl.config.schema import EarlyStoppingConfig, ReduceOnPlateauConfig

Weights = dict[str, NDArray[Any]]


class Stored(BaseModel):
    """A part of a checkpoint: a field's alias is its name in the file, whatever its attribute is called."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)


class BestState(Stored):
    """What `Best` remembers, to be stored.

    Args:
        value: The best value; NaN before the first one.
        epoch: Its epoch, counted from 1; 0 before the first one.
        waited: Epochs since then.
    """

    value: float = Field(alias="best_value")
    epoch: int = Field(ge=0, alias="best_epoch")
    waited: int = Field(ge=0, alias="epochs_waited")


class PlateauState(Stored):
    """What `ReduceOnPlateau` remembers, to be stored.

    Args:
        best: The best value of the metric it watches.
        cooling: Epochs before waiting begins again.
        factor: What is left of the scheduled learning rate, above 0 to 1.
    """

    best: BestState | None = Field(alias="best")
    cooling: int = Field(ge=0, alias="cooldown_left")
    factor: float = Field(ge=0, le=1, alias="factor")


class Best:
    """The best value of a metric so far and how long ago it was.

    Args:
        monitor: Column of the history.
        min_delta: Smallest change that counts as an improvement.
    """

    def __init__(self, monitor: str, min_delta: float) -> None:
        self.monitor = monitor
        self.value = math.nan
        self.epoch = 0
        self.waited = 0
        self._min_delta = min_delta
        self._sign = 1 if larger_is_better(monitor) else -1

    def state(self) -> BestState:
        """Return what a later process needs to go on."""
        return BestState(value=self.value, epoch=self.epoch, waited=self.waited)

    def restore(self, state: BestState) -> None:
        """Go back to what `state` returned."""
        self.value, self.epoch, self.waited = state.value, state.epoch, state.waited

    def update(self, row: Mapping[str, float]) -> bool:
        """Take an epoch's row in and tell whether it is an improvement."""
        value = row.get(self.monitor, math.nan)
        gain = self._sign * (value - self.value)
        if (math.isnan(self.value) and not math.isnan(value)) or gain > self._min_delta:
            self.value, self.epoch, self.waited = value, int(row["epoch"]), 0
            return True
        self.waited += 1
        return False


class EarlyStopping:
    """Stops when a metric has not improved for `patience` epochs, and keeps the best weights.

    Args:
        spec: The rule; None never stops and keeps the last weights.
    """

    def __init__(self, spec: EarlyStoppingConfig | None) -> None:
        self._spec = spec
        self._best = Best(spec.monitor, spec.min_delta) if spec else None
        self.best_weights: Weights | None = None

    @property
    def best_epoch(self) -> int | None:
        """The epoch of the best value so far, counted from 1; None without a rule."""
        return self._best.epoch if self._best else None

    def state(self) -> BestState | None:
        """Return what a later process needs to go on, besides the best weights."""
        return self._best.state() if self._best else None

    def restore(self, state: BestState | None, weights: Weights) -> None:
        """Go back to what `state` returned, and the best weights, if there were any."""
        if self._best is not None and state is not None:
            self._best.restore(state)
            self.best_weights = weights or None

    def update(self, row: Mapping[str, float], weights: Callable[[], Weights]) -> bool:
        """Take an epoch's row in and tell whether its weights were kept as the best.

        Args:
            row: The epoch's row of the history.
            weights: Returns a copy of the weights.
        """
        improved = self._best.update(row) if self._best else False
        if not improved or self._spec is None or not self._spec.restore_best:
            return False
        self.best_weights = weights()
        return True

    @property
    def done(self) -> bool:
        """Whether training should stop."""
        return self._spec is not None and self._best is not None and self._best.waited >= max(1, self._spec.patience)

    def reason(self, epoch: int) -> str:
        """Return why training stops after an epoch, counted from 1, in words; empty if it should not."""
        best = self._best
        if best is None or not self.done:
            return ""
        return (
            f"stopped early after epoch {epoch}: no better {best.monitor} than {best.value:.4g} in epoch {best.epoch}"
        )


class ReduceOnPlateau:
    """Lowers the learning rate when a metric has not improved for `patience` epochs.

    Args:
        spec: The rule; None never lowers it.
    """

    def __init__(self, spec: ReduceOnPlateauConfig | None) -> None:
        self._spec = spec
        self._best = Best(spec.monitor, spec.min_delta) if spec else None
        self._cooling = 0
        self.factor = 1.0

    def state(self) -> PlateauState:
        """Return what a later process needs to go on."""
        best = self._best.state() if self._best else None
        return PlateauState(best=best, cooling=self._cooling, factor=self.factor)

    def restore(self, state: PlateauState) -> None:
        """Go back to what `state` returned."""
        if self._best is not None and state.best is not None:
            self._best.restore(state.best)
        self._cooling, self.factor = state.cooling, state.factor

    def update(self, row: Mapping[str, float]) -> bool:
        """Take an epoch's row in and tell whether the learning rate falls."""
        if self._spec is None or self._best is None:
            return False
        improved = self._best.update(row)
        if self._cooling:
            self._cooling -= 1
            self._best.waited = 0
        if improved or self._best.waited < max(1, self._spec.patience):
            return False
        if row["learning_rate"] <= self._spec.min_learning_rate:
            return False
        self.factor *= self._spec.factor
        self._cooling = self._spec.cooldown
        self._best.waited = 0
        return True

    def rate(self, scheduled: float) -> float:
        """Return the learning rate that a scheduled one becomes."""
        lowered = scheduled * self.factor
        return max(lowered, min(scheduled, self._spec.min_learning_rate)) if self._spec else lowered
