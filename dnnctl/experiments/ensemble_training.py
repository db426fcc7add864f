"""An ensemble of networks that differ in their seed alone: trained, several at a time, and measured together.

Members have the seeds `seed`, `seed` + 1, ... and the same `split_seed`, so all of them know the same rows. Each is
a complete run in the ensemble's folder, and what is done is not done again when an ensemble is resumed.
"""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dnnctl.config.loading import LoadedConfig, as_yaml, load
from dnnctl.errors import ConfigError, DataError, Fault, Interrupted, RunError, UsageError
from dnnctl.experiments.ensemble_making import EnsembleObserver, ensemble_name, vote_for
from dnnctl.experiments.ensemble_result import EnsembleResult, finish, measure_ensemble
from dnnctl.experiments.jobs import Member, check_jobs, settled, train_members
from dnnctl.files import write_text
from dnnctl.inference.ensemble import ensemble_of
from dnnctl.inference.loading import open_run
from dnnctl.runs.ensembles import (
    FEWEST,
    KIND,
    MOST,
    VOTES,
    EnsembleFile,
    Vote,
    is_ensemble,
    member_folder,
)
from dnnctl.runs.layout import RunDirectory, create_run
from dnnctl.runs.lock import locked
from dnnctl.runs.manifest import Manifest, read_manifest
from dnnctl.runs.reading import open_inside
from dnnctl.training.ending import Clock, recorded
from dnnctl.training.preparing import prepare

SEEDS = 2**32


@dataclass(frozen=True)
class _Plan:
    """Which members an ensemble shall have."""

    vote: Vote
    members: int

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(f"{number:02d}" for number in range(1, self.members + 1))


