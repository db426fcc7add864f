"""`dnnctl runs`: look after finished runs."""

import json
from pathlib import Path

import click

from dnnctl.cli.completion import runs
from dnnctl.cli.group import Group
from dnnctl.cli.options import json_option, out_option


@click.group(cls=Group)
def command() -> None:
    """Look after finished runs.

    \b
    Examples:
      dnnctl runs verify latest
      dnnctl runs compare digits digits-wide
    """


@command.command()
@click.argument("run", shell_complete=runs)
@out_option
@json_option
def verify(run: str, out: Path, as_json: bool) -> int:
    """Check that a run's files are as they were written.

    RUN is a run's folder, a configuration's name (its newest run), or `latest`. The files (not plots and report) are
    compared with the hashes in the run's manifest, in a cross-validation or repetition those of each run inside. This
    finds damage, not forgery: who changes a file can change its hash too.

    \b
    Examples:
      dnnctl runs verify latest
      dnnctl runs verify outputs/digits/20260101-120000 --json

    Exit status: 0 if every file is whole, 1 if one is damaged or missing.
    """
    from dnnctl.cli.screen.runs import verification
    from dnnctl.runs.finding import find_run
    from dnnctl.runs.verifying import verify as verify_run

    result = verify_run(find_run(run, out))
    click.echo(verification(result), err=as_json)
    if as_json:
        click.echo(json.dumps(result.to_json()))
    return 0 if result.passed else 1


@command.command()
@click.argument("first", shell_complete=runs)
@click.argument("second", shell_complete=runs)
@out_option
@json_option
def compare(first: str, second: str, out: Path, as_json: bool) -> int:
    """Are two repeated trainings different?

    FIRST and SECOND are folders of `dnnctl train CONFIG --repeat N`, or configurations' names (the newest one). They
    must have been measured on the same test rows. A metric is called different where the 95% intervals of its means do
    not overlap, and not shown to differ where they do; more repetitions make intervals narrower.

    \b
    Examples:
      dnnctl train digits --repeat 5 --name narrow
      dnnctl train digits --repeat 5 --name wide --set "model.layers=[dense: 256, relu]"
      dnnctl runs compare narrow wide

    Exit status: 0 done, whatever was found; 1 if they cannot be compared.
    """
    from dnnctl.cli.screen.runs import comparison
    from dnnctl.experiments.series.significance import compare_series
    from dnnctl.runs.finding import find_run

    result = compare_series(find_run(first, out), find_run(second, out))
    click.echo(comparison(result), err=as_json)
    if as_json:
        click.echo(json.dumps(result.to_json()))
    return 0
