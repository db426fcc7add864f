"""Text on the screen: numbers, time spans and sizes as a reader needs them, tables, and what a terminal may be sent."""

import os
import re
from collections.abc import Iterable, Sequence
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from dnnctl.config.schema import Config
    from dnnctl.datasets.base import DatasetInfo

# What stands before a text, as `  note      `; and words with the space behind them.
BEFORE_TEXT = re.compile(r" *\S+ {2,}")
WORDS = re.compile(r"\S+ *")


def is_terminal(stream: IO[str]) -> bool:
    """Tell whether a stream is a terminal that can redraw a line; what CI systems show keeps each state of it."""
    return (
        stream.isatty() and os.environ.get("TERM") != "dumb" and os.environ.get("CI", "").lower() not in {"true", "1"}
    )


def plain(text: str) -> str:
    """Return text with control characters made visible, so that it cannot drive a terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def folded(text: str, width: int) -> str:
    """Return text whose lines are no longer than a terminal is wide: cut between words, what follows below the text.

    Args:
        text: Lines, as `  note      train.csv: ...`.
        width: Places in a line.
    """
    return "\n".join(_folded(line, width) if _width(line) > width else line for line in text.split("\n"))


def _folded(line: str, width: int) -> str:
    begun = BEFORE_TEXT.match(line)
    indent = len(begun[0]) if begun and len(begun[0]) <= width // 3 else 2
    lines, current = [], line[: len(line) - len(line.lstrip())]
    gap = ""
    for word in WORDS.findall(line.lstrip()):
        if current.strip() and _width(f"{current}{gap}{word}") > width:
            lines.append(current.rstrip())
            current, gap = " " * indent, ""
        current, gap = current + gap + word.rstrip(" "), " " * (len(word) - len(word.rstrip(" ")))
    return "\n".join([*lines, current.rstrip()])


def rounded(value: float) -> str:
    """Return a number with as many digits as a reader needs."""
    if value != 0 and (abs(value) < 0.001 or abs(value) >= 100_000):
        return f"{value:.3e}"
    return f"{value:.4f}" if abs(value) < 100 else f"{value:.2f}"


def metric_columns(config: "Config", info: "DatasetInfo") -> list[str]:
    """Return the metrics that a table shows: the usual ones of the task, those that are followed, and the loss."""
    usual = {
        "regression": ["mse", "rmse", "mae", "r2"],
        "multilabel": ["accuracy", "subset_accuracy", "macro_f1", "micro_f1"],
    }.get(info.task, ["accuracy", "f1", "auc"])
    return [*usual, *(name for name in config.training.metrics or () if name not in usual), "loss"]


def duration(seconds: float) -> str:
    """Return a time span, as `0.84 s`, `12 s`, `3 min 20 s` or `1 h 5 min`."""
    if seconds < 10:
        return f"{seconds:.2f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def size(count: int) -> str:
    """Return a number of bytes, as `12 kB` or `1.4 GB`."""
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= scale:
            amount = count / scale
            return f"{amount:.1f} {unit}" if amount < 10 else f"{amount:.0f} {unit}"
    return f"{count} bytes"


def grid(rows: Iterable[Sequence[str]], header: Sequence[str], right: Iterable[int] = (), indent: int = 2) -> str:
    """Return a table as lines of plain text, its columns aligned.

    Args:
        rows: Cells.
        header: Names of the columns.
        right: Positions of the columns of numbers, which are aligned at the right.
        indent: Spaces in front of each line.
    """
    cells, numbers = [header, *rows], set(right)
    widths = [max(_width(row[i]) for row in cells) for i in range(len(header))]
    lines = []
    for row in cells:
        aligned = [
            _padded(cell, width, right=i in numbers) for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append(" " * indent + "  ".join(aligned).rstrip())
    return "\n".join(lines)


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Return names and values in two columns; a name without a value is left out."""
    kept = [pair for pair in pairs if pair[1]]
    width = max((_width(name) for name, _ in kept), default=0)
    return "\n".join(f"{_padded(name, width)}  {value}" for name, value in kept)


def _padded(text: str, width: int, *, right: bool = False) -> str:
    gap = " " * (width - _width(text))
    return gap + text if right else text + gap


def _width(text: str) -> int:
    """Return how many places a text takes: a Chinese character takes two, an accent of its own none."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)
