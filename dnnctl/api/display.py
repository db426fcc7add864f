"""What a notebook shows, put together from pieces. Text is escaped here: it may come from a stranger's file."""

import base64
import os
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any

from dnnctl.runs.reading import read_bytes

MOST_BYTES = 1 << 24


class Plot(os.PathLike[str]):
    """A picture of a run, which a notebook shows.

    Args:
        path: Its file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def as_html(self) -> str:
        """Return the picture inside the page, so that it is seen wherever the page is opened."""
        contents = base64.b64encode(self._repr_png_()).decode("ascii")
        return f'<img alt="{escape(self.path.stem)}" style="max-width: 640px" src="data:image/png;base64,{contents}">'

    def __fspath__(self) -> str:
        """Return its path."""
        return str(self.path)

    def __repr__(self) -> str:
        """Return its path."""
        return f"Plot({str(self.path)!r})"

    def _repr_png_(self) -> bytes:
        """Return the picture.

        Raises:
            RunError: If it is too large, no regular file, or leads out of the run's folder.
        """
        return read_bytes(self.path, self.path.parents[1], MOST_BYTES)


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
