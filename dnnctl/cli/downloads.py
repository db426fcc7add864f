"""Showing how far a download is: a bar on a terminal, a line a file elsewhere; both on standard error."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

import click


@contextlib.contextmanager
def shown() -> Iterator[Callable[[str, int, int], None]]:
    """Show downloads while the block runs.

    Yields:
        What `Places.progress` takes: called with a file's name, bytes done and bytes in all (0 if unknown).
    """
    if not sys.stderr.isatty():
        yield _lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    bars = Progress(*columns, console=Console(stderr=True))
    tasks = {}

    def report(name: str, done: int, total: int) -> None:
        if name not in tasks:
            # Only now: two live displays on one terminal, one of them empty, would wipe each other's lines.
            bars.start()
            tasks[name] = bars.add_task(name, total=None)
        bars.update(tasks[name], completed=done, total=total or None)

    try:
        yield report
    finally:
        bars.stop()


def _lines() -> Callable[[str, int, int], None]:
    begun: set[str] = set()

    def report(name: str, done: int, total: int) -> None:  # noqa: ARG001
        if name not in begun:
            begun.add(name)
            click.echo(f"downloading {name}", err=True)

    return report