def train_ensemble(
    loaded: LoadedConfig,
    *,
    members: int = 5,
    vote: str | None = None,
    name: str | None = None,
    jobs: int = 1,
    out: Path = Path("outputs"),
    observer: EnsembleObserver | None = None,
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
        DnnctlError: If something is wrong that the user can put right; what was trained stays.
        Interrupted: If the observer asked to stop; the message says how to go on.
    """
    if not FEWEST <= members <= MOST:
        raise UsageError(f"--members: expected {FEWEST} to {MOST}; received {members}")
    check_jobs(jobs)
    if loaded.config.seed + members > SEEDS:
        problem = f"expected at most {SEEDS - members}, as each of {members} members takes a seed; received"
        raise ConfigError([Fault("seed", f"{problem} {loaded.config.seed}", str(loaded.path))])
    plan = _Plan(vote_for(loaded.info.task, vote), members)
    observer, clock = observer or EnsembleObserver(), Clock()
    # Before anything is made: what cannot be trained, and data that must be downloaded first.
    with clock.stage("data"):
        prepared = prepare(loaded, observer.on_download)
    config = loaded.config.model_copy(update={"name": ensemble_name(loaded.config.name, name)})
    run = create_run(out, config.name)
    with locked(run):
        facts = {
            "kind": KIND,
            "name": config.name,
            "command": list(command),
            "seed": config.seed,
            "engine": config.engine,
            "ensemble": {"vote": plan.vote, "members": plan.members},
            "warnings": list(prepared.warnings),
        }
        manifest = Manifest(run, facts)
        with recorded(run, manifest, clock, how_to_resume(run)):
            write_text(run.config, as_yaml(config))
            manifest.begin(0, command)
            observer.on_start(prepared, _members(run, replace(loaded, config=config), plan))
            del prepared
            return _Job(run, replace(loaded, config=config), plan, manifest, observer, clock).run_all(jobs, command)


def resume_ensemble(
    run: RunDirectory,
    *,
    jobs: int = 1,
    observer: EnsembleObserver | None = None,
    command: Sequence[str] = (),
) -> EnsembleResult:
    """Go on with an ensemble: members that are done stay, the others are trained from their checkpoints.

    Args:
        run: Its folder.
        jobs: How many members to train at a time.
        observer: Who watches; nobody if None.
        command: The command line, for the manifests.

    Raises:
        RunError: If it is no ensemble, or finished, or damaged, or another process works on it.
        DnnctlError: If something else is wrong that the user can put right.
        Interrupted: If the observer asked to stop; the message says how to go on.
    """
    check_jobs(jobs)
    observer, clock = observer or EnsembleObserver(), Clock()
    with locked(run):
        before = read_manifest(run.manifest)
        plan = _read_plan(run, before)
        try:
            open_inside(run.config, run.path).close()
            loaded = load(run.config)
        except FileNotFoundError:
            raise RunError(f"{run.config}: no such file; the ensemble is incomplete") from None
        except (ConfigError, DataError) as error:
            raise RunError(f"{run.path}: its configuration cannot be used: {error}") from None
        members = _members(run, loaded, plan)
        with clock.stage("data"):
            prepared = prepare(loaded, observer.on_download)
        manifest = Manifest(run, {"warnings": list(prepared.warnings)}, before)
        with recorded(run, manifest, clock, how_to_resume(run)):
            manifest.begin(0, command)
            observer.on_start(prepared, members)
            del prepared
            return _Job(run, loaded, plan, manifest, observer, clock).run_all(jobs, command)


@dataclass(frozen=True)
class _Job:
    """An ensemble whose folder is there: from its members' training to its last file."""

    run: RunDirectory
    loaded: LoadedConfig
    plan: _Plan
    manifest: Manifest
    observer: EnsembleObserver
    clock: Clock

    def run_all(self, jobs: int, command: Sequence[str]) -> EnsembleResult:
        """Do what is left to do."""
        members = _members(self.run, self.loaded, self.plan)
        try:
            with self.clock.stage("training"):
                train_members(
                    members, jobs=jobs, go_on=how_to_resume(self.run), observer=self.observer, command=command
                )
        except Interrupted:
            self.manifest.update("interrupted", seconds=self.clock.seconds)
            raise
        self.observer.on_stage("measuring the members")
        with self.clock.stage("evaluation"):
            opened = [open_run(member.run) for member in members]
            file = EnsembleFile(self.plan.vote, self.plan.names)
            together = ensemble_of(self.run, {}, self.loaded.config, opened, file)
            measured = measure_ensemble(together, self.observer.on_download)
        return finish(self.run, self.manifest, measured, self.clock, self.observer.on_stage)


def _members(run: RunDirectory, loaded: LoadedConfig, plan: _Plan) -> list[Member]:
    """Return what is to be trained, and where."""
    config = settled(loaded.config)
    return [
        Member(
            f"member {name} (seed {config.seed + i})",
            config.model_copy(update={"seed": config.seed + i}),
            member_folder(run, name).path,
        )
        for i, name in enumerate(plan.names)
    ]


def _read_plan(run: RunDirectory, manifest: dict[str, Any]) -> _Plan:
    """Return what an ensemble's manifest says that its members shall be."""
    if not is_ensemble(manifest):
        raise RunError(f"{run.path}: this run is a single network; go on with: dnnctl train --resume {run.path}")
    if manifest.get("state") == "done":
        raise RunError(f"{run.path}: this ensemble is finished; expected one that was stopped")
    planned = manifest.get("ensemble")
    planned = planned if isinstance(planned, dict) else {}
    if "from" in planned:
        raise RunError(
            f"{run.path}: this ensemble was to be made of finished runs, which are as they were. "
            "Make it again: dnnctl ensemble RUN RUN ..."
        )
    vote, members = planned.get("vote"), planned.get("members")
    if not isinstance(vote, str) or vote not in VOTES or type(members) is not int or not FEWEST <= members <= MOST:
        raise RunError(
            f"{run.manifest}: expected how {FEWEST} to {MOST} members vote; received something else. "
            "Restore it, or make the ensemble again"
        )
    return _Plan(VOTES[vote], members)


def how_to_resume(run: RunDirectory) -> str:
    """Return the command that goes on with an ensemble."""
    return f"dnnctl ensemble --resume {shlex.quote(str(run.path))}"
