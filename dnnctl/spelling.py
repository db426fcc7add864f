"""Names that are written in two ways: letters and their marks in one, or apart, as macOS stores the names of files."""

import os
import unicodedata
from pathlib import Path


def composed(text: str) -> str:
    """Return text with letters and their marks in one (Unicode's form NFC)."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def as_stored(path: Path) -> Path:
    """Return a path as it is stored, if its names are stored in the other way.

    Args:
        path: A path that may not be there.

    Returns:
        The path itself where it is there, or nothing is that is spelled alike.
    """
    # Not Path.exists, which raises where a name is too long.
    if str(path).isascii() or os.path.exists(path):  # noqa: PTH110
        return path
    found = Path(path.anchor)
    for name in path.parts[1 if path.anchor else 0 :]:
        exact = found / name
        if name.isascii() or os.path.exists(exact):  # noqa: PTH110
            found = exact
            continue
        try:
            alike = [entry for entry in os.listdir(found) if composed(entry) == composed(name)]  # noqa: PTH208
        except (OSError, ValueError):
            return path
        if len(alike) != 1:
            return path
        found = found / alike[0]
    return found
