"""The whole job on one page: from a checked configuration to a finished run."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.config.loading import LoadedConfig, as_yaml
from dnnctl.config.overrides import Overrides
from dnnctl.datasets.samples import looked_at
from dnnctl.engines.base import Engine, LostError
from dnnctl.engines.choosing import build_engine, import_framework
from dnnctl.engines.cluster import Cluster
from dnnctl.errors import Interrupted, ModelError
from dnnctl.evaluation.baselines import Baseline, baselines
from dnnctl.evaluation.diagnosis.verdict import Verdict
from dnnctl.evaluation.measure import unmet
from dnnctl.files import write_text
from dnnctl.inference.network import Measured, Network
from dnnctl.inference.open import read_weights
from dnnctl.network.initial_weights import initial_weights
from dnnctl.plots.base import PlotContext, draw_all
from dnnctl.plots.style.fonts import lacking
from dnnctl.runs.layout import RunDirectory, create_run, how_to_resume
from dnnctl.runs.lock import locked
from dnnctl.runs.manifest import Manifest
from dnnctl.training.checkpoint import Checkpoint, CheckpointManager
from dnnctl.training.failure_record import recorded
from dnnctl.training.final_metrics import agreement, measure_splits, verdict
from dnnctl.training.loop import loop_of
from dnnctl.training.observer import Observer
from dnnctl.training.preparation import Prepared, prepare
from dnnctl.training.resume import open_for_resume
from dnnctl.training.run_files import changed_facts, facts, sampled, save_evaluation, save_history, save_network
from dnnctl.training.several import begin_alike, noticed, team_of
from dnnctl.training.state import Trained
from dnnctl.training.team import Team
from dnnctl.training.timing import Clock


@dataclass(frozen=True)
class TrainingResult:
    """A finished run.

    Args:
        run: Its folder.
        prepared: What it was made from.
        trained: The history, and how it ended.
        metrics: Metrics of each split, as in `metrics.json`.
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


def train(
    loaded: LoadedConfig,
    *,
    out: Path = Path("outputs"),
    observer: Observer | None = None,
    init_from: RunDirectory | None = None,
    into: RunDirectory | None = None,
    command: Sequence[str] = (),
    cluster: Cluster | None = None,
) -> TrainingResult:
    """Train, evaluate, save and draw.

    Args:
        loaded: A checked configuration.
        out: The output folder.
        observer: Who watches; nobody if None.
        init_from: A run whose weights to start from.
        into: An empty folder to train in, instead of one that is made below `out`.
        command: The command line, for the manifest.
        cluster: The machines that train together, of which this one is the chief; None for this one alone.

    Returns:
        The finished run.

    Raises:
        DnnctlError: If something is wrong that the user can put right; what was written stays.
        Interrupted: If the observer asked to stop; the message says how to go on.
    """
    observer, clock = observer or Observer(), Clock.of(command)
    with clock.stage("data"):
        prepared = prepare(loaded, observer.on_download)
    weights = initial_weights(prepared.plan, prepared.config.seed, prepared.config.training.dtype)
    if init_from is not None:
        weights = read_weights(init_from, prepared.plan)
    with team_of(cluster, prepared, observer) as team:
        run = into or create_run(out, prepared.config.name)
        with locked(run):
            manifest = Manifest(run, facts(prepared, command, init_from))
            with recorded(run, manifest, clock), noticed(team, run):
                write_text(run.config, as_yaml(prepared.config))
                manifest.begin(0, command)
                return _Job(prepared, run, manifest, observer, clock, team).run(weights, None)


def resume(
    run: RunDirectory,
    overrides: Overrides = (),
    *,
    observer: Observer | None = None,
    command: Sequence[str] = (),
    cluster: Cluster | None = None,
) -> TrainingResult:
    """Go on with a training from its last checkpoint, as if it had never stopped.

    Args:
        run: The run.
        overrides: `training.epochs=N` (or `training.iterations=N`, if it was given so) for another length.
        observer: Who watches; nobody if None.
        command: The command line, for the manifest.
        cluster: As in `train`; they may be others than before, or more or fewer.

    Returns:
        The finished run: weights, history (but for its seconds) and metrics are those of a run that did not stop.

    Raises:
        ConfigError: If a setting cannot be read.
        RunError: If the run is finished, is being trained, or anything but its length would change.
        DnnctlError: If something else is wrong that the user can put right.
        Interrupted: If the observer asked to stop; the message says how to go on.
    """
    observer, clock = observer or Observer(), Clock.of(command)
    with locked(run):
        resumed = open_for_resume(run, overrides)
        with clock.stage("data"):
            prepared = prepare(resumed.loaded, observer.on_download)
        weights = resumed.check(prepared)
        with team_of(cluster, prepared, observer) as team:
            manifest = Manifest(run, changed_facts(prepared, resumed.manifest), resumed.manifest)
            with recorded(run, manifest, clock), noticed(team, run):
                write_text(run.config, as_yaml(prepared.config))
                manifest.begin(resumed.steps, command)
                resumed.clean()
                job = _Job(prepared, run, manifest, observer, clock, team)
                return job.run(weights, resumed.checkpoint, resumed.notices(prepared))


