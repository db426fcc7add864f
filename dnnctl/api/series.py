"""Several trainings from Python: repetitions, cross-validation, ensembles; and going on with what was stopped."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from dnnctl.api.arguments import RunLike, expect, find, runs_folder, whole
from dnnctl.api.interrupts import interruptible
from dnnctl.api.run import Run, load
from dnnctl.api.training import ConfigLike, chief_of, read_config
from dnnctl.config.overrides import Overrides
from dnnctl.config.schema import Config
from dnnctl.errors import UsageError
from dnnctl.experiments.series.jobs import MembersObserver
from dnnctl.runs.manifest import read_manifest
from dnnctl.runs.series import CROSSVAL, ENSEMBLE, REPEAT, Kind, kind_of
from dnnctl.training import job
from dnnctl.training.observer import Observer

if TYPE_CHECKING:
    from dnnctl.experiments.series.crossval import CrossValidation
    from dnnctl.experiments.series.repeat import Repetition
    from dnnctl.experiments.series.significance import SeriesComparison


def repeat(
    config: ConfigLike,
    times: int = 5,
    *,
    overrides: Overrides = (),
    name: str | None = None,
    engine: str | None = None,
    seed: int | None = None,
    jobs: int = 1,
    out: str | os.PathLike[str] | None = None,
    observer: MembersObserver | None = None,
) -> "Repetition":
    """Train a configuration with several seeds, its own and those that follow.

    Args:
        config: As of `dnnctl.train`.
        times: How many seeds.
        overrides: As of `dnnctl.train`.
        name: Name of the folder, in place of the configuration's.
        engine: `keras` or `numpy`, in place of the configuration's.
        seed: The first seed, in place of the configuration's.
        jobs: How many are trained at a time, each in a process of its own; the results are the same.
        out: The folder of runs; `$DNNCTL_OUTPUT_DIR`, or `outputs`, if None.
        observer: Who watches; nobody if None.

    Returns:
        The runs in `members`, and in `aggregate` the mean and the 95% interval of each metric.

    Raises:
        DnnctlError: If something is wrong that the user can put right; what was trained stays.
        Interrupted: If the observer asked to stop, or Ctrl-C was pressed; the message names the call that goes on.
    """
    from dnnctl.experiments.series.repeat import repeat as begin

    _expect_several(observer, REPEAT)
    loaded = read_config(config, overrides, name=name, engine=engine, seed=seed)
    return begin(loaded, whole("times", times), jobs=whole("jobs", jobs), out=runs_folder(out), observer=observer)


def crossval(
    config: ConfigLike,
    folds: int = 5,
    *,
    overrides: Overrides = (),
    name: str | None = None,
    engine: str | None = None,
    seed: int | None = None,
    jobs: int = 1,
    out: str | os.PathLike[str] | None = None,
    observer: MembersObserver | None = None,
) -> "CrossValidation":
    """Cross-validate a configuration on its training rows, as `dnnctl crossval` does.

    Args:
        config: As of `dnnctl.train`.
        folds: In how many parts the training rows are divided; each is held out once.
        overrides: As of `dnnctl.train`.
        name: Name of the folder, in place of the configuration's.
        engine: `keras` or `numpy`, in place of the configuration's.
        seed: The seed, in place of the configuration's.
        jobs: How many folds are trained at a time, each in a process of its own; the results are the same.
        out: The folder of runs; `$DNNCTL_OUTPUT_DIR`, or `outputs`, if None.
        observer: Who watches; nobody if None.

    Returns:
        The folds' runs in `members`, in `aggregate` the mean and standard deviation of each metric, and what is said of
        each training row by the network that never saw it.

    Raises:
        DnnctlError: If something is wrong that the user can put right; what was trained stays.
        Interrupted: If the observer asked to stop, or Ctrl-C was pressed; the message names the call that goes on.
    """
    from dnnctl.experiments.series.crossval import crossval as begin

    _expect_several(observer, CROSSVAL)
    loaded = read_config(config, overrides, name=name, engine=engine, seed=seed)
    return begin(loaded, whole("folds", folds), jobs=whole("jobs", jobs), out=runs_folder(out), observer=observer)


def ensemble(
    *sources: "ConfigLike | RunLike",
    members: int | None = None,
    vote: str | None = None,
    overrides: Overrides = (),
    name: str | None = None,
    engine: str | None = None,
    seed: int | None = None,
    jobs: int = 1,
    out: str | os.PathLike[str] | None = None,
    observer: MembersObserver | None = None,
) -> Run:
    """Train networks that differ in their seed, or combine finished runs, as `dnnctl ensemble` does.

    Args:
        sources: One configuration, as of `dnnctl.train`; or two or more finished runs, which are copied and combined.
        members: How many networks to train of a configuration, 2 to 99; 5 if None.
        vote: `soft` (mean of the probabilities; if None) or `hard` (majority); numbers have their mean taken.
        overrides: As of `dnnctl.train`.
        name: Name of the ensemble; else the configuration's, or the first run's, and `-ensemble`.
        engine: `keras` or `numpy`, in place of the configuration's.
        seed: The first member's seed, in place of the configuration's.
        jobs: How many members are trained at a time, each in a process of its own; the result is the same.
        out: The folder of runs; `$DNNCTL_OUTPUT_DIR`, or `outputs`, if None.
        observer: Who watches; nobody if None.

    Returns:
        The ensemble, which answers like any run.

    Raises:
        DnnctlError: If something is wrong that the user can put right; what was trained stays.
        Interrupted: If the observer asked to stop, or Ctrl-C was pressed; the message names the call that goes on.
    """
    _expect_several(observer, ENSEMBLE)
    expect("name", name, (str, type(None)), "text")
    folder = runs_folder(out)
    if len(sources) > 1:
        from dnnctl.experiments.ensemble.combine import combine

        given = {"members": members, "overrides": overrides or None, "engine": engine, "seed": seed}
        unfit = [f"`{option}`" for option, value in given.items() if value is not None] + ["`jobs`"] * (jobs != 1)
        if unfit:
            raise UsageError(f"combining takes finished runs as they are; leave out {' and '.join(unfit)}")
        runs = [find(cast(RunLike, run), out, "sources") for run in sources]
        return load(combine(runs, vote=vote, name=name, out=folder, observer=observer).run)
    if not sources or not isinstance(sources[0], (str, os.PathLike, Mapping, Config)):
        raise UsageError("`sources`: expected a configuration, or two or more finished runs, as `*repetition.members`")
    from dnnctl.experiments.ensemble.train import train_ensemble

    loaded = read_config(sources[0], overrides, engine=engine, seed=seed)
    count = 5 if members is None else whole("members", members)
    made = train_ensemble(
        loaded, members=count, vote=vote, name=name, jobs=whole("jobs", jobs), out=folder, observer=observer
    )
    return load(made.run)


def compare(first: "RunLike", second: "RunLike", *, out: str | os.PathLike[str] | None = None) -> "SeriesComparison":
    """Tell whether two repetitions differ, as `dnnctl runs compare` does.

    Args:
        first: What `dnnctl.repeat` returned, its path, or its name (the newest).
        second: Another one, measured on the same test rows.
        out: The folder of runs; `$DNNCTL_OUTPUT_DIR`, or `outputs`, if None.

    Returns:
        Each metric of both with its interval, and which is better where the intervals do not overlap.

    Raises:
        RunError: If one is no finished repetition, or they were not measured on the same rows.
    """
    from dnnctl.experiments.series.significance import compare_series

    return compare_series(find(first, out, "first"), find(second, out, "second"))


def resume(
    run: "RunLike" = "latest",
    *,
    overrides: Overrides = (),
    jobs: int = 1,
    hosts: str | None = None,
    worker: int | None = None,
    out: str | os.PathLike[str] | None = None,
    observer: Observer | None = None,
) -> "Run | CrossValidation | Repetition":
    """Go on with what was stopped as if it had never stopped.

    Args:
        run: A run, an ensemble, a cross-validation or a repetition: its path, its name (its newest), or `latest`.
        overrides: Another length of a single training, as `{"training.epochs": 50}`; nothing else may change.
        jobs: How many members are trained at a time, where there are several.
        hosts: As of `dnnctl.train`, for a single training.
        worker: As of `dnnctl.train`.
        out: The folder of runs; `$DNNCTL_OUTPUT_DIR`, or `outputs`, if None.
        observer: Who watches, of several members a `MembersObserver`; nobody if None.

    Returns:
        What the function that began it would have returned: for a single training, the finished run.

    Raises:
        RunError: If it is finished, is being trained, or anything but its length would change.
        UsageError: If an argument does not apply.
        DnnctlError: If something else is wrong that the user can put right.
        Interrupted: If the observer asked to stop, or Ctrl-C was pressed; the message names the call that goes on.
    """
    begun, jobs = find(run, out, to_resume=True), whole("jobs", jobs)
    kind = kind_of(read_manifest(begun.manifest))
    if kind is None:
        if jobs != 1:
            raise UsageError(f"`jobs`: there is one network to train; received {jobs}")
        cluster = chief_of(hosts, worker)
        with interruptible(observer) as watching:
            return load(job.resume(begun, overrides, observer=watching, cluster=cluster).run)
    if hosts is not None or worker is not None:
        raise UsageError(f"`hosts`: {kind.article} {kind.noun} is trained on one machine; leave it out")
    if overrides:
        raise UsageError(f"`overrides`: {kind.article} {kind.noun} goes on as it was begun; leave them out")
    _expect_several(observer, kind)
    assert observer is None or isinstance(observer, MembersObserver)
    if kind is ENSEMBLE:
        from dnnctl.experiments.ensemble.train import resume_ensemble

        return load(resume_ensemble(begun, jobs=jobs, observer=observer).run)
    if kind is CROSSVAL:
        from dnnctl.experiments.series.crossval import resume_crossval

        return resume_crossval(begun, jobs=jobs, observer=observer)
    from dnnctl.experiments.series.repeat import resume_repeat

    return resume_repeat(begun, jobs=jobs, observer=observer)


def _expect_several(observer: object, kind: Kind) -> None:
    expected = f"a MembersObserver, as {kind.article} {kind.noun} is several trainings"
    expect("observer", observer, (MembersObserver, type(None)), expected)
