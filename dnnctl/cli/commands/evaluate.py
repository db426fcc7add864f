"""`dnnctl evaluate`: what a finished run is worth."""

import json
from dataclasses import replace
from pathlib import Path

import click

from dnnctl.cli.completion import runs
from dnnctl.cli.flags import with_flags
from dnnctl.cli.options import data_option, encoding_option, engine_option, json_option, out_option


@click.command()
@click.argument("run", shell_complete=runs)
@click.option(
    "--split",
    type=click.Choice(["test", "validation", "train"]),
    default="test",
    show_default=True,
    help="Which rows, as --split validation.",
)
@data_option
@click.option(
    "--plots",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Draw the plots into this folder, as --plots plots.",
)
@encoding_option
@engine_option
@out_option
@json_option
def command(
    run: str, split: str, data: Path | None, plots: Path | None, encoding: str, engine: str, out: Path, as_json: bool
) -> int:
    """Measure a finished run.

    RUN is a run's folder, a configuration's name (its newest run), or `latest`.

    \b
    Examples:
      dnnctl evaluate latest
      dnnctl evaluate digits --split validation --json
      dnnctl evaluate latest --plots plots/

    Exit status: 0 done, 1 failure, 3 a requirement of the configuration not met.
    """
    from dnnctl.cli.downloads import shown
    from dnnctl.cli.screen import evaluation as screen
    from dnnctl.inference.ensemble import open_any
    from dnnctl.inference.evaluate import evaluate
    from dnnctl.plots.base import draw_evaluation
    from dnnctl.plots.style.fonts import lacking
    from dnnctl.runs.finding import find_run

    opened = open_any(find_run(run, out))
    with shown() as progress:
        result = evaluate(opened, split, data=data, engine=engine, encoding=encoding, progress=progress)
    drawn = draw_evaluation(opened, result, plots) if plots else []
    result = replace(result, notes=(*map(with_flags, result.notes), *filter(None, [lacking()])))
    if as_json:
        click.echo(json.dumps(screen.as_json(opened, result, drawn)))
    else:
        click.echo(screen.report(opened, result, drawn))
    return 3 if result.unmet else 0
