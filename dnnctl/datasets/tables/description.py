"""What was found out about a table, in words: its columns, what they are written as, and what is doubtful."""

from collections.abc import Sequence
from dataclasses import replace

from dnnctl.datasets.columns import Column
from dnnctl.datasets.tables.text import Text
from dnnctl.errors import Notice

PLURALS = {"number": "numbers", "boolean": "yes or no", "category": "categories", "date": "dates"}
# Columns whose form is told.
MOST_FORMS = 12


def told_doubts(text: Text) -> tuple[Notice, ...]:
    """Return what is doubtful about the encoding of a table, and the line that settles it."""
    line = f"write `encoding: {text.encoding}` below data.csv if that is right, else the right one"
    return tuple(replace(doubt, message=f"{doubt.message}; {line}") for doubt in text.doubts)


def unit_of(targets: Sequence[Column]) -> str:
    """Return the unit of what is predicted; empty for none, or for several targets."""
    form = targets[0].form if len(targets) == 1 else None
    return "" if form is None else form.unit


def formed(columns: Sequence[Column]) -> list[str]:
    """Return what the columns hold that are not written as plain numbers, for people."""
    found = [f"column {c.name!r}: {c.form.described}" for c in columns if c.form is not None]
    return [
        *found[:MOST_FORMS],
        *([f"and {len(found) - MOST_FORMS:,} columns more"] if len(found) > MOST_FORMS else []),
    ]


def listed(columns: Sequence[Column]) -> str:
    """Return which columns hold what, for people."""
    parts = []
    for kind, plural in PLURALS.items():
        of_kind = [c for c in columns if c.kind == kind]
        shown = [f"{c.name} ({len(c.words):,})" if kind == "category" and c.words else c.name for c in of_kind[:12]]
        more = [f"{len(of_kind) - 12:,} more"] if len(of_kind) > 12 else []
        if shown:
            parts.append(f"{plural}: {', '.join([*shown, *more])}")
    return "; ".join(parts)
