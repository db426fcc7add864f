"""`dnnctl train`: from a configuration to a finished run."""

import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dnnctl.cli.completion import configurations, runs
from dnnctl.cli.options import expect_no, name_option, output_folder, training_options

if TYPE_CHECKING:
    from dnnctl.cli.screen.training import Screen
    from dnnctl.config.loading import LoadedConfig
    from dnnctl.engines.cluster import Cluster
    from dnnctl.errors import Call
    from dnnctl.runs.layout import RunDirectory
    from dnnctl.training.job import TrainingResult

REPEATED = "a repeated training (--repeat) is several runs of one configuration"


@click.command()
@click.argument("config", required=False, shell_complete=configurations)
@name_option
@click.option(
    "--init-from",
    metavar="RUN",
    shell_complete=runs,
    help="Start from the weights of a run (a path, a name, or latest), as --init-from digits.",
)
@click.option(
    "--repeat",
    "times",
    type=int,
    metavar="N",
    help="Train with N seeds, the configuration's and those after it, and give means with 95% intervals: --repeat 5.",
)
@click.option(
    "--dry-run", is_flag=True, help="Check everything and show the network without training: train digits --dry-run."
)
@click.option(
    "--hosts",
    metavar="HOSTS",
    help="Train on several machines, the chief first, by the same command on each: --hosts host1:2222,host2:2222. "
    "Without it TF_CONFIG, or SLURM's variables in a step of several tasks, say so.",
)
@click.option(
    "--worker",
    type=int,
    metavar="N",
    help="Which of the hosts this one is, counted from 0, where its name does not tell: --worker 1.",
)
@click.option("--profile", is_flag=True, help="Show at the end where the time went: train digits --profile.")
@training_options
def command(
    config: str | None,
    overrides: tuple[str, ...],
    name: str | None,
    out: Path,
    engine: str | None,
    init_from: str | None,
    resume: str | None,
    times: int | None,
    hosts: str | None,
    worker: int | None,
    jobs: int,
    dry_run: bool,
    quiet: bool,
    profile: bool,
    as_json: bool,
) -> int:
    """Train a network from a configuration.

    CONFIG is a YAML file, or the name of a shipped one (`dnnctl config list`). With --resume there is none: the run
    goes on from its last checkpoint, and only its length may change.

    \b
    Examples:
      dnnctl train digits
      dnnctl train my.yaml --set training.epochs=5 --set seed=1
      dnnctl train xor --engine numpy
      dnnctl train mnist --set data.limit=2000 --dry-run
      dnnctl train digits --init-from latest --name digits-longer
      dnnctl train digits --repeat 5 --jobs 2
      dnnctl train digits --hosts host1:2222,host2:2222
      dnnctl train --resume latest
      dnnctl train --resume latest --set training.epochs=50

    Exit status: 0 done, 1 failure, 2 faulty configuration, 3 a requirement not met, 130 interrupted,
    143 terminated; the message of the last two names the command that goes on.
    """
    from dnnctl.cli.screen.output import shown
    from dnnctl.cli.screen.training import Screen
    from dnnctl.config.loading import load
    from dnnctl.engines.cluster import find_cluster
    from dnnctl.errors import Call, UsageError
    from dnnctl.runs.finding import find_run
    from dnnctl.runs.manifest import read_manifest
    from dnnctl.runs.series import REPEAT, check_single, kind_of

    if resume is not None:
        others = {"CONFIG": config, "--name": name, "--engine": engine, "--init-from": init_from, "--repeat": times}
        expect_no(
            {**others, "--dry-run": dry_run or None},
            "--resume goes on with a run as it was begun",
            "--set training.epochs=N makes it longer",
        )
        found = find_run(resume, out, to_resume=True)
        if kind_of(read_manifest(found.manifest)) is REPEAT:
            several = {"--hosts": hosts, "--worker": worker}
            expect_no({"--set": overrides or None, "--profile": profile or None, **several}, REPEATED)
            return _repeat(found, 0, jobs=jobs, out=out, as_json=as_json, quiet=quiet)
        _check_jobs(jobs)
        cluster = find_cluster(hosts, worker, os.environ)
        if cluster is not None and not cluster.chief:
            return _take_part(found, cluster, overrides)
        from dnnctl.training import job

        with Screen(sys.stderr if as_json or quiet else sys.stdout, quiet=quiet) as screen:
            result = job.resume(found, overrides, observer=screen, command=sys.argv, cluster=cluster)
        again = Call("train", (shown(found.config),))
        return _show(result, again, as_json=as_json, quiet=quiet, profile=profile)
    if config is None:
        raise UsageError(
            "expected a configuration, as 'dnnctl train digits', or --resume RUN. Try 'dnnctl train --help'"
        )
    loaded = load(config, overrides, {"name": name, "engine": engine})
    if times is not None:
        several = {"--hosts": hosts, "--worker": worker}
        expect_no({"--init-from": init_from, "--profile": profile or None, **several}, REPEATED)
        if not dry_run:
            return _repeat(loaded, times, jobs=jobs, out=out, as_json=as_json, quiet=quiet)
        from dnnctl.experiments.series.repeat import repetitions

        repetitions(loaded, times)
    else:
        _check_jobs(jobs)
    cluster = None if times is not None else find_cluster(hosts, worker, os.environ)
    if cluster is not None and not cluster.chief and not dry_run:
        return _take_part(loaded, cluster)
    start = find_run(init_from, out) if init_from else None
    if start is not None:
        check_single(start, read_manifest(start.manifest))
    with Screen(sys.stderr if as_json or quiet else sys.stdout, quiet=quiet, units=dry_run) as screen:
        if dry_run:
            return _lay_out(loaded, start, screen, as_json=as_json)
        from dnnctl.training.job import train

        result = train(loaded, out=out, observer=screen, init_from=start, command=sys.argv, cluster=cluster)
    elsewhere = None if out == output_folder() else str(out)
    given = {"name": name, "engine": engine, "init_from": init_from, "out": elsewhere, "overrides": overrides}
    again = Call("train", (config,), {option: value for option, value in given.items() if value})
    return _show(result, again, as_json=as_json, quiet=quiet, profile=profile)


