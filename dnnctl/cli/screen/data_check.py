"""What `dnnctl data check` shows: a line a check, and what comes of all of them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dnnctl.cli.screen.consoles import plain
from dnnctl.cli.screen.text_table import grid

if TYPE_CHECKING:
    from dnnctl.experiments.data.check import Check, Status

SEVERITY: tuple["Status", ...] = ("passed", "warned", "failed")


def worst(checks: Sequence["Check"]) -> "Status":
    """Return the worst status there is."""
    return SEVERITY[max((SEVERITY.index(check.status) for check in checks), default=0)]


def as_text(title: str, notes: Sequence[str], checks: Sequence["Check"]) -> str:
    """Return the checks as text.

    Args:
        title: What was checked.
        notes: What was found out about it.
        checks: What the checks found.
    """
    rows = [(check.status, check.name, plain(check.finding)) for check in checks]
    counts = ", ".join(f"{sum(c.status == status for c in checks)} {status}" for status in SEVERITY)
    told = [f"  note    {plain(note)}" for note in notes]
    return "\n".join([plain(title), *told, "", grid(rows, ("status", "check", "found")), "", f"  {counts}"])
