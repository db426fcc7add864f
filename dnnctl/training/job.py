"""The whole job on one page: from a checked configuration to a finished run."""

import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from dnnctl.config.loading import LoadedConfig, as_yaml
from dnnctl.data.initial_weights import initial_weights
from dnnctl.engines.base import Engine
from dnnctl.engines.choosing import build_engine, import_framework
from dnnctl.errors import Interrupted, ModelError
from dnnctl.evaluation.baselines import Baseline, baselines
from dnnctl.evaluation.diagnosis import Verdict
from dnnctl.files import write_text
from dnnctl.inference.loading import read_weights
from dnnctl.inference.network import Network
from dnnctl.inference.requirements import unmet
from dnnctl.plots.base import PlotContext, draw_all
from dnnctl.runs.layout import RunDirectory, create_run
from dnnctl.runs.manifest import Manifest
from dnnctl.training.loop import Loop, Trained
from dnnctl.training.measuring import agreement, measure_splits, verdict
from dnnctl.training.observer import Observer
from dnnctl.training.preparing import Prepared, prepare
from dnnctl.training.profile import process_age, rest
from dnnctl.training.saving import facts, save_figures, save_history, save_network


@dataclass(frozen=True)
class TrainingResult:
    """A finished run.

    Args:
        run: Its folder.
        prepared: What it was made from.
        trained: The history, and how it ended.
        metrics: Figures of each split, as in `metrics.json`.
        baselines: What a trivial and a linear model reach.
        verdict: Whether the network overfits or underfits.
        unmet: Requirements that were missed, in words.
        steps: Steps the optimizer took.
        plots: Pictures that were drawn.
        seconds: Where the time went.
    """

    run: RunDirectory
    prepared: Prepared
    trained: Trained
    metrics: dict[str, dict[str, float]]
    baselines: tuple[Baseline, ...]
    verdict: Verdict
    unmet: tuple[str, ...]
    steps: int
    plots: tuple[Path, ...]
    seconds: dict[str, float]


@dataclass
class Clock:
    """Where the wall time goes.

    Args:
        seconds: Seconds by stage.
        started: When it began to count.
    """

    seconds: dict[str, float] = field(default_factory=dict)
    started: float = field(default_factory=time.perf_counter)

    def finish(self) -> None:
        """Count what belongs to no stage."""
        whole = self.seconds.get("start-up", 0.0) + time.perf_counter() - self.started
        self.seconds["rest"] = round(rest(self.seconds, whole), 4)

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count what happens in the block as a stage."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = round(self.seconds.get(name, 0.0) + time.perf_counter() - start, 4)


def train(
    loaded: LoadedConfig,
    *,
    out: Path = Path("outputs"),
    observer: Observer | None = None,
    init_from: RunDirectory | None = None,
    command: Sequence[str] = (),
) -> TrainingResult:
    """Train, evaluate, save and draw.

    Args:
        loaded: A checked configuration.
        out: The output folder.
        observer: Who watches; nobody if None.
        init_from: A run whose weights to start from.
        command: The command line, for the manifest.

    Returns:
        The finished run.

    Raises:
        DnnctlError: If something is wrong that the user can put right; what was written stays.
        Interrupted: If the observer asked to stop; the weights so far are saved.
    """
    observer, clock = observer or Observer(), Clock()
    if command:
        clock.seconds["start-up"] = round(process_age(), 4)
    with clock.stage("data"):
        prepared = prepare(loaded, observer.on_download)
    weights = initial_weights(prepared.plan, prepared.config.seed, prepared.config.training.dtype)
    if init_from is not None:
        weights = read_weights(init_from, prepared.plan)
    run = create_run(out, prepared.config.name)
    write_text(run.config, as_yaml(prepared.config))
    manifest = Manifest(run, facts(prepared, command, init_from))
    manifest.update("running")
    try:
        observer.on_start(prepared)
        with clock.stage("import"):
            import_framework(prepared.config)
        with clock.stage("build"):
            engine = build_engine(prepared.config, prepared.plan, prepared.preprocessing, weights)
        return _train(prepared, engine, run, manifest, observer, clock)
    except Interrupted:
        raise
    except KeyboardInterrupt:
        manifest.update("interrupted", seconds=clock.seconds)
        raise
    except BaseException as error:
        manifest.update("failed", error=f"{type(error).__name__}: {error}", seconds=clock.seconds)
        raise


def _train(
    prepared: Prepared, engine: Engine, run: RunDirectory, manifest: Manifest, observer: Observer, clock: Clock
) -> TrainingResult:
    info = prepared.dataset.info
    network = Network(engine, info, prepared.preprocessing, prepared.config.training.loss)
    loop = Loop(prepared, engine, network, observer)
    try:
        with clock.stage("training"):
            trained = loop.run()
    except ModelError:
        # It diverged: what was recorded says how, and the best weights so far may still be of use.
        save_history(run, loop.trained)
        if loop.trained.best_epoch:
            save_network(prepared, engine, run)
        raise
    clock.seconds["first steps"] = round(trained.first_step, 4)
    with clock.stage("saving"):
        save_history(run, trained)
        save_network(prepared, engine, run)
    steps = engine.optimizer_steps
    if trained.interrupted:
        manifest.update("interrupted", optimizer_steps=steps, seconds=clock.seconds)
        raise Interrupted(f"interrupted after {steps:,} steps; what was learned so far is in {run.path}")
    observer.on_stage("evaluating")
    with clock.stage("evaluation"):
        metrics, scores = measure_splits(prepared, network)
        simple = baselines(info, prepared.splits.train, prepared.splits.test)
        judged = verdict(prepared, trained, metrics, simple)
    with clock.stage("saving"):
        save_figures(prepared, run, metrics, simple, scores)
    observer.on_stage("drawing plots")
    with clock.stage("plots"):
        pictures = draw_all(_plot_context(prepared, trained, network, scores["test"]), run.plots)
    missed = unmet(prepared.config.require, metrics)
    agreed = agreement(prepared, engine, network)
    clock.finish()
    manifest.update(
        "done",
        optimizer_steps=steps,
        epochs_trained=len(trained.history),
        best_epoch=trained.best_epoch,
        verdict=judged.sentence,
        unmet=list(missed),
        device=engine.device,
        threads=engine.threads,
        engines_agree=agreed.to_json() if agreed else None,
        seconds=clock.seconds,
    )
    return TrainingResult(
        run, prepared, trained, metrics, simple, judged, missed, steps, tuple(pictures), clock.seconds
    )


def _plot_context(prepared: Prepared, trained: Trained, network: Network, scores: Any) -> PlotContext:
    return PlotContext(
        title=prepared.config.name,
        info=prepared.dataset.info,
        history=trained.history,
        best_epoch=trained.best_epoch,
        iterations=np.concatenate(trained.losses) if trained.losses else None,
        train=prepared.splits.train,
        test=prepared.splits.test,
        scores=scores,
        predict=network.scores,
    )
