"""Empty cells: refused with their place, or dropped with their rows, or left for the training rows to fill."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.columns import Cells, Column
from dnnctl.datasets.parts.faults import MOST, quoted
from dnnctl.datasets.tables.table import Table
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
        inputs: The cells of its inputs.
        targets: Those of its targets.
        rows: Which of its rows they are, counted from 0; int64 (n,).
        notes: What was done.
    """

    inputs: Cells
    targets: Cells
    rows: NDArray[np.int64]
    notes: tuple[str, ...]


def settle(
    table: Table, inputs: Cells, targets: Cells, missing: str, advice: Advice = OPTIONS, *, partly: bool = False
) -> Kept:
    """Do with empty cells as asked.

    Args:
        table: The table.
        inputs: The cells of its inputs.
        targets: Those of its targets, which are never imputed.
        missing: `error`, `drop` or `impute`.
        advice: What to do about empty cells that are refused.
        partly: Whether these are some of the rows, of which none may be left.

    Raises:
        DataError: If `error` is asked for and a cell is empty, or no row is left.
    """
    columns = (*inputs.columns, *targets.columns)
    empty: NDArray[np.bool_] = np.concatenate([np.isnan(inputs.values), np.isnan(targets.values)], axis=1)
    rows = np.arange(len(empty))
    if not empty.any():
        return Kept(inputs, targets, rows, ())
    if missing == "error":
        words = _taken_for_empty(table, columns, empty, advice)
        raise DataError("\n".join(filter(None, (_told(table, columns, empty), words, advice.cells))))
    first, which = (0, "empty cells") if missing == "drop" else (len(inputs.columns), "no target")
    gone: NDArray[np.bool_] = np.asarray(empty[:, first:].any(axis=1))
    notes = []
    if gone.any():
        told = f"{table.name}: left out {gone.sum():,} of {len(gone):,} rows, which have {which}"
        words = _taken_for_empty(table, columns[first:], empty[:, first:], advice)
        notes.append("; ".join(filter(None, (told, words))))
    if gone.all() and not partly:
        worst = columns[int(empty.sum(axis=0).argmax())].name
        raise DataError(
            f"{table.name}: every row has an empty cell, so none is left; column {worst!r} is the emptiest; "
            f"{advice.cells}"
        )
    left = empty[~gone] if gone.any() else empty
    filled = [f"{c.name!r} {count:,}" for c, count in zip(columns, left.sum(axis=0), strict=True) if count]
    if filled:
        more = f" and {len(filled) - 12} more columns" if len(filled) > 12 else ""
        told = f"{table.name}: empty cells filled from the training rows: {', '.join(filled[:12])}{more}"
        notes.append("; ".join(filter(None, (told, _taken_for_empty(table, columns, left, advice)))))
    rows = rows[~gone]
    left_over = (inputs.take(rows), targets.take(rows)) if gone.any() else (inputs, targets)
    return Kept(*left_over, rows, tuple(notes))


def _told(table: Table, names: Sequence[Column], empty: NDArray[np.bool_]) -> str:
    """Return which cells are empty."""
    counts = empty.sum(axis=0)
    columns = np.flatnonzero(counts)
    lines = table.lines(len(empty))
    told = [f"{table.name}: {counts.sum():,} {'cells are' if counts.sum() > 1 else 'cell is'} empty:"]
    for i in columns[:12]:
        name, rows = names[i].name, np.flatnonzero(empty[:, i])[:MOST]
        if counts[i] == len(empty) > MOST:
            told.append(f"  column {name!r}: every line")
            continue
        named = table.text.numbered(lines[rows])
        more = f" and {counts[i] - len(rows):,} more" if counts[i] > len(rows) else ""
        told.append(f"  column {name!r}: {named}{more}")
    if len(columns) > 12:
        told.append(f"  and {len(columns) - 12:,} more columns")
    return "\n".join(told)


def _taken_for_empty(table: Table, columns: Sequence[Column], empty: NDArray[np.bool_], advice: Advice) -> str:
    """Say which usual texts, such as `none`, are among the empty cells of the first rows; nothing if none are."""
    words = table.usual_words(columns[i].name for i in np.flatnonzero(empty.any(axis=0)).tolist())
    return f"{quoted(words)} count{'s' * (len(words) == 1)} as empty{advice.words}" if words else ""
