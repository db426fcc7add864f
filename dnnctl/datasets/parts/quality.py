"""What is odd about the columns of a table: they name rows, or give the answer away."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.columns import Cells, Column
from dnnctl.datasets.parts.faults import quoted
from dnnctl.errors import Notice, NoticeCode

# On fewer rows, everything looks like a rule.
ENOUGH = 20
LEAK = 0.999
MOST_ROWS = 100_000


def column_warnings(
    cells: Cells, y: NDArray[Any], target: str, where: Literal["table", "array"] = "table"
) -> tuple[Notice, ...]:
    """Return what a table's user should be warned of.

    Args:
        cells: The inputs.
        y: Labels (n,), or numbers (n, targets).
        target: What is predicted.
        where: What the columns are in; those of a table can be left out by the configuration.
    """
    if len(y) > MOST_ROWS:
        rows = np.linspace(0, len(y) - 1, MOST_ROWS).astype(np.int64)
        cells, y = cells.take(rows), y[rows]
    found: dict[NoticeCode, list[str]] = {"identifier_column": [], "leakage": []}
    # The only column cannot be left out.
    several = len(cells.columns) > 1
    for i, column in enumerate(cells.columns):
        values = cells.values[:, i]
        full = values[~np.isnan(values)]
        if not several or len(full) < ENOUGH or (full == full[0]).all():
            # What never varies is told of once it is known which rows are trained on.
            continue
        if column.kind != "date" and _names_rows(column, full):
            found["identifier_column"].append(column.name)
        elif _gives_away(column, values, y):
            found["leakage"].append(column.name)
    return tuple(notice_of(code, names, target, where) for code, names in found.items() if names)


def notice_of(code: NoticeCode, names: Sequence[str], target: str = "", where: str = "table") -> Notice:
    """Return in words what was found about some columns.

    Args:
        code: What was found.
        names: The columns, at least one.
        target: What is predicted.
        where: What they are in, `table` or `array`.
    """
    one = len(names) == 1
    s, they, them, are = ("s", "it", "it", "is") if one else ("", "they", "them", "are")
    named = f": exclude: [{', '.join(names[:12])}]" if where == "table" else " of the array"
    without = f"leave {them} out{named}"
    told = {
        "constant_column": f"never var{'ies' if one else 'y'} in the training rows"
        f"{'' if one else f' ({len(names):,} columns)'}, so nothing can be learned from {them}",
        "lost_precision": f"hold{s} numbers so large that 64 bits cannot tell them apart; subtract a constant from "
        "them in the table",
        "identifier_column": f"differ{s} in nearly every row, as an identifier does; unless {they} mean{s} something, "
        f"{without}{f', or id: {names[0]} to have it in the answers' * (one and where == 'table')}",
        "leakage": f"give{s} {target!r} away almost exactly (leakage); if {they} {are} not known when predictions are "
        f"made, {without}",
    }
    return Notice(code, told[code], f"column {names[0]!r}" if one else f"columns {quoted(names)}")


def _names_rows(column: Column, values: NDArray[Any]) -> bool:
    """Tell whether a column counts or names the rows."""
    different = np.unique(values)
    if column.kind == "category":
        return len(different) > 0.9 * len(values)
    whole = bool((values == np.rint(values)).all())
    counting = whole and len(different) == len(values) and different[-1] - different[0] < 2 * len(values)
    steps = np.diff(values)
    return counting and bool((steps > 0).all() or (steps < 0).all() or column.name.casefold() in {"id", "index", "row"})


def _gives_away(column: Column, values: NDArray[Any], y: NDArray[Any]) -> bool:
    """Tell whether one column alone determines the target."""
    full = ~np.isnan(values)
    values, y = values[full], y[full]
    if column.kind == "category":
        _, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
        return len(counts) <= len(values) / 5 and _explained(codes, counts, y) >= LEAK
    if y.ndim == 1:
        return _parts_classes(values, y)
    with np.errstate(all="ignore"):
        related = [abs(float(np.corrcoef(values.astype(np.float64), each)[0, 1])) for each in y.T]
    return any(value >= LEAK**0.5 for value in related)


def _explained(codes: NDArray[Any], counts: NDArray[Any], y: NDArray[Any]) -> float:
    """Return the share of the target's variance, or of the right answers, that groups of rows explain."""
    if y.ndim == 1:
        table = np.zeros((len(counts), int(y.max()) + 1))
        np.add.at(table, (codes, y), 1)
        return float(table.max(axis=1).sum() / len(y))
    shares = []
    for each in y.T.astype(np.float64):
        means = np.bincount(codes, each) / counts
        whole = float(np.var(each))
        shares.append(1 - float(np.mean(np.square(each - means[codes]))) / whole if whole else 0.0)
    return max(shares)


def _parts_classes(values: NDArray[Any], y: NDArray[Any]) -> bool:
    """Tell whether each class lies in one stretch of its own along a column."""
    order = np.argsort(values, kind="stable")
    along, labels = values[order], y[order]
    changes = labels[1:] != labels[:-1]
    # Where equal values have different classes, no border parts them.
    return bool(changes.sum() == len(np.unique(y)) - 1 and (along[1:] != along[:-1])[changes].all())
