"""Cross-validation: each part of the training rows is held out once, and measured by a network that never saw it.

The test rows are left alone. A fold's run is a run like any other, whose test rows are the part held out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.config.loading import LoadedConfig
from dnnctl.config.schema import Config, Fold
from dnnctl.datasets.samples import Samples
from dnnctl.errors import Call, DataError, RunError, UsageError
from dnnctl.evaluation.by_class import counts_of, rows_of
from dnnctl.evaluation.classification import ClassRow
from dnnctl.evaluation.measure import all_metrics, measure
from dnnctl.experiments.series.folder import Series, SeriesResult, begin, go_on, reopen_series
from dnnctl.experiments.series.jobs import Member, MembersObserver
from dnnctl.files import write_npz
from dnnctl.plots.base import PlotContext, draw_all
from dnnctl.runs.layout import RunDirectory
from dnnctl.runs.lock import locked
from dnnctl.runs.manifest import read_manifest
from dnnctl.runs.predictions import read_predictions
from dnnctl.runs.series import CROSSVAL, MOST, count_in

# With fewer rows each is a case of its own, as in a truth table, and cannot be told from the others.
FEWEST_ROWS = 8
# The plots that look at truth and answers alone.
PICTURES = ("confusion_matrix", "per_class", "predicted_vs_true", "residuals")


@dataclass(frozen=True)
class OutOfFold:
    """The rows of all folds, in ascending order; of a stream a sample of each fold.

    Args:
        rows: Row numbers in the data set's training rows, (n,).
        fold: Which fold held each out, from 1, (n,).
        y_true: Their targets, (n,) labels or (n, targets).
        scores: What the fold's network says of each, as in the runs' `predictions.npz`.
        counts: How many rows each fold has.
        metrics: Figures over these rows; without a loss, as the networks differ.
        classes: A row a class or a label; empty for regression.
        plots: Pictures that were drawn.
    """

    rows: NDArray[np.int64]
    fold: NDArray[np.int64]
    y_true: NDArray[Any]
    scores: NDArray[Any]
    counts: tuple[int, ...]
    metrics: dict[str, float]
    classes: tuple[ClassRow, ...]
    plots: list[Path]

    @property
    def sampled(self) -> bool:
        """Whether the folds have more rows than these."""
        return len(self.rows) < sum(self.counts)

    def to_json(self) -> dict[str, Any]:
        """Return what belongs into `metrics.json`."""
        matrix = counts_of(self.y_true, self.scores).tolist() if self.classes else None
        sampled = {"sampled": {"rows": len(self.rows), "of": sum(self.counts)}} if self.sampled else {}
        return {"out_of_fold": self.metrics, **sampled, **({"confusion_matrix": matrix} if matrix else {})}

    def write(self, series: Series) -> None:
        """Write `predictions.npz` of a series and draw its plots."""
        arrays = {"rows": self.rows, "fold": self.fold, "y_true": self.y_true, "scores": self.scores}
        write_npz(series.run.predictions, arrays)
        # None of these plots looks at inputs or asks the network; row numbers stand for the inputs.
        test = Samples(self.rows, self.y_true)
        title = f"{series.config.name}, {len(self.counts)} folds"
        none = test.take(slice(0))
        kept = PlotContext(title, series.info, none, test, self.scores, np.asarray, tested="held-out row")
        context = replace(kept, of=(0, sum(self.counts)))
        self.plots.extend(draw_all(context, series.run.plots, PICTURES))


@dataclass(frozen=True, repr=False)
class CrossValidation(SeriesResult):
    """A finished cross-validation.

    Args:
        out_of_fold: What the networks say of the rows that they never saw, all folds together.
    """

    out_of_fold: OutOfFold


def crossval(
    loaded: LoadedConfig,
    folds: int = 5,
    *,
    jobs: int = 1,
    out: Path = Path("outputs"),
    observer: MembersObserver | None = None,
    command: Sequence[str] = (),
) -> CrossValidation:
    """Cross-validate a configuration.

    Args:
        loaded: The checked configuration.
        folds: In how many parts the training rows are divided, stratified by class (by the rarest of several labels
            that a row has), by `data.split_seed`.
        jobs: How many folds are trained at a time, each in a process of its own.
        out: The output folder.
        observer: Who watches; nobody if None.
        command: The command line, for the manifests.

    Raises:
        UsageError: If the number of folds or jobs is none that can be, or the configuration itself names a fold.
        DataError: If there are too few rows.
        DnnctlError: If a fold fails; the message names it.
        Interrupted: If the observer asked to stop; the message says how to go on.
    """
    if not 2 <= folds <= MOST:
        raise UsageError(f"`folds`: expected 2 to {MOST:,}, at most as many as training rows; received {folds:,}")
    if loaded.config.data.fold is not None:
        raise UsageError(
            "data.fold: cross-validation sets it for each fold; take this key out, or train that fold alone"
        )
    rows = loaded.info.rows[0]
    if 0 < rows < FEWEST_ROWS:
        raise DataError(
            f"data set {loaded.config.data.source.key!r}: expected at least {FEWEST_ROWS} rows to cross-validate; it "
            f"has {rows}, and those left say nothing about one held out. Train on all: ",
            Call("train", (str(loaded.path),)),
        )
    observer = observer or MembersObserver()
    series = begin(
        CROSSVAL,
        loaded,
        _variants(loaded.config, folds),
        jobs=jobs,
        out=out,
        observer=observer,
        command=command,
        facts={"folds": folds, "split_seed": loaded.config.data.split_seed, "seed": loaded.config.seed},
    )
    with locked(series.run):
        return _finish(series, observer, command)


def resume_crossval(
    run: RunDirectory, *, jobs: int = 1, observer: MembersObserver | None = None, command: Sequence[str] = ()
) -> CrossValidation:
    """Go on with a cross-validation, given by its folder, as if it had never stopped; otherwise as `crossval`.

    Raises:
        RunError: If it is finished, is being trained, its data has changed, or it is no cross-validation.
    """
    observer = observer or MembersObserver()
    stored = reopen_series(run, CROSSVAL, jobs)
    with locked(run):
        variants = _variants(stored[0].config, count_in(stored[1], run))
        return _finish(go_on(run, CROSSVAL, stored, variants, jobs=jobs, observer=observer), observer, command)


def _variants(config: Config, folds: int) -> list[tuple[str, Config]]:
    """Return what each fold is called, and its configuration."""

    def held_out(index: int) -> Config:
        return config.model_copy(update={"data": config.data.model_copy(update={"fold": Fold(index=index, of=folds)})})

    return [(f"fold {index} of {folds}", held_out(index)) for index in range(1, folds + 1)]


def _finish(series: Series, observer: MembersObserver, command: Sequence[str]) -> CrossValidation:
    """Train the folds that are left and put all of them together."""
    with series.trained(observer, command) as aggregate:
        found = collect(series)
        aggregate.more.update(found.to_json())
        found.write(series)
    return CrossValidation(series.run, series.config, series.info, series.members, aggregate, found)


def collect(series: Series) -> OutOfFold:
    """Put the predictions of all folds together.

    Args:
        series: A cross-validation whose folds are trained.

    Raises:
        RunError: If a fold's predictions are missing or damaged, or a row is in two folds.
    """
    parts = [read_predictions(member.run) for member in series.members]
    if len({(part.y_true.shape[1:], part.scores.shape[1:]) for part in parts}) > 1:
        raise RunError(
            f"{series.run.path}: the folds predict different things; a fold's files were changed. Begin anew"
        )
    rows, y_true = np.concatenate([part.rows for part in parts]), np.concatenate([part.y_true for part in parts])
    scores = np.concatenate([part.scores for part in parts])
    fold = np.repeat(np.arange(1, len(parts) + 1), [len(part.rows) for part in parts])
    order = np.argsort(rows, kind="stable")
    if len(np.unique(rows)) != len(rows):
        raise RunError(f"{series.run.path}: a row is in two folds; a fold's files were changed. Begin anew")
    rows, fold, y_true, scores = rows[order], fold[order], y_true[order], scores[order]
    task = series.info.task
    names = [*all_metrics(task, len(series.info.class_names)), *(series.config.training.metrics or ())]
    metrics = measure(task, y_true, scores, list(dict.fromkeys(names)))
    classes = tuple(rows_of(counts_of(y_true, scores))) if series.info.judged else ()
    counts = tuple(_held_out(member, len(part.rows)) for member, part in zip(series.members, parts, strict=True))
    return OutOfFold(rows, fold, y_true, scores, counts, metrics, classes, [])


def _held_out(member: Member, kept: int) -> int:
    """Return how many rows a fold has, of which so many are in its predictions."""
    known = read_manifest(member.run.manifest).get("data")
    rows = known.get("rows") if isinstance(known, dict) else None
    count = rows.get("test") if isinstance(rows, dict) else None
    return count if isinstance(count, int) and count > kept else kept
