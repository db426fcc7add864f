"""`dnnctl reproduce`: train a run again and compare bit by bit."""

import json
import sys
from pathlib import Path

import click

from dnnctl.cli.completion import runs
from dnnctl.cli.options import data_option, json_option, out_option


@click.command()
@click.argument("run", shell_complete=runs)
@click.option(
    "--init-from",
    metavar="RUN",
    help="The run whose weights it was started from, if that moved, as --init-from digits.",
)
@data_option
@click.option("--quiet", is_flag=True, help="Do not show the training: reproduce latest --quiet.")
@out_option
@json_option
def command(run: str, init_from: str | None, data: Path | None, quiet: bool, out: Path, as_json: bool) -> int:
    """Train a run again and compare bit by bit.

    RUN is a finished run's folder, a configuration's name (its newest run), or `latest`. It is trained from its own
    configuration in a scratch folder, which is removed; weights, metrics and history are compared in every bit. If they
    differ, what differs in versions, platform, flags, threads and data is listed.

    \b
    Examples:
      dnnctl reproduce latest
      dnnctl reproduce outputs/digits/20260101-120000 --quiet --json

    Exit status: 0 if everything is equal, 1 if not or on failure.
    """
    from dnnctl.cli.screen import reproduction
    from dnnctl.cli.screen.training import Screen
    from dnnctl.experiments.reproduce.train_again import reproduce
    from dnnctl.runs.finding import find_run

    found = find_run(run, out)
    with Screen(sys.stderr, quiet=quiet) as screen:
        result = reproduce(found, out=out, init_from=init_from, data=data, observer=screen, command=sys.argv)
    click.echo(reproduction.report(result), err=as_json)
    if as_json:
        click.echo(json.dumps(result.to_json()))
    return 0 if result.equal else 1
