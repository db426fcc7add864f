"""Repetition: one configuration trained with several seeds over one split, which shows what chance does.

Whether one configuration is better than another is told by intervals (`significance.py`).
"""

from collections.abc import Sequence
from pathlib import Path

from dnnctl.config.loading import LoadedConfig
from dnnctl.config.schema import Config
from dnnctl.errors import ConfigError, Fault, UsageError
from dnnctl.experiments.series.folder import Series, SeriesResult, begin, go_on, reopen_series
from dnnctl.experiments.series.jobs import MembersObserver
from dnnctl.runs.layout import RunDirectory
from dnnctl.runs.lock import locked
from dnnctl.runs.series import MOST, REPEAT, count_in

SEEDS = 2**32


class Repetition(SeriesResult):
    """A finished repetition."""


def repeat(
    loaded: LoadedConfig,
    times: int,
    *,
    jobs: int = 1,
    out: Path = Path("outputs"),
    observer: MembersObserver | None = None,
    command: Sequence[str] = (),
) -> Repetition:
    """Train a configuration with `times` seeds: its own, and those that follow.

    Args:
        loaded: The checked configuration.
        times: How many.
        jobs: How many are trained at a time, each in a process of its own.
        out: The output folder.
        observer: Who watches; nobody if None.
        command: The command line, for the manifests.

    Raises:
        UsageError: If the number of times or jobs is none that can be.
        ConfigError: If there are not so many seeds after its own.
        DnnctlError: If a training fails; the message names its seed.
        Interrupted: If the observer asked to stop; the message says how to go on.
    """
    first, variants = loaded.config.seed, repetitions(loaded, times)
    observer = observer or MembersObserver()
    series = begin(
        REPEAT,
        loaded,
        variants,
        jobs=jobs,
        out=out,
        observer=observer,
        command=command,
        facts={"seeds": [first, first + times - 1]},
    )
    with locked(series.run):
        return _finish(series, observer, command)


def repetitions(loaded: LoadedConfig, times: int) -> list[tuple[str, Config]]:
    """Return what each of `times` trainings is called, and its configuration.

    Raises:
        UsageError: If there cannot be so many.
        ConfigError: If there are not so many seeds after its own.
    """
    if not 2 <= times <= MOST:
        raise UsageError(f"`times`: expected 2 to {MOST:,} trainings; received {times:,}")
    return by_seed(loaded, times)


def by_seed(loaded: LoadedConfig, count: int) -> list[tuple[str, Config]]:
    """Return what each training is called, and its configuration: the seeds are `seed`, `seed` + 1, ...

    Args:
        loaded: The checked configuration.
        count: How many trainings.

    Raises:
        ConfigError: If there are not so many seeds left.
    """
    first = loaded.config.seed
    if first + count > SEEDS:
        problem = f"expected at most {SEEDS - count}, as each of {count} networks takes a seed; received {first}"
        raise ConfigError([Fault("seed", problem, str(loaded.path))])
    seeds = range(first, first + count)
    return [(f"seed {seed}", loaded.config.model_copy(update={"seed": seed})) for seed in seeds]


def resume_repeat(
    run: RunDirectory, *, jobs: int = 1, observer: MembersObserver | None = None, command: Sequence[str] = ()
) -> Repetition:
    """Go on with a repetition, given by its folder, as if it had never stopped; otherwise as `repeat`.

    Raises:
        RunError: If it is finished, is being trained, its data has changed, or it is no repetition.
    """
    observer = observer or MembersObserver()
    stored = reopen_series(run, REPEAT, jobs)
    with locked(run):
        variants = by_seed(stored[0], count_in(stored[1], run))
        return _finish(go_on(run, REPEAT, stored, variants, jobs=jobs, observer=observer), observer, command)


def _finish(series: Series, observer: MembersObserver, command: Sequence[str]) -> Repetition:
    """Train what is left and put all together."""
    with series.trained(observer, command) as aggregate:
        pass
    return Repetition(series.run, series.config, series.info, series.members, aggregate)
