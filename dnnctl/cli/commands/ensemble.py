"""`dnnctl ensemble`: several networks that answer as one."""

import os
import sys
from pathlib import Path

import click

from dnnctl.cli.completion import runs_or_configurations
from dnnctl.cli.options import expect_no, training_options


@click.command()
@click.argument("sources", nargs=-1, metavar="[SOURCE]...", shell_complete=runs_or_configurations)
@click.option(
    "--members",
    type=click.IntRange(2, 99),
    metavar="N",
    help="Train N networks of the configuration, with the seeds seed, seed + 1, ...  [default: 5]",
)
@click.option(
    "--vote",
    type=click.Choice(["soft", "hard"]),
    help="soft: mean of the probabilities (the default); hard: majority. Numbers have their mean taken.",
)
@click.option(
    "--name", metavar="NAME", help="Name of the ensemble, as --name committee; else the source's and -ensemble."
)
@training_options
def command(
    sources: tuple[str, ...],
    members: int | None,
    vote: str | None,
    jobs: int,
    overrides: tuple[str, ...],
    name: str | None,
    engine: str | None,
    resume: str | None,
    quiet: bool,
    out: Path,
    as_json: bool,
) -> int:
    """Train or combine several networks that answer as one.

    SOURCE is one configuration (a YAML file, or a shipped one's name), or two or more finished runs (paths or names).
    Of a configuration, networks that differ in their seed alone are trained. Runs are copied and combined; they may be
    different networks and engines, but of the same data and splits. The result is a run: evaluate, predict and runs
    verify take it like any other, and it can be moved.

    \b
    Examples:
      dnnctl ensemble digits --members 5 --jobs 2
      dnnctl ensemble my.yaml --vote hard --set training.epochs=5
      dnnctl ensemble outputs/digits/*
      dnnctl ensemble --resume latest

    Exit status: 0 done, 1 failure, 2 faulty command or configuration, 3 a requirement not met by the ensemble,
    130 interrupted, 143 terminated; the message of the last two names the command that goes on.
    """
    from dnnctl.cli.screen.ensemble import for_programs, report
    from dnnctl.cli.screen.members import MembersScreen
    from dnnctl.cli.screen.output import print_result
    from dnnctl.config.loading import load
    from dnnctl.experiments.ensemble.combine import combine
    from dnnctl.experiments.ensemble.train import resume_ensemble, train_ensemble
    from dnnctl.runs.finding import find_run

    given = {"--members": members, "--set": overrides or None, "--engine": engine}
    with MembersScreen(sys.stderr if as_json or quiet else sys.stdout, quiet=quiet) as screen:
        if resume is not None:
            others = {"CONFIG or RUN": sources or None, "--vote": vote, "--name": name, **given}
            expect_no(others, "--resume goes on with an ensemble as it was begun")
            begun = find_run(resume, out, to_resume=True)
            result = resume_ensemble(begun, jobs=jobs, observer=screen, command=sys.argv)
        elif len(sources) > 1:
            several = None if jobs == 1 else jobs
            expect_no({**given, "--jobs": several}, "combining takes finished runs as they are")
            runs = [find_run(source, out) for source in sources]
            result = combine(runs, vote=vote, name=name, out=out, observer=screen, command=sys.argv)
        else:
            result = train_ensemble(
                load(_only(sources), overrides, {"engine": engine}),
                members=5 if members is None else members,
                vote=vote,
                name=name,
                jobs=jobs,
                out=out,
                observer=screen,
                command=sys.argv,
            )
    return print_result(result, report, for_programs, as_json=as_json, quiet=quiet)


def _only(sources: tuple[str, ...]) -> str:
    """Return the configuration."""
    from dnnctl.errors import UsageError
    from dnnctl.runs.finding import LATEST
    from dnnctl.runs.layout import MANIFEST

    if not sources:
        raise UsageError(
            "expected a configuration, as 'dnnctl ensemble digits', two or more finished runs, or --resume RUN. "
            "Try 'dnnctl ensemble --help'"
        )
    (source,) = sources
    if source == LATEST or os.path.isfile(Path(source) / MANIFEST):  # noqa: PTH113 - never raises
        raise UsageError(
            f"{source!r}: one run is no ensemble; expected two or more runs (of a repeated training: its folders "
            "members/*), or a configuration"
        )
    return source
