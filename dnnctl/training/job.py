"""The whole job on one page: from a checked configuration to a finished run."""

import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dnnctl.config.loading import LoadedConfig, as_yaml
from dnnctl.data.initial_weights import initial_weights
from dnnctl.engines.base import Engine
from dnnctl.engines.choosing import build_engine
from dnnctl.engines.numpy.network import NumpyNetwork
from dnnctl.errors import Interrupted
from dnnctl.evaluation.baselines import Baseline, baselines
from dnnctl.evaluation.diagnosis import Verdict, diagnose
from dnnctl.evaluation.measure import all_metrics
from dnnctl.files import write_json, write_npz, write_text
from dnnctl.inference.agreement import Agreement, compare
from dnnctl.inference.loading import read_weights
from dnnctl.inference.network import Network
from dnnctl.inference.requirements import unmet
from dnnctl.plots.base import PlotContext, draw_all
from dnnctl.runs.history import write_table
from dnnctl.runs.layout import RunDirectory, create_run
from dnnctl.runs.manifest import Manifest
from dnnctl.training.loop import Loop, Trained
from dnnctl.training.observer import Observer
from dnnctl.training.preparing import Prepared, prepare


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
    """

    seconds: dict[str, float] = field(default_factory=dict)

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
    with clock.stage("data"):
        prepared = prepare(loaded, observer.on_download)
    weights = initial_weights(prepared.plan, prepared.config.seed, prepared.config.training.precision)
    if init_from is not None:
        weights = read_weights(init_from, prepared.plan)
    run = create_run(out, prepared.config.name)
    write_text(run.config, as_yaml(prepared.config))
    manifest = Manifest(run, _facts(prepared, command, init_from))
    manifest.update("running")
    try:
        observer.on_start(prepared)
        with clock.stage("import and build"):
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
    with clock.stage("training"):
        trained = Loop(prepared, engine, network, observer).run()
    clock.seconds["first steps"] = round(trained.first_step, 4)
    with clock.stage("saving"):
        _save_training(prepared, engine, run, trained)
    steps = engine.optimizer_steps
    if trained.interrupted:
        manifest.update("interrupted", optimizer_steps=steps, seconds=clock.seconds)
        raise Interrupted(f"interrupted after {steps:,} steps; what was learned so far is in {run.path}")
    observer.on_stage("evaluating")
    with clock.stage("evaluation"):
        metrics, scores = _measure(prepared, network)
        simple = baselines(info, prepared.splits.train, prepared.splits.test)
        verdict = _verdict(prepared, trained, metrics, simple)
    with clock.stage("saving"):
        _save_figures(prepared, run, metrics, simple, scores)
    observer.on_stage("drawing plots")
    with clock.stage("plots"):
        pictures = draw_all(_plot_context(prepared, trained, network, scores["test"]), run.plots)
    missed = unmet(prepared.config.require, metrics)
    agreement = _agreement(prepared, engine, network)
    manifest.update(
        "done",
        optimizer_steps=steps,
        epochs_trained=len(trained.history),
        best_epoch=trained.best_epoch,
        verdict=verdict.sentence,
        unmet=list(missed),
        device=engine.device,
        engines_agree=agreement.to_json() if agreement else None,
        seconds=clock.seconds,
    )
    return TrainingResult(
        run, prepared, trained, metrics, simple, verdict, missed, steps, tuple(pictures), clock.seconds
    )


def _measure(prepared: Prepared, network: Network) -> tuple[dict[str, dict[str, float]], dict[str, Any]]:
    """Return the final figures and the scores of each split, the test rows first."""
    info = prepared.dataset.info
    followed = prepared.config.training.metrics or ()
    names = list(dict.fromkeys([*all_metrics(info.task, len(info.class_names)), *followed]))
    metrics, scores = {}, {}
    for name in ("test", "validation", "train"):
        if name != "validation" or prepared.splits.validation is not None:
            metrics[name], scores[name] = network.figures(prepared.splits.named(name), names)
    return metrics, scores


def _agreement(prepared: Prepared, engine: Engine, network: Network) -> Agreement | None:
    """Compare NumPy's answers with those of the engine that trained; None if that was NumPy itself."""
    if prepared.config.engine == "numpy":
        return None
    other = NumpyNetwork(
        prepared.plan, prepared.preprocessing, engine.weights(), dtype=prepared.config.training.precision
    )
    info, loss = prepared.dataset.info, prepared.config.training.loss
    return compare(network, other, prepared.splits.test.x, info, prepared.preprocessing, loss)


def _verdict(
    prepared: Prepared, trained: Trained, metrics: dict[str, dict[str, float]], simple: tuple[Baseline, ...]
) -> Verdict:
    held_out = prepared.splits.validation
    return diagnose(
        prepared.dataset.info.task,
        history=trained.history,
        train=metrics["train"],
        validation=metrics.get("validation", {}),
        baselines=simple,
        validation_rows=0 if held_out is None else len(held_out),
        best_epoch=trained.best_epoch,
        shared_rows=prepared.dataset.info.shared_rows,
    )


def _save_training(prepared: Prepared, engine: Engine, run: RunDirectory, trained: Trained) -> None:
    write_json(run.preprocessing, prepared.preprocessing.to_json())
    write_npz(run.weights, engine.weights())
    write_table(run.history, trained.history)
    write_table(run.layers, trained.layers)
    if trained.losses:
        every = [float(loss) for part in trained.losses for loss in part]
        write_table(run.iterations, [{"iteration": i, "loss": loss} for i, loss in enumerate(every, start=1)])
    engine.save_model(run.model)


def _save_figures(
    prepared: Prepared,
    run: RunDirectory,
    metrics: dict[str, dict[str, float]],
    simple: tuple[Baseline, ...],
    scores: dict[str, Any],
) -> None:
    by_kind = {baseline.kind: {"label": baseline.label, **baseline.test} for baseline in simple}
    write_json(run.metrics, {**metrics, "baseline": by_kind})
    splits = prepared.splits
    write_npz(
        run.predictions,
        {"rows": splits.rows["test"], "y_true": splits.test.y, "scores": scores["test"].astype("float32")},
    )


def _plot_context(prepared: Prepared, trained: Trained, network: Network, scores: Any) -> PlotContext:
    import numpy as np

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


def _facts(prepared: Prepared, command: Sequence[str], init_from: RunDirectory | None) -> dict[str, Any]:
    config, splits = prepared.config, prepared.splits
    return {
        "name": config.name,
        "command": list(command),
        "seed": config.seed,
        "engine": config.engine,
        "deterministic": config.deterministic,
        "threads": config.training.threads,
        "data": {
            "dataset": prepared.dataset.name,
            "found": prepared.dataset.found,
            "digests": prepared.dataset.digests,
            "notes": list(prepared.dataset.notes),
            "rows": {name: len(rows) for name, rows in splits.rows.items()},
            "batch_size": prepared.batch_size,
        },
        "network": {
            "architecture": prepared.plan.architecture_hash,
            "parameters": prepared.plan.parameters,
            "trainable": prepared.plan.trainable,
            "steps_per_epoch": prepared.length.steps_per_epoch,
            "steps_planned": prepared.length.steps,
        },
        "init_from": str(init_from.path) if init_from else None,
        "warnings": list(prepared.warnings),
    }
