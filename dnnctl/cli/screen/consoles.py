"""Where text goes: a rich console that never wraps or colours what goes into a pipe."""

import os
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

PIPE_WIDTH = 240


def console(stream: IO[str]) -> "Console":
    """Return a console for a stream.

    Args:
        stream: Standard output, or standard error.
    """
    from rich.console import Console

    terminal = stream.isatty() and os.environ.get("TERM") != "dumb"
    return Console(file=stream, width=None if terminal else PIPE_WIDTH, highlight=False, soft_wrap=not terminal)


def plain(text: str) -> str:
    """Return text with control characters made visible, so that it cannot drive a terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def figure(value: float) -> str:
    """Return a figure with as many digits as a reader needs."""
    if value != 0 and (abs(value) < 0.001 or abs(value) >= 100_000):
        return f"{value:.3e}"
    return f"{value:.4f}" if abs(value) < 100 else f"{value:.2f}"


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
