"""What `dnnctl predict` shows: a table for people, fitted to a terminal, plain and whole in a pipe or a file."""

import io
import math
from collections.abc import Iterable, Sequence
from typing import IO, Any

from dnnctl.cli.screen.text import grid, plain
from dnnctl.inference.formats.base import encodable, merged
from dnnctl.inference.predictions import Predictions
from dnnctl.inference.several_answers import present

WRITES_NOTES = True

NO_NUMBER = "not a number"
# What is said of a row that has none of the labels, and how many labels have a column of their own.
NONE, MOST_LABELS = "none", 8


def write(parts: Iterable[Predictions], stream: IO[str]) -> None:
    """Write a table, its notes below it.

    Args:
        parts: What to write, one after the other; each is aligned by itself.
        stream: An open text file. Colour and folding to the window's width are for terminals only.
    """
    notes: list[str] = []
    for number, predictions in enumerate(parts):
        notes += predictions.notes
        lines = _table(predictions, stream)
        stream.write("".join(f"{line}\n" for line in (lines[1:] if number else lines)))
    stream.write("".join(f"note: {_printable(note, stream)}\n" for note in merged(notes)))


def _table(predictions: Predictions, stream: IO[str]) -> list[str]:
    """Return a header and a line a row; lines may be folded."""
    columns = _columns(predictions)
    titles = [_printable(title, stream) for title, _ in columns]
    right = [i for i, (_, at_right) in enumerate(columns) if at_right]
    records = list(predictions.records())
    rows = [[_printable(cell, stream) for cell in _cells(record, predictions)] for record in records]
    if stream.isatty():
        wrong = [record.get("correct") is False for record in records]
        return _fitted(titles, right, rows, wrong, stream)
    return grid(rows, titles, right, indent=0).split("\n")


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
    row = "input" if predictions.ids is None else predictions.naming.column
    if predictions.is_regression:
        title = f"{info.target} ({info.unit})" if info.unit else info.target
        return [(row, False), (title, True)] + [("true", True), ("error", True)] * predictions.has_truth
    if predictions.is_multilabel:
        shares = [(name, True) for name in info.targets if len(info.targets) <= MOST_LABELS]
        return [(row, False), ("labels", False), *shares] + [("true", False), ("", False)] * predictions.has_truth
    columns = [(row, False), ("prediction", False), ("confidence", True)]
    if predictions.top > 1:
        columns.append((f"top {predictions.ranks}", False))
    return columns + [("true", False), ("", False)] * predictions.has_truth


def _cells(record: dict[str, Any], predictions: Predictions) -> list[str]:
    name = record.get("id", record["name"])
    said, true = record["prediction"], record.get("true")
    if predictions.is_multilabel:
        return _label_cells(record, predictions)
    if predictions.is_regression:
        values, known = (each if isinstance(each, list) else [each] for each in (said, true))
        places = _places(predictions)
        cells = [name, ", ".join(_number(value, places) for value in values)]
        if predictions.has_truth:
            error = said is not None and true is not None and not isinstance(said, list)
            cells += [
                "" if true is None else ", ".join(_number(value, places) for value in known),
                _number(said - true) if error else "",
            ]
        return cells
    cells = [name, NO_NUMBER if said is None else said, _percent(record["confidence"])]
    if predictions.top > 1:
        cells.append(", ".join(f"{choice['class']} {_percent(choice['probability'])}" for choice in record["top"]))
    return cells + [true or "", "wrong" if record.get("correct") is False else ""] * predictions.has_truth


def _label_cells(record: dict[str, Any], predictions: Predictions) -> list[str]:
    """Return the labels that are predicted to be 1, and the probability of each label where there is room for them."""
    labels, chances, true = predictions.info.targets, record["probability"], record.get("true")
    named = len(labels) <= MOST_LABELS
    chosen = present(labels, record["prediction"])
    shown = ", ".join(name if named else f"{name} {_percent(chances[name])}" for name in chosen) or NONE
    shown = NO_NUMBER if None in record["prediction"].values() else shown
    cells = [record.get("id", record["name"]), shown, *([_percent(chances[name]) for name in labels] if named else [])]
    right = "" if true is None else ", ".join(present(labels, true)) or NONE
    return cells + [right, "wrong" if record.get("correct") is False else ""] * predictions.has_truth


def _percent(p: float | None) -> str:
    """Return a probability in tenths of a percent; never 100% or 0% for what is only near it."""
    if p is None:
        return NO_NUMBER
    if 0.9995 <= p < 1:
        return ">99.9%"
    return "<0.1%" if 0 < p < 0.0005 else f"{p:.1%}"


def _places(predictions: Predictions) -> int | None:
    """Return how many places values far from zero are shown with, such as times; None for others."""
    if predictions.scores.dtype != "float64":
        return None
    # They were rounded to what the network tells; a reader needs a thousand times less.
    written = (repr(value).partition(".")[2] for value in predictions.scores[:50].reshape(-1).tolist())
    return max(0, max(map(len, written), default=0) - 3)


def _number(value: float | None, places: int | None = None) -> str:
    """Return a number with five significant digits, without an exponent where it is readable so.

    Args:
        value: The number.
        places: Of numbers of six digits or more, how many places they are shown with instead; None for no difference.
    """
    if value is None:
        return NO_NUMBER
    if places is not None and 1e5 <= abs(value) < 1e15:
        return f"{value:.{places}f}"
    if value == 0:
        return "0"
    magnitude = math.floor(math.log10(abs(value)))
    return f"{value:.{max(0, 4 - magnitude)}f}" if -4 <= magnitude < 9 else f"{value:.4e}"
