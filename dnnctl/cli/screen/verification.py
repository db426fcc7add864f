"""What `dnnctl runs verify` shows: a line a file, and what is to be thought of the whole."""

from typing import TYPE_CHECKING

from dnnctl.cli.screen.consoles import plain
from dnnctl.cli.screen.ending import shown
from dnnctl.cli.screen.text_table import grid

if TYPE_CHECKING:
    from dnnctl.runs.verifying import Verification


def report(result: "Verification") -> str:
    """Return what became of a run's files as text."""
    rows = [
        *((plain(name), "whole", "") for name in result.whole),
        *((plain(name), "DAMAGED", plain(reason)) for name, reason in result.damaged),
        *((plain(name), "MISSING", "") for name in result.missing),
        *((plain(name), "extra", "the manifest has no hash of it") for name in result.extra),
    ]
    run = plain(shown(result.run.path))
    bad = len(result.damaged) + len(result.missing)
    listed = len(result.whole) + bad
    verdict = (
        f"{run}: {len(result.whole)} of {listed} files are as they were written"
        if result.passed
        else f"{run}: {bad} of {listed} files are damaged or missing. Restore them, or train again"
    )
    unfinished = [f"  note  this run is not finished: it is {plain(result.state)!r}"] if result.state != "done" else []
    return "\n".join([grid(rows, ["file", "", ""]), "", *unfinished, verdict])
