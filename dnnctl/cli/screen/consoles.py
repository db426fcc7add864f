"""Where text goes, and how figures, time spans and sizes are written."""

import os
from typing import IO


def is_terminal(stream: IO[str]) -> bool:
    """Tell whether a stream is a terminal that can redraw a line."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


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