def _take_part(what: "LoadedConfig | RunDirectory", cluster: "Cluster", overrides: tuple[str, ...] = ()) -> int:
    """Train as a worker, show what there is to know and return the exit status."""
    from dnnctl.cli.screen.training import Screen
    from dnnctl.training.worker import take_part

    with Screen(sys.stderr) as screen:
        steps = take_part(what, cluster, overrides, screen)
    click.echo(f"took part in {steps:,} steps; the run is kept by the chief, {cluster.hosts[0]}", err=True)
    return 0


def _lay_out(loaded: "LoadedConfig", start: "RunDirectory | None", screen: "Screen", *, as_json: bool) -> int:
    """Show what would be trained."""
    import json

    from dnnctl.cli.screen.summary import for_programs
    from dnnctl.inference.open import read_weights
    from dnnctl.training.preparation import prepare

    prepared = prepare(loaded, screen.on_download)
    if start is not None:
        read_weights(start, prepared.plan)
    screen.on_start(prepared)
    if as_json:
        click.echo(json.dumps(for_programs(prepared)))
    return 0


def _show(result: "TrainingResult", again: "Call", *, as_json: bool, quiet: bool, profile: bool) -> int:
    """Show what came of a training and return the exit status."""
    from dnnctl.cli.screen.output import print_result
    from dnnctl.cli.screen.training_result import for_programs, report, time_table

    shown, values = partial(report, again=again), partial(for_programs, again=again)
    status = print_result(result, shown, values, as_json=as_json, quiet=quiet)
    if profile:
        click.echo(f"\n{time_table(result.seconds)}", err=as_json or quiet)
    return status


def _repeat(
    what: "LoadedConfig | RunDirectory", times: int, *, jobs: int, out: Path, as_json: bool, quiet: bool
) -> int:
    """Train a configuration several times, or go on with that; show what came of it and return the exit status."""
    from dnnctl.cli.screen.members import MembersScreen
    from dnnctl.cli.screen.output import print_result
    from dnnctl.cli.screen.series import for_programs, repeat_report
    from dnnctl.experiments.series.repeat import repeat, resume_repeat
    from dnnctl.runs.layout import RunDirectory

    with MembersScreen(sys.stderr if as_json or quiet else sys.stdout, quiet=quiet) as screen:
        if isinstance(what, RunDirectory):
            result = resume_repeat(what, jobs=jobs, observer=screen, command=sys.argv)
        else:
            result = repeat(what, times, jobs=jobs, out=out, observer=screen, command=sys.argv)
    return print_result(result, repeat_report, for_programs, as_json=as_json, quiet=quiet)


def _check_jobs(jobs: int) -> None:
    """Raise `UsageError` if several trainings at a time are asked for and there is one."""
    from dnnctl.errors import UsageError

    if jobs != 1:
        raise UsageError(f"--jobs: there is one network to train; expected --repeat N beside it; received {jobs}")
