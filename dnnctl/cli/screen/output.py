"""Printing a result: a report for the reader, one JSON object for a program, or the folder alone for a script."""

import json
import shlex
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import click

from dnnctl.cli.screen.text import plain

if TYPE_CHECKING:
    from dnnctl.runs.layout import RunDirectory


class Result(Protocol):
    """What comes of what trains."""

    @property
    def run(self) -> "RunDirectory":
        """Its folder."""

    @property
    def unmet(self) -> Sequence[str]:
        """What is required but was missed."""


R = TypeVar("R", bound=Result)


def print_result(
    result: R, report: Callable[[R], str], values: Callable[[R], Mapping[str, Any]], *, as_json: bool, quiet: bool
) -> int:
    """Print what came of one training or several.

    Args:
        result: What came of it.
        report: Returns everything that is shown.
        values: Returns the same as values that JSON can hold.
        as_json: Whether standard output gets one JSON object and nothing else.
        quiet: Whether to print the folder only (and what was missed, as an error).

    Returns:
        The exit status: 3 if something required was missed, else 0.
    """
    if quiet:
        for text in result.unmet:
            click.echo(f"requirement not met: {plain(text)}", err=True)
    else:
        click.echo(report(result), err=as_json)
    if as_json:
        click.echo(json.dumps(values(result)))
    elif quiet:
        click.echo(result.run.path)
    return 3 if result.unmet else 0


def missed(unmet: Sequence[str]) -> list[str]:
    """Return a line of a report for each requirement that was missed."""
    return [f"  REQUIREMENT NOT MET  {plain(text)}" for text in unmet]


def named(path: Path) -> str:
    """Return how the next command can name a run: `latest` if it looks in the same folder, else its path."""
    from dnnctl.runs.layout import output_folder

    found = output_folder().absolute() in path.absolute().parents
    return "latest" if found else shlex.quote(shown(path))


def shown(path: Path) -> str:
    """Return a path as short as it can be written from here."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
