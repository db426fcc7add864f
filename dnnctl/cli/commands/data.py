"""`dnnctl data`: which data sets there are, what is in them, and how they look."""

from pathlib import Path
from typing import Any

import click

from dnnctl.cli.completion import configurations, data_or_configurations, data_sets
from dnnctl.cli.group import Group
from dnnctl.cli.options import set_option

PATH = click.option(
    "--path",
    type=click.Path(path_type=Path),
    help="Folder or file to read it from instead of the usual places, as --path ~/mnist.npz.",
)


@click.group("data", cls=Group, epilog="Example: dnnctl data list")
def command() -> None:
    """List, describe, fetch, show and check data."""


@command.command("list", epilog="Example: dnnctl data list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: --json | jq .")
def list_(as_json: bool) -> None:
    """List every data set, and where it is or how to get it."""
    from dnnctl.cli.screen.data import list_of
    from dnnctl.datasets.parts.places import default_places
    from dnnctl.datasets.summary import overview

    known = overview(default_places())
    if as_json:
        _print_json(known)
        return
    click.echo(list_of(known))
    if any(entry["found"] is None for entry in known):
        click.echo("'dnnctl data fetch NAME' gets what is not here, or says how.", err=True)


@command.command(epilog="Example: dnnctl data info mnist")
@click.argument("name", shell_complete=data_sets)
@PATH
@click.option(
    "--json", "as_json", is_flag=True, help="Print JSON, with the digest of each array: --json | jq .digests."
)
def info(name: str, path: Path | None, as_json: bool) -> None:
    """Say what data set NAME is and what is in it; nothing is downloaded."""
    from dnnctl.cli.screen.data import description
    from dnnctl.datasets import read as reading
    from dnnctl.datasets import summary
    from dnnctl.datasets.parts.places import default_places

    facts = summary.facts(reading.options_for(name), default_places(path, download=False))
    if as_json:
        _print_json(facts)
    else:
        click.echo(description(facts))


@command.command(epilog="Example: dnnctl data fetch fashion_mnist")
@click.argument("name", shell_complete=data_sets)
def fetch(name: str) -> None:
    """Check that data set NAME is here and whole, or download it."""
    from dnnctl.cli.downloads import shown
    from dnnctl.datasets import read as reading
    from dnnctl.datasets.parts.places import default_places

    with shown() as progress:
        dataset = reading.read(reading.options_for(name), default_places(progress=progress))
    click.echo(f"{dataset.name}: whole, {dataset.found}")


@command.command(epilog="Example: dnnctl data check my.yaml")
@click.argument("config", shell_complete=configurations)
@set_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON: --json | jq .status.")
def check(config: str, overrides: tuple[str, ...], as_json: bool) -> int:
    """Look at the data of CONFIG before training on it.

    Sizes, classes, ranges, empty cells, copies, rows in two splits, columns that never vary: passed, warned or failed.

    Exit status: 0 passed or warned, 1 failed, 2 faulty configuration.
    """
    from dnnctl.cli.downloads import shown
    from dnnctl.cli.screen.data import checks_table, worst
    from dnnctl.config.loading import load
    from dnnctl.experiments.data.check import check_data

    loaded = load(config, overrides)
    with shown() as progress:
        dataset = loaded.read(progress)
    checks = check_data(loaded, dataset)
    status = worst(checks)
    if as_json:
        _print_json({"status": status, "notes": list(dataset.notes), "checks": [each.to_json() for each in checks]})
    else:
        click.echo(checks_table(loaded.info.title, dataset.notes, checks))
    return 1 if status == "failed" else 0


@command.command(epilog="Examples: dnnctl data pipeline mnist; dnnctl data pipeline my.yaml --set data.batch_size=512")
@click.argument("config", shell_complete=configurations)
@set_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON: --json | jq .waiting.")
def pipeline(config: str, overrides: tuple[str, ...], as_json: bool) -> None:
    """Show how the rows of CONFIG come to the training steps.

    The stages of the tf.data pipeline, what each hands on, and rows a second: alone, and beside training steps.
    It takes some seconds; nothing is written.
    """
    from dnnctl.cli.downloads import shown
    from dnnctl.cli.screen.data import pipeline_table
    from dnnctl.config.loading import load
    from dnnctl.experiments.data.pipeline import inspect_pipeline

    loaded = load(config, overrides)
    with shown() as progress:
        report = inspect_pipeline(loaded, progress)
    if as_json:
        _print_json(report.to_json())
    else:
        click.echo(pipeline_table(report))


@command.command(epilog="Examples: dnnctl data show fashion_mnist -o clothes.png; dnnctl data show my.yaml --augmented")
@click.argument("name", shell_complete=data_or_configurations)
@PATH
@click.option("--augmented", is_flag=True, help="Draw training pictures before and after `data.augment`: --augmented.")
@set_option
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to draw into (.png, .svg, .pdf), as -o clothes.svg.  [default: NAME.png]",
)
def show(name: str, path: Path | None, augmented: bool, overrides: tuple[str, ...], output: Path | None) -> None:
    """Draw samples of NAME, a data set or a configuration, into a file.

    A published set is downloaded first if it is not here. Of a table, the distribution of each column and how
    it goes with the target are drawn. With --augmented, NAME is a configuration.
    """
    from dnnctl.cli.downloads import shown
    from dnnctl.experiments.data.picture import draw
    from dnnctl.plots.data import data_set
    from dnnctl.plots.style.fonts import lacking

    with shown() as progress:
        figure, title = draw(name, overrides, path=path, changed=augmented, progress=progress)
    target = output or Path(f"{title}.png")
    data_set.save(figure, target)
    if note := lacking():
        click.echo(f"note: {note}", err=True)
    click.echo(str(target))


def _print_json(value: Any) -> None:
    import json

    click.echo(json.dumps(value, indent=2, ensure_ascii=False))
