"""Several trainings of one configuration in one folder: what cross-validation and repetition share.

The folder has `config.yaml` (what the runs share), `manifest.json` (kind and state), `metrics.json` (what the runs come
to together), and a folder with the runs, each complete in itself.
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dnnctl.config.loading import LoadedConfig, as_yaml, load
from dnnctl.config.resolve import as_used
from dnnctl.config.schema import Config
from dnnctl.datasets.base import DatasetInfo
from dnnctl.errors import ConfigError, Interrupted, RunError, UsageError
from dnnctl.experiments.series.aggregate import Aggregate, gather
from dnnctl.experiments.series.jobs import Member, MembersObserver, check_jobs, settled, train_members
from dnnctl.files import write_json, write_text
from dnnctl.notebook import Shown, Tabular
from dnnctl.runs.layout import RunDirectory, create_run
from dnnctl.runs.manifest import Manifest, read_manifest
from dnnctl.runs.reading import open_inside
from dnnctl.runs.series import REPEAT, Kind, check_inside, check_kind
from dnnctl.training.failure_record import recorded
from dnnctl.training.memory_estimate import available
from dnnctl.training.preparation import Prepared, prepare
from dnnctl.training.timing import Clock


@dataclass(frozen=True)
class Series:
    """Several trainings of one configuration.

    Args:
        kind: What kind of series.
        run: Its folder.
        config: What its runs share.
        info: What is known about the data set.
        members: Its runs.
        manifest: Its manifest.
        jobs: How many are trained at a time.
    """

    kind: Kind
    run: RunDirectory
    config: Config
    info: DatasetInfo
    members: tuple[Member, ...]
    manifest: Manifest
    jobs: int

    @contextlib.contextmanager
    def training(self, clock: Clock, observer: MembersObserver | None, command: Sequence[str]) -> Iterator[None]:
        """Train what is not trained yet, and record how that or the block ends; arguments as of `trained`."""
        go_on = self.kind.how_to_resume(self.run)
        with recorded(self.run, self.manifest, clock, go_on):
            self.manifest.update("running")
            try:
                with clock.stage("training"):
                    train_members(self.members, jobs=self.jobs, go_on=go_on, observer=observer, command=command)
            except Interrupted:
                self.manifest.update("interrupted", seconds=clock.seconds)
                raise
            yield

    @contextlib.contextmanager
    def trained(self, observer: MembersObserver | None, command: Sequence[str]) -> Iterator[Aggregate]:
        """Train what is not trained yet, let the block make of it what it wants, and record how that ends.

        Args:
            observer: Who watches.
            command: The command line.

        Yields:
            What the runs come to together; as the block ends it is written, with what the block added.
        """
        clock = Clock()
        with self.training(clock, observer, command):
            aggregate = gather(self.members, self.config.require)
            yield aggregate
            write_json(self.run.metrics, aggregate.to_json(interval=self.kind is REPEAT))
            clock.finish()
            self.manifest.update("done", unmet=list(aggregate.unmet), seconds=clock.seconds)


@dataclass(frozen=True, repr=False)
class SeriesResult(Tabular):
    """A finished series.

    Args:
        run: Its folder.
        config: What its runs share; of a repetition, its seed is that of the first one.
        info: What is known about the data set.
        members: Its runs: one a fold, or one a seed.
        aggregate: The metrics of the runs, their means and intervals.
    """

    run: RunDirectory
    config: Config
    info: DatasetInfo
    members: tuple[Member, ...]
    aggregate: Aggregate

    @property
    def unmet(self) -> tuple[str, ...]:
        """Requirements that the means miss, in words."""
        return self.aggregate.unmet

    def _shown(self) -> Shown:
        of_each = [(split, name, of) for split, each in self.aggregate.intervals.items() for name, of in each.items()]
        rows = [(split, name, of.mean, of.std) for split, name, of in of_each]
        unmet = [f"requirement not met: {text}" for text in self.unmet]
        heading = f"{type(self).__name__}({str(self.run.path)!r}), {len(self.members)} runs"
        return heading, ("split", "metric", "mean", "std"), rows, unmet


def begin(
    kind: Kind,
    loaded: LoadedConfig,
    variants: Sequence[tuple[str, Config]],
    *,
    jobs: int,
    out: Path,
    observer: MembersObserver,
    command: Sequence[str],
    facts: Mapping[str, Any],
) -> Series:
    """Make the folder of a series, once its first run is known to be possible.

    Args:
        kind: What kind of series.
        loaded: The checked configuration.
        variants: What each run is called, and its configuration.
        jobs: How many are trained at a time.
        out: The output folder.
        observer: Who watches.
        command: The command line.
        facts: What else the manifest says.

    Raises:
        UsageError: If so many trainings at a time do not fit into memory.
        DnnctlError: If the first run could not be trained.
    """
    prepared = _prepared(loaded, variants, jobs, observer)
    run = create_run(out, loaded.config.name)
    config = settled(loaded.config)
    write_text(run.config, as_yaml(config))
    manifest = Manifest(
        run,
        {
            "kind": kind.key,
            "name": config.name,
            "command": list(command),
            "engine": config.engine,
            "members": len(variants),
            "data": {"dataset": prepared.dataset.name, "digests": prepared.dataset.digests},
            **facts,
        },
    )
    info = prepared.dataset.info
    return Series(kind, run, config, info, _members(kind, run, variants), manifest, jobs)


def reopen_series(run: RunDirectory, kind: Kind, jobs: int) -> tuple[LoadedConfig, dict[str, Any]]:
    """Read a series to go on with it.

    Args:
        run: Its folder.
        kind: What kind it must be.
        jobs: How many shall be trained at a time.

    Returns:
        Its configuration and its manifest.

    Raises:
        RunError: If it is something else, finished, or not whole.
    """
    check_jobs(jobs)
    manifest = read_manifest(run.manifest)
    check_kind(run, manifest, kind)
    if manifest.get("state") == "done":
        raise RunError(f"{run.path}: this {kind.noun} is finished; its figures are in {run.metrics.name}")
    try:
        open_inside(run.config, run.path).close()
        return load(run.config), manifest
    except FileNotFoundError:
        raise RunError(f"{run.config}: no such file; the {kind.noun} is incomplete") from None
    except ConfigError as error:
        raise RunError(f"{run.path}: its configuration cannot be used: {error}") from None


def go_on(
    run: RunDirectory,
    kind: Kind,
    stored: tuple[LoadedConfig, dict[str, Any]],
    variants: Sequence[tuple[str, Config]],
    *,
    jobs: int,
    observer: MembersObserver,
) -> Series:
    """Return a series that was reopened, ready to be trained to its end; arguments as in `begin`.

    Raises:
        RunError: If its data has changed.
    """
    loaded, before = stored
    prepared = _prepared(loaded, variants, jobs, observer)
    known = before.get("data")
    if not isinstance(known, dict) or known.get("digests") != prepared.dataset.digests:
        raise RunError(
            f"{run.path}: the data set {prepared.dataset.name!r} is not the one this {kind.noun} was begun with (its "
            "digests in manifest.json differ). Bring that one back, or begin anew"
        )
    members = _members(kind, run, variants)
    for member in members:
        check_inside(member.run, run)
    return Series(kind, run, loaded.config, prepared.dataset.info, members, Manifest(run, {}, before), jobs)


def _members(kind: Kind, run: RunDirectory, variants: Sequence[tuple[str, Config]]) -> tuple[Member, ...]:
    return tuple(
        Member(label, settled(config), kind.path(run, number, len(variants)))
        for number, (label, config) in enumerate(variants, start=1)
    )


def _prepared(
    loaded: LoadedConfig, variants: Sequence[tuple[str, Config]], jobs: int, observer: MembersObserver
) -> Prepared:
    """Prepare the first run as its process will, so that what is wrong is found, and downloaded, before any starts."""
    check_jobs(jobs)
    config = variants[0][1]
    info = as_used(loaded.info, config.data)
    prepared = prepare(replace(loaded, config=settled(config), info=info), observer.on_download)
    there = available()
    if there is not None and min(jobs, len(variants)) * prepared.memory > there[0]:
        most = max(1, there[0] // prepared.memory)
        raise UsageError(
            f"`jobs`: expected at most {most} trainings at a time, as each needs about {prepared.memory / 1e9:.1f} GB "
            f"and {there[1]} is {there[0] / 1e9:.1f} GB; received {jobs}"
        )
    observer.on_start(prepared)
    return prepared
