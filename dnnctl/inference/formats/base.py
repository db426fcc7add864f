"""What a format of predictions is.

Each format is one file with `write(parts, stream)`, where `parts` are predictions one after the other, asked for as
they are written, and `stream` is an open text file; and `WRITES_NOTES`, whether the notes are part of what it writes.
"""

import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Protocol, cast

from dnnctl import plugins
from dnnctl.errors import DataError
from dnnctl.files import replacing
from dnnctl.inference.predictions import Predictions

PACKAGE = "dnnctl.inference.formats"
# Notes of all parts together.
MOST_NOTES = 20


def encodable(text: str, stream: IO[str]) -> str:
    r"""Return a text with what a stream's encoding lacks written as `\udce9`."""
    if text.isascii():
        return text
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


class Format(Protocol):
    """What a format's module has."""

    WRITES_NOTES: bool

    def write(self, parts: Iterable[Predictions], stream: IO[str]) -> None:
        """Write predictions, one part after the other, to an open text file."""


def format_named(name: str) -> Format:
    """Return a format by its name, as `json`.

    Raises:
        UsageError: If there is no such format; the message names the nearest one.
    """
    return cast(Format, plugins.load(PACKAGE, name))


def format_of(path: Path) -> Format | None:
    """Return the format that a file's name asks for, as CSV for `answers.csv`; None where it asks for none."""
    ending = path.suffix.removeprefix(".").lower()
    return format_named(ending) if ending in plugins.names(PACKAGE) else None


def write(parts: Iterable[Predictions], form: Format, output: Path | None, stream: IO[str]) -> tuple[str, ...]:
    """Write predictions as they come.

    Args:
        parts: What to write, one after the other.
        form: The format.
        output: A file to write whole or not at all; None writes to `stream`.
        stream: An open text file, as standard output.

    Returns:
        The notes of all parts.

    Raises:
        DataError: If the file cannot be written.
    """
    notes: list[str] = []

    def noted() -> Iterator[Predictions]:
        for predictions in parts:
            notes.extend(predictions.notes)
            yield predictions

    if output is None:
        form.write(noted(), stream)
        return merged(notes)
    try:
        with replacing(output) as file:
            text = io.TextIOWrapper(file, "utf-8", newline="")
            form.write(noted(), text)
            text.detach()
    except OSError as error:
        raise DataError(f"{output}: cannot be written: {error.strerror}") from None
    return merged(notes)


def merged(notes: Sequence[str]) -> tuple[str, ...]:
    """Return notes of several parts, each once; a few are enough where each part says the like."""
    every = tuple(dict.fromkeys(notes))
    return every if len(every) <= MOST_NOTES else (*every[:MOST_NOTES], f"and {len(every) - MOST_NOTES:,} more notes")
