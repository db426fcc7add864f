"""What `dnnctl predict` shows: a table for people, fitted to a terminal, plain and whole in a pipe or a file."""

import io
import math
from collections.abc import Sequence
from typing import IO

import numpy as np

from dnnctl.cli.screen.text import grid, plain
from dnnctl.inference.formats.base import (
    Choice,
    Prediction,
    Predictions,
    choices,
    class_name,
    encodable,
    exact,
    is_correct,
)

WRITES_NOTES = True

NO_NUMBER = "not a number"


def write(predictions: Predictions, stream: IO[str]) -> None:
    """Write a table, its notes below it.

    Args:
        predictions: What to write.
        stream: An open text file. Colour and folding to the window's width are for terminals only.
    """
    columns = _columns(predictions)
    titles = [_printable(title, stream) for title, _ in columns]
    right = [i for i, (_, at_right) in enumerate(columns) if at_right]
    rows = [[_printable(cell, stream) for cell in _cells(row, predictions)] for row in predictions.rows]
    if stream.isatty():
        wrong = [is_correct(row, predictions.info) is False for row in predictions.rows]
        lines = _fitted(titles, right, rows, wrong, stream)
    else:
        lines = grid(rows, titles, right, indent=0).split("\n")
    lines += [f"note: {_printable(note, stream)}" for note in predictions.notes]
    stream.write("".join(f"{line}\n" for line in lines))


def _printable(text: str, stream: IO[str]) -> str:
    return encodable(plain(text), stream)


def _fitted(
    titles: Sequence[str], right: Sequence[int], rows: Sequence[Sequence[str]], wrong: Sequence[bool], stream: IO[str]
) -> list[str]:
    """Return the table's lines, folded to a terminal's width and coloured, which takes 0.2 ms a row."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    buffer = io.StringIO()
    console = Console(file=buffer, width=Console(file=stream).width, force_terminal=True, emoji=False)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for i, title in enumerate(titles):
        table.add_column(Text(title), justify="right" if i in right else "left", overflow="fold")
    for row, is_wrong in zip(rows, wrong, strict=True):
        table.add_row(*map(Text, row), style="red" if is_wrong else None)
    console.print(table)
    return [line.rstrip() for line in buffer.getvalue().splitlines()]


def _columns(predictions: Predictions) -> list[tuple[str, bool]]:
    """Return the columns' titles, and whether each is set to the right."""
    info = predictions.info
    if predictions.is_regression:
        title = f"{info.target} ({info.unit})" if info.unit else info.target
        return [("input", False), (title, True)] + [("true", True), ("error", True)] * predictions.has_truth
    columns = [("input", False), ("prediction", False), ("confidence", True)]
    if predictions.top > 1:
        columns.append((f"top {min(predictions.top, max(2, len(info.class_names)))}", False))
    return columns + [("true", False), ("", False)] * predictions.has_truth


def _cells(row: Prediction, predictions: Predictions) -> list[str]:
    if predictions.is_regression:
        values = [exact(value) for value in np.asarray(row.scores).reshape(-1)]
        cells = [row.name, ", ".join(map(_number, values))]
        if predictions.has_truth:
            known = row.true is not None and values[0] is not None and len(values) == 1
            error = _number(values[0] - row.true) if known else ""  # type: ignore[operator]
            true = ", ".join(_number(exact(value)) for value in row.truths)
            cells += [true if row.true is None else _number(exact(row.true)), error]
        return cells
    ranked = choices(row, predictions.info)
    best = ranked[0]
    cells = [row.name, best.name if best.probability is not None else NO_NUMBER, _percent(best)]
    if predictions.top > 1:
        cells.append(", ".join(f"{choice.name} {_percent(choice)}" for choice in ranked[: predictions.top]))
    if predictions.has_truth:
        true = "" if row.true is None else class_name(int(row.true), predictions.info)
        cells += [true, "wrong" if is_correct(row, predictions.info) is False else ""]
    return cells


def _percent(choice: Choice) -> str:
    """Return a probability in tenths of a percent; never 100% or 0% for what is only near it."""
    p = choice.probability
    if p is None:
        return NO_NUMBER
    if 0.9995 <= p < 1:
        return ">99.9%"
    return "<0.1%" if 0 < p < 0.0005 else f"{p:.1%}"


def _number(value: float | None) -> str:
    """Return a number with five significant digits, without an exponent where it is readable so."""
    if value is None:
        return NO_NUMBER
    if value == 0:
        return "0"
    magnitude = math.floor(math.log10(abs(value)))
    return f"{value:.{max(0, 4 - magnitude)}f}" if -4 <= magnitude < 9 else f"{value:.4e}"
