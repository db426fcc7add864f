"""Tables and facts as text: fitted to a terminal, one line a row in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal

import click

if TYPE_CHECKING:
    from rich.table import Table

# Wide enough that nothing is wrapped where a program or `less -S` reads.
PIPE_WIDTH = 10_000


def _print(table: Table) -> None:
    """Print a table; its text is taken as it is, so brackets in a path are no markup."""
    from rich.console import Console

    if sys.stdout.isatty():
        Console(markup=False, highlight=False, emoji=False).print(table)
        return
    plain = Console(width=PIPE_WIDTH, color_system=None, markup=False, highlight=False, emoji=False)
    with plain.capture() as captured:
        plain.print(table)
    for line in captured.get().splitlines():
        click.echo(line.rstrip())


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]], right: Iterable[str] = ()) -> None:
    """Print a table with a heading.

    Args:
        columns: The headings.
        rows: The cells, as many a row as there are columns.
        right: Headings of the columns of numbers, which are set to the right.
    """
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    numbers = set(right)
    for column in columns:
        # On a narrow terminal only the last column, the one with the long text, is broken.
        whole = column != columns[-1]
        justify: Literal["left", "right"] = "right" if column in numbers else "left"
        table.add_column(column, justify=justify, overflow="fold", no_wrap=whole)
    for row in rows:
        table.add_row(*row)
    _print(table)


def print_facts(facts: Iterable[tuple[str, str]]) -> None:
    """Print names and values in two columns; a name without a value is left out."""
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in facts:
        if value:
            table.add_row(name, value)
    _print(table)
