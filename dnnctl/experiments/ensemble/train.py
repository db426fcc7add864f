"""An ensemble of networks that differ in their seed alone: trained, several at a time, and measured together.

Members have the seeds `seed`, `seed` + 1, ... and the same `split_seed`, so all of them know the same rows. Each is
a complete run in the ensemble's folder, and what is done is not done again when an ensemble is resumed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from dnnctl.config.loading import LoadedConfig
from dnnctl.errors import Call, RunError, UsageError
from dnnctl.experiments.ensemble.result import EnsembleResult, ensemble_name, finish, measure_ensemble, vote_for
from dnnctl.experiments.series.folder import Series, begin, go_on, reopen_series
from dnnctl.experiments.series.jobs import MembersObserver
from dnnctl.experiments.series.repeat import by_seed
from dnnctl.inference.ensemble import ensemble_of
from dnnctl.inference.open import open_run
from dnnctl.runs.ensembles import FEWEST, MOST, VOTES, EnsembleFile, Vote, member_folder
from dnnctl.runs.layout import RunDirectory
from dnnctl.runs.lock import locked
from dnnctl.runs.series import ENSEMBLE, count_in
from dnnctl.training.timing import Clock


def train_ensemble(
    loaded: LoadedConfig,
    *,
    members: int = 5,
    vote: str | None = None,
    name: str | None = None,
    jobs: int = 1,
    out: Path = Path("outputs"),
    observer: MembersObserver | None = None,
    command: Sequence[str] = (),
) -> EnsembleResult:
    """Train networks that differ in their seed alone, and measure what they say together.

    Args:
        loaded: A checked configuration; its `require` is asked of the ensemble.
        members: How many, 2 to 99.
        vote: `soft` (if None) or `hard`; numbers have their mean taken.
        name: Name of the ensemble; the configuration's and `-ensemble` if None.
        jobs: How many to train at a time; the result is the same to the last bit.
        out: The output folder.
        observer: Who watches; nobody if None.
        command: The command line, for the manifests.

    Raises:
        UsageError: If there are too few or too many members or jobs, or the vote does not fit.
        ConfigError: If there are not so many seeds after the configuration's.
        DnnctlError: If something is wrong that the user can put right; what was trained stays.
        Interrupted: If the observer asked to stop; the message says how to go on.
    """
    if not FEWEST <= members <= MOST:
        raise UsageError(f"`members`: expected {FEWEST} to {MOST}; received {members}")
    chosen = vote_for(loaded.info.task, vote)
    observer, clock = observer or MembersObserver(), Clock()
    config = loaded.config.model_copy(update={"name": ensemble_name(loaded.config.name, name)})
    loaded = replace(loaded, config=config)
    with clock.stage("data"):
        series = begin(
            ENSEMBLE,
            loaded,
            by_seed(loaded, members),
            jobs=jobs,
            out=out,
            observer=observer,
            command=command,
            facts={"seed": config.seed, "vote": chosen},
        )
    with locked(series.run):
        return _finish(series, chosen, clock, observer, command)


def resume_ensemble(
    run: RunDirectory, *, jobs: int = 1, observer: MembersObserver | None = None, command: Sequence[str] = ()
) -> EnsembleResult:
    """Go on with an ensemble, given by its folder, as if it had never stopped; otherwise as `train_ensemble`.

    Raises:
        RunError: If it is no ensemble, or finished, or damaged, its data has changed, or another process works on it.
    """
    observer, clock = observer or MembersObserver(), Clock()
    stored = reopen_series(run, ENSEMBLE, jobs)
    chosen, members = _planned(run, stored[1])
    with locked(run):
        with clock.stage("data"):
            variants = by_seed(stored[0], members)
            series = go_on(run, ENSEMBLE, stored, variants, jobs=jobs, observer=observer)
        return _finish(series, chosen, clock, observer, command)


def _planned(run: RunDirectory, manifest: Mapping[str, Any]) -> tuple[Vote, int]:
    """Return how an ensemble's members shall vote and how many there shall be; it may come from a stranger."""
    if "from" in manifest:
        raise RunError(
            f"{run.path}: this ensemble was to be made of finished runs, which are as they were. Make it again: ",
            Call("ensemble", ("RUN", "RUN", "...")),
        )
    vote, members = manifest.get("vote"), count_in(manifest, run)
    if not isinstance(vote, str) or vote not in VOTES or not FEWEST <= members <= MOST:
        raise RunError(
            f"{run.manifest}: expected how {FEWEST} to {MOST} members vote (soft, hard or mean); received something "
            "else. Restore it, or make the ensemble again"
        )
    for number in range(1, members + 1):
        member_folder(run, ENSEMBLE.path(run, number, members).name)
    return VOTES[vote], members


def _finish(
    series: Series, vote: Vote, clock: Clock, observer: MembersObserver, command: Sequence[str]
) -> EnsembleResult:
    """Train what is left to train, measure and write."""
    run = series.run
    with series.training(clock, observer, command):
        observer.on_stage("measuring the members")
        with clock.stage("evaluation"):
            opened = [open_run(member.run) for member in series.members]
            file = EnsembleFile(vote, tuple(member.path.name for member in series.members))
            measured = measure_ensemble(ensemble_of(run, {}, series.config, opened, file), observer.on_download)
        return finish(run, series.manifest, measured, clock, observer.on_stage)
