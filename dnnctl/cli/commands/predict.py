"""`dnnctl predict`: what a finished run says of new inputs."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dnnctl import plugins
from dnnctl.cli.completion import files, runs
from dnnctl.cli.flags import with_flags
from dnnctl.cli.options import encoding_option, engine_option, out_option

if TYPE_CHECKING:
    from dnnctl.inference.formats.base import Format


@click.command()
@click.argument("run", shell_complete=runs)
@click.argument("inputs", nargs=-1, metavar="[INPUT]...", shell_complete=files)
@click.option(
    "--value",
    "values",
    multiple=True,
    metavar="NUMBERS",
    help="One row of numbers, as 75 or 0,1. May be repeated.",
)
@click.option("--sample", type=click.IntRange(min=1), metavar="N", help="Take N rows of the test split, as --sample 5.")
@click.option(
    "--invert/--no-invert",
    default=None,
    help="Exchange dark and light in images, as --no-invert; detected if not given.",
)
@click.option(
    "--top",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    metavar="K",
    help="Name the K best classes, as --top 3.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", *plugins.names("dnnctl.inference.formats")]),
    help="How to write the predictions, as --format json; by the ending of --output, else a table.",
)
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write to this file, as -o answers.csv.",
)
@click.option(
    "--header",
    metavar="NAMES",
    help="Write CSV of what names a row and its prediction alone, under these names: --header ImageId,Label.",
)
@encoding_option
@engine_option
@out_option
def command(
    run: str,
    inputs: tuple[str, ...],
    values: tuple[str, ...],
    sample: int | None,
    invert: bool | None,
    top: int,
    form: str | None,
    output: Path | None,
    header: str | None,
    encoding: str,
    engine: str,
    out: Path,
) -> None:
    """Ask a finished run about images or numbers.

    RUN is a run's folder, a configuration's name (its newest run), or `latest`; of a cross-validation or a repeated
    training it is the newest of its runs. INPUT is an image, a folder of them, a .npy or .npz file, a table, or `-` for
    CSV rows on standard input.

    \b
    Examples:
      dnnctl predict latest --sample 5
      dnnctl predict mnist drawing.png --top 3
      dnnctl predict height_weight --value 75 --value 90 --format json
      dnnctl predict titanic test.csv --header PassengerId,Survived -o submission.csv
    """
    from dnnctl.cli.downloads import shown
    from dnnctl.cli.screen.text import plain
    from dnnctl.errors import DataError
    from dnnctl.inference.ensemble import open_any
    from dnnctl.inference.formats.base import write
    from dnnctl.inference.predict import Request, predict_parts
    from dnnctl.inference.read_inputs import all_of
    from dnnctl.runs.finding import find_answering

    damaged: list[DataError] = []
    chosen = _format(form, output)
    names = _names(header, chosen)
    found, which = find_answering(run, out)
    opened = open_any(found)
    with shown() as progress:
        request = Request(inputs, values, sample, invert, top, engine, header=names, encoding=encoding)
        parts = predict_parts(opened, request, stdin=sys.stdin.buffer, progress=progress, damaged=damaged)
    told = (replace(part, notes=(*which, *map(with_flags, part.notes))) for part in parts)
    notes = write(told, chosen, output, sys.stdout)
    if not chosen.WRITES_NOTES:
        for note in notes:
            click.echo(f"note: {plain(note)}", err=True)
    if damaged:
        raise all_of(damaged)


def _names(header: str | None, chosen: "Format") -> tuple[str, ...]:
    """Return the names of the columns that CSV gets; none if it has its own.

    Raises:
        UsageError: If another format is written.
    """
    from dnnctl.errors import UsageError
    from dnnctl.inference.formats import csv

    if header is None:
        return ()
    if chosen is not csv:
        raise UsageError("`header` names the columns of CSV; expected `form`=csv or `output`=answers.csv beside it")
    names = tuple(name.strip() for name in header.split(","))
    if not all(names):
        raise UsageError(f"`header`={header!r}: expected names with commas between them, as ImageId,Label")
    return names


def _format(name: str | None, output: Path | None) -> "Format":
    """Return the format that is named, or else the one of the file's ending, or else the table.

    Raises:
        UsageError: If the ending is that of something else, as `.xlsx`.
    """
    from dnnctl.cli.screen import predictions as table
    from dnnctl.errors import UsageError
    from dnnctl.inference.formats.base import PACKAGE, format_named, format_of

    if name not in {None, "table"}:
        return format_named(str(name))
    found = None if name or output is None else format_of(output)
    if not (found or name or output is None or output.suffix.lower() in {"", ".txt"}):
        known = ", ".join(f".{each}" for each in plugins.names(PACKAGE))
        raise UsageError(f"{output}: unknown ending {output.suffix!r}; expected {known} or .txt, or `form` beside it")
    return found or table
