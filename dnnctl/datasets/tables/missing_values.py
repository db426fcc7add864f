"""Empty cells: refused with their place, or dropped with their rows, or left for the training rows to fill."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.columns import Cells, Column
from dnnctl.datasets.parts.faults import MOST, numbered, quoted
from dnnctl.datasets.tables.dialect import Dialect, lines_of, position
from dnnctl.datasets.tables.text import Text
from dnnctl.errors import DataError


@dataclass(frozen=True)
class Advice:
    """What can be done.

    Args:
        cells: About empty cells.
        words: About texts that count as empty, behind the sentence that names them.
    """

    cells: str
    words: str = ""


# While a table is described, and once a network was trained on one: that takes every text as it was trained.
OPTIONS = Advice(
    "fill them, leave columns out (exclude), or write `missing: drop` or `missing: impute` below data.csv",
    " (`usual_missing: false` below data.csv changes that)",
)
TRAINED = Advice(
    "fill them, or leave their rows out; a network trained with `missing: impute` below data.csv fills them itself"
)


@dataclass(frozen=True)
class Kept:
    """What is left of a table.

    Args:
        cells: Its cells.
        rows: Which of its rows they are, counted from 0; int64 (n,).
        notes: What was done.
    """

    cells: Cells
    rows: NDArray[np.int64]
    notes: tuple[str, ...]


def settle(text: Text, dialect: Dialect, cells: Cells, inputs: int, missing: str, advice: Advice = OPTIONS) -> Kept:
    """Do with empty cells as asked.

    Args:
        text: The table.
        dialect: How it is written.
        cells: Its cells, the inputs first.
        inputs: How many of the columns are inputs; the others are targets, which are never imputed.
        missing: `error`, `drop` or `impute`.
        advice: What to do about empty cells that are refused.

    Raises:
        DataError: If `error` is asked for and a cell is empty, or no row is left.
    """
    empty = np.isnan(cells.values)
    rows = np.arange(len(empty))
    if not empty.any():
        return Kept(cells, rows, ())
    if missing == "error":
        words = _taken_for_empty(text, dialect, cells.columns, empty, advice)
        raise DataError("\n".join(filter(None, (_told(text, dialect, cells, empty), words, advice.cells))))
    counted = empty if missing == "drop" else empty[:, inputs:]
    gone = counted.any(axis=1)
    notes = []
    if gone.any():
        which = "empty cells" if missing == "drop" else "no target"
        told = f"{text.name}: left out {gone.sum():,} of {len(gone):,} rows, which have {which}"
        columns = cells.columns if missing == "drop" else cells.columns[inputs:]
        notes.append("; ".join(filter(None, (told, _taken_for_empty(text, dialect, columns, counted, advice)))))
    if gone.all():
        worst = cells.columns[int(empty.sum(axis=0).argmax())].name
        raise DataError(
            f"{text.name}: every row has an empty cell, so none is left; column {worst!r} is the emptiest; "
            f"{advice.cells}"
        )
    rows = rows[~gone]
    kept = cells.take(rows) if gone.any() else cells
    left = np.isnan(kept.values)
    counts = left.sum(axis=0)
    filled = [f"{c.name!r} {count:,}" for c, count in zip(kept.columns, counts, strict=True) if count]
    if filled:
        more = f" and {len(filled) - 12} more columns" if len(filled) > 12 else ""
        told = f"{text.name}: empty cells filled from the training rows: {', '.join(filled[:12])}{more}"
        notes.append("; ".join(filter(None, (told, _taken_for_empty(text, dialect, cells.columns, left, advice)))))
    return Kept(kept, rows, tuple(notes))


def _told(text: Text, dialect: Dialect, cells: Cells, empty: NDArray[np.bool_]) -> str:
    """Return which cells are empty."""
    counts = empty.sum(axis=0)
    columns = np.flatnonzero(counts)
    firsts = {int(i): np.flatnonzero(empty[:, i])[:MOST] for i in columns[:12]}
    lines = lines_of(text, dialect, len(empty))
    several = "cells are" if counts.sum() > 1 else "cell is"
    told = [f"{text.name}: {counts.sum():,} {several} empty:"]
    for i, rows in firsts.items():
        if counts[i] == len(empty) > MOST:
            told.append(f"  column {cells.columns[i].name!r}: every line")
            continue
        named = numbered("line", lines[rows].tolist())
        more = f" and {counts[i] - len(rows):,} more" if counts[i] > len(rows) else ""
        told.append(f"  column {cells.columns[i].name!r}: {named}{more}")
    if len(columns) > 12:
        told.append(f"  and {len(columns) - 12:,} more columns")
    return "\n".join(told)


def _taken_for_empty(
    text: Text, dialect: Dialect, columns: Sequence[Column], empty: NDArray[np.bool_], advice: Advice
) -> str:
    """Say which usual texts, such as `none`, are among the empty cells of the first rows; nothing if none are."""
    places = [
        position(columns[i].name, dialect, "columns", text.name) for i in np.flatnonzero(empty.any(axis=0)).tolist()
    ]
    words = dict.fromkeys(row[place] for row in dialect.sample for place in places if row[place] in dialect.usual)
    if not words:
        return ""
    return f"{quoted(words)} count{'s' * (len(words) == 1)} as empty{advice.words}"
