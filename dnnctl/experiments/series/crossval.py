"""Cross-validation: each part of the training rows is held out once, and measured by a network that never saw it.

The test rows are left alone. A fold's run is a run like any other, whose test rows are the part held out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dnnctl.config.loading import LoadedConfig
from dnnctl.config.schema import Config, Fold
from dnnctl.datasets.base import DatasetInfo
from dnnctl.errors import Call, DataError, UsageError
from dnnctl.experiments.series.aggregate import Together
from dnnctl.experiments.series.folder import Series, begin, go_on, reopen
from dnnctl.experiments.series.jobs import Member, MembersObserver
from dnnctl.experiments.series.out_of_fold import OutOfFold, collect
from dnnctl.runs.layout import RunDirectory
from dnnctl.runs.lock import locked
from dnnctl.runs.series import CROSSVAL, MOST, count_in

# With fewer rows each is a case of its own, as in a truth table, and cannot be told from the others.
FEWEST_ROWS = 8


@dataclass(frozen=True)
class CrossValidation:
    """A finished cross-validation.

    Args:
        run: Its folder.
        config: What its folds share.
        info: What is known about the data set.
        members: Its folds.
        together: The figures of the folds, their means and spreads.
        out_of_fold: What the networks say of the rows that they never saw, all folds together.
    """

    run: RunDirectory
    config: Config
    info: DatasetInfo
    members: tuple[Member, ...]
    together: Together
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
        folds: In how many parts the training rows are divided, stratified by class, by `data.split_seed`.
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
    """Go on with a cross-validation as if it had never stopped.

    Args:
        run: Its folder.
        jobs: How many folds are trained at a time.
        observer: Who watches; nobody if None.
        command: The command line, for the manifests.

    Raises:
        RunError: If it is finished, is being trained, its data has changed, or it is no cross-validation.
        DnnctlError: If a fold fails; the message names it.
        Interrupted: If the observer asked to stop; the message says how to go on.
    """
    observer = observer or MembersObserver()
    stored = reopen(run, CROSSVAL, jobs)
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
    with series.trained(observer, command) as together:
        found = collect(series)
        together.more.update(found.to_json())
        found.write(series)
    return CrossValidation(series.run, series.config, series.info, series.members, together, found)
