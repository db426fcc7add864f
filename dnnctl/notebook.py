"""What a notebook shows, put together from pieces. Text is escaped here: it may come from a stranger's file."""

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any


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
