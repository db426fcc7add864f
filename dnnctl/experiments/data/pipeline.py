"""What brings a configuration's rows to the training steps, stage by stage, and how fast it is."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from dnnctl.config.loading import LoadedConfig
from dnnctl.datasets.base import DownloadProgress, silent
from dnnctl.engines.base import STEPS_AT_ONCE, Engine, PipelineStage
from dnnctl.engines.choosing import build_engine
from dnnctl.network.initial_weights import initial_weights
from dnnctl.notebook import Shown, Tabular
from dnnctl.training.preparation import Prepared, prepare

# So long each rate is measured, but for one group of batches at least.
SECONDS = 2.0
# Groups of steps that are not counted: they build the graph, and compile it.
FIRST = 3


@dataclass(frozen=True, repr=False)
class PipelineReport(Tabular):
    """What brings rows to the steps.

    Args:
        name: The configuration's name.
        engine: `keras` or `numpy`.
        rows: Training rows.
        batch_size: Rows a step; an epoch's last one has what is left.
        batches: Steps an epoch.
        stages: The stages, from the first to the last.
        alone: Rows a second when nobody learns from them.
        training: Rows a second beside training steps.
        waiting: Share of the training's time for which steps waited for their rows, 0 to 1.
    """

    name: str
    engine: str
    rows: int
    batch_size: int
    batches: int
    stages: tuple[PipelineStage, ...]
    alone: float
    training: float
    waiting: float

    def _shown(self) -> Shown:
        rows = [
            (stage.name if not i else "", f"{name}: {element}", "" if i else stage.told)
            for stage in self.stages
            for i, (name, element) in enumerate(stage.elements.items())
        ]
        heading = (
            f"{self.name}, {self.engine} engine: {self.rows:,} training rows in {self.batches:,} batches of "
            f"{self.batch_size:,} an epoch"
        )
        return heading, ("stage", "hands on", ""), rows, [self.rates]

    @property
    def rates(self) -> str:
        """The rates in words."""
        return (
            f"rows a second: {self.alone:,.0f} alone, {self.training:,.0f} beside training, whose steps waited for "
            f"rows {self.waiting:.1%} of the time"
        )

    def to_json(self) -> dict[str, Any]:
        """Return this as plain values."""
        stages = [{"name": s.name, "elements": s.elements, "told": s.told} for s in self.stages]
        return {**vars(self), "stages": stages}


def inspect_pipeline(loaded: LoadedConfig, progress: DownloadProgress = silent) -> PipelineReport:
    """Look at what brings a configuration's rows to the steps, and measure it; nothing is written.

    Args:
        loaded: A checked configuration.
        progress: Called with a file's name, bytes done and bytes in all during a download.

    Raises:
        DnnctlError: If the data or the network cannot be made.
    """
    prepared = prepare(loaded, progress)
    config = prepared.config
    weights = initial_weights(prepared.plan, config.seed, config.training.dtype)
    engine = build_engine(config, prepared.plan, prepared.preprocessing, weights, prepared.class_weights)
    engine.set_training_rows(replace(prepared.training_rows, steps=None))
    try:
        alone, _ = _rate(engine, prepared, engine.skip, groups=1)
        training, waiting = _rate(engine, prepared, lambda count: _learn(engine, prepared, count), groups=FIRST)
        stages = tuple(engine.stages())
    finally:
        engine.release_training_rows()
    rows, size, batches = len(prepared.training_rows), prepared.batch_size, prepared.training_rows.batches
    return PipelineReport(config.name, config.engine, rows, size, batches, stages, alone, training, waiting)


def _learn(engine: Engine, prepared: Prepared, batches: int) -> int:
    """Take steps and return how many rows they learned from."""
    rate = prepared.config.training.optimizer.learning_rate.rate(0, prepared.length)
    return len(engine.run([rate] * batches).logits)


def _rate(engine: Engine, prepared: Prepared, go: Callable[[int], int], *, groups: int) -> tuple[float, float]:
    """Return rows a second, and the share of the time for which they were waited for.

    Args:
        engine: What has the rows.
        prepared: The training.
        go: Goes past so many batches and returns how many rows they had.
        groups: Groups that are not counted.
    """
    rows, done, batches, epoch = 0, 0, prepared.training_rows.batches, 0
    begun, waited = time.perf_counter(), engine.waited
    engine.start_epoch(epoch)
    left = batches
    while not rows or time.perf_counter() - begun < SECONDS:
        if not left:
            epoch, left = epoch + 1, batches
            engine.start_epoch(epoch)
        count = min(left, STEPS_AT_ONCE)
        found = go(count)
        left, done = left - count, done + 1
        if done <= groups:
            begun, waited = time.perf_counter(), engine.waited
        else:
            rows += found
    seconds = time.perf_counter() - begun
    return rows / seconds, (engine.waited - waited) / seconds
