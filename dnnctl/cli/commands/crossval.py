"""`dnnctl crossval`: how good is a configuration on rows that its network never saw, and how far does that vary?"""

import sys
from pathlib import Path

import click

from dnnctl.cli.completion import configurations
from dnnctl.cli.options import expect_no, name_option, training_options


@click.command()
@click.argument("config", required=False, shell_complete=configurations)
@click.option(
    "--folds",
    type=int,
    metavar="K",
    help="Divide the training rows into K parts and hold out each once; 5 if not given: --folds 10.",
)
@name_option
@training_options
def command(
    config: str | None,
    folds: int | None,
    jobs: int,
    overrides: tuple[str, ...],
    name: str | None,
    engine: str | None,
    resume: str | None,
    quiet: bool,
    out: Path,
    as_json: bool,
) -> int:
    """Cross-validate a configuration.

    CONFIG is a YAML file, or the name of a shipped one. Its training rows are divided into folds, stratified by class;
    for each fold a network is trained on the others and measured on it. The test rows are left alone. Each fold is a
    run of its own in the folder `folds`, which `evaluate` and `predict` take like any other.

    \b
    Examples:
      dnnctl crossval digits
      dnnctl crossval my.yaml --folds 10 --jobs 2 --set training.epochs=20
      dnnctl crossval --resume latest --jobs 2

    Exit status: 0 done, 1 failure, 2 faulty configuration, 3 a requirement not met by the mean, 130 interrupted,
    143 terminated; the message of the last two names the command that goes on.
    """
    from dnnctl.cli.screen.members import MembersScreen
    from dnnctl.cli.screen.output import print_result
    from dnnctl.cli.screen.series import crossval_report, for_programs
    from dnnctl.config.loading import load
    from dnnctl.errors import UsageError
    from dnnctl.experiments.series.crossval import crossval, resume_crossval
    from dnnctl.runs.finding import find_run

    with MembersScreen(sys.stderr if as_json or quiet else sys.stdout, quiet=quiet) as screen:
        if resume is not None:
            others = {
                "CONFIG": config,
                "--folds": folds,
                "--name": name,
                "--engine": engine,
                "--set": overrides or None,
            }
            expect_no(others, "--resume goes on with a cross-validation as it was begun")
            run = find_run(resume, out, to_resume=True)
            result = resume_crossval(run, jobs=jobs, observer=screen, command=sys.argv)
        elif config is None:
            raise UsageError("expected a configuration, as 'dnnctl crossval digits', or --resume RUN")
        else:
            loaded = load(config, overrides, {"name": name, "engine": engine})
            count = 5 if folds is None else folds
            result = crossval(loaded, count, jobs=jobs, out=out, observer=screen, command=sys.argv)
    return print_result(result, crossval_report, for_programs, as_json=as_json, quiet=quiet)