@dataclass(frozen=True)
class _Job:
    """A training whose folder is there: from its first weights, or a checkpoint, to its last file."""

    prepared: Prepared
    folder: RunDirectory
    manifest: Manifest
    observer: Observer
    clock: Clock
    team: Team | None = None

    def run(
        self, weights: dict[str, NDArray[Any]], checkpoint: Checkpoint | None, notices: Iterable[str] = ()
    ) -> TrainingResult:
        """Do what is left to do."""
        prepared, run, clock = self.prepared, self.folder, self.clock
        self.observer.on_start(prepared)
        for notice in notices:
            self.observer.on_notice(notice)
        with clock.stage("import"):
            import_framework(prepared.config)
        with clock.stage("build"):
            engine = build_engine(
                prepared.config,
                prepared.plan,
                prepared.preprocessing,
                weights,
                prepared.class_weights,
                self.team.cluster if self.team else None,
            )
        network = Network(engine, prepared.dataset.info, prepared.preprocessing, prepared.config.training.loss)
        checkpoints = CheckpointManager(run, prepared.config.checkpoint, checkpoint)
        replicas = self.manifest.replicas(engine.replicas)
        if checkpoint is not None and replicas != engine.replicas:
            told = f"{replicas} devices before, {engine.replicas} now: the result may differ in its last digits"
            self.observer.on_notice(told)
        loop = loop_of(prepared, engine, network, checkpoints, self.observer, self.team)
        state = loop.state
        if checkpoint is not None:
            state.restore(checkpoint)
        if self.team:
            begin_alike(self.team, state)
        before = state.steps
        try:
            with clock.stage("training"):
                trained = loop.run()
        except ModelError as error:
            # It diverged: what was recorded says how, and the best weights so far may still be of use. Where another
            # machine is lost, the run goes on from its checkpoint.
            save_history(run, state.trained)
            if state.trained.best_epoch and not isinstance(error, LostError):
                save_network(prepared, engine, run)
            raise
        finally:
            self.manifest.count(checkpoints.steps, state.steps - before)
        clock.seconds |= {"first steps": round(trained.first_step, 4), "waiting": round(trained.waiting, 4)}
        with clock.stage("saving"):
            save_history(run, trained)
            save_network(prepared, engine, run)
        steps = engine.optimizer_steps
        if trained.interrupted:
            clock.finish()
            self.manifest.update("interrupted", optimizer_steps=steps, seconds=clock.seconds)
            raise Interrupted(f"interrupted after {steps:,} steps; go on with: ", how_to_resume(run))
        return self._finish(engine, network, trained, steps)

    def _finish(self, engine: Engine, network: Network, trained: Trained, steps: int) -> TrainingResult:
        """Measure, judge and draw."""
        prepared, run, clock, observer = self.prepared, self.folder, self.clock, self.observer
        info = prepared.dataset.info
        observer.on_stage("evaluating")
        with clock.stage("evaluation"):
            measured = measure_splits(prepared, network)
            metrics = {name: each.metrics for name, each in measured.items()}
        # A stage of its own, which begins when the memory of the first is given back.
        with clock.stage("evaluation"):
            weights = prepared.class_weights
            simple = baselines(info, prepared.splits.train, prepared.splits.test, class_weights=weights)
            judged = verdict(prepared, trained, network, metrics, simple)
        with clock.stage("saving"):
            save_evaluation(prepared.splits, run, metrics, simple, measured["test"])
        observer.on_stage("drawing plots")
        with clock.stage("plots"):
            pictures = draw_all(_plot_context(prepared, trained, network, measured), run.plots)
        if note := lacking():
            observer.on_notice(note)
        missed = unmet(prepared.config.require, metrics)
        agreed = agreement(prepared, engine, network)
        clock.finish()
        self.manifest.update(
            "done",
            optimizer_steps=steps,
            epochs_trained=len(trained.history),
            best_epoch=trained.best_epoch,
            verdict=judged.sentence,
            advice=[advice.to_json() for advice in judged.advice],
            unmet=list(missed),
            device=engine.device,
            threads=engine.threads,
            engines_agree=agreed.to_json() if agreed else None,
            seconds=clock.seconds,
            **sampled(measured, prepared),
        )
        return TrainingResult(
            run, prepared, trained, metrics, simple, judged, missed, steps, tuple(pictures), clock.seconds
        )


def _plot_context(
    prepared: Prepared, trained: Trained, network: Network, measured: Mapping[str, Measured]
) -> PlotContext:
    test = measured["test"]
    return PlotContext(
        title=prepared.config.name,
        info=prepared.dataset.info,
        history=trained.history,
        best_epoch=trained.best_epoch,
        iterations=np.concatenate(trained.losses) if trained.losses else None,
        train=looked_at(prepared.splits.train),
        test=test.samples,
        scores=test.scores,
        predict=network.scores,
        counts=test.counts,
        of=(len(prepared.splits.train), test.count),
        hindered=prepared.hindered,
        unhindered=measured["train"].metrics,
    )
