"""What a notebook shows, put together from pieces. Text is escaped here: it may come from a stranger's file."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any

# Rows of a result that are shown.
MOST_ROWS = 40
# A heading, the names of columns, rows, and what there is to say of them.
Shown = tuple[str, Sequence[str], Sequence[Sequence[Any]], Iterable[str]]


def number(value: Any) -> str:
    """Return a number with four digits; any other value as it is, and nothing for None."""
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a table."""
    lines = ["".join(f"<th>{escape(name)}</th>" for name in header)]
    lines += ["".join(f"<td>{escape(number(cell))}</td>" for cell in row) for row in rows]
    return f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


def title(name: str, path: Path) -> str:
    """Return a name and a folder."""
    return f"<b>{escape(name)}</b> <code>{escape(str(path))}</code>"


def paragraphs(texts: Iterable[str]) -> str:
    """Return texts below each other; empty ones are left out."""
    return "".join(f"<p>{escape(text)}</p>" for text in texts if text)


class Tabular(ABC):
    """A result that shows itself as a heading, a table and sentences, in a terminal and in a notebook.

    A dataclass that is one is made with `repr=False`.
    """

    @abstractmethod
    def _shown(self) -> Shown:
        """Return what is shown."""

    def __repr__(self) -> str:
        """Return this as lines of text."""
        heading, header, rows, sentences = self._shown()
        cells = [list(map(number, row)) for row in rows[:MOST_ROWS]]
        widths = [max(map(len, column)) for column in zip(header, *cells, strict=True)] if cells else []
        lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in (header, *cells) if cells]
        told = "\n".join([heading, *lines, *_left_out(rows), *sentences])
        # A stranger's file names shall not command a terminal.
        return "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode("ascii") for c in told)

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        heading, header, rows, sentences = self._shown()
        shown = table(header, rows[:MOST_ROWS]) if rows else ""
        return f"<div><b>{escape(heading)}</b>{shown}{paragraphs([*_left_out(rows), *sentences])}</div>"


def _left_out(rows: Sequence[Any]) -> list[str]:
    return [f"and {len(rows) - MOST_ROWS:,} more rows"] if len(rows) > MOST_ROWS else []
