"""Writing predictions in a format, to a stream or to a file."""

import io
from pathlib import Path
from typing import IO

from dnnctl import plugins
from dnnctl.errors import DataError
from dnnctl.files import write_text
from dnnctl.inference.formats.base import Predictions, printable

PACKAGE = "dnnctl.inference.formats"


def form_of(output: Path | None) -> str:
    """Return the format that a file's name asks for: `answers.csv` is CSV; `table` where none has such an ending."""
    ending = "" if output is None else output.suffix.removeprefix(".").lower()
    return ending if ending in plugins.names(PACKAGE) else "table"


def write(predictions: Predictions, form: str, output: Path | None, stream: IO[str], notes: IO[str]) -> None:
    """Write predictions.

    Args:
        predictions: What to write.
        form: A format's name, as `json`.
        output: A file to write whole or not at all; None writes to `stream`.
        stream: An open text file, as standard output.
        notes: Where notes go that the format itself has no place for.

    Raises:
        UsageError: If there is no such format.
        DataError: If the file cannot be written.
    """
    module = plugins.load(PACKAGE, form)
    if output is None:
        module.write(predictions, stream)
    else:
        text = io.StringIO()
        module.write(predictions, text)
        try:
            write_text(output, text.getvalue())
        except OSError as error:
            raise DataError(f"{output}: cannot be written: {error.strerror}") from None
    if not module.WRITES_NOTES:
        for note in predictions.notes:
            notes.write(f"note: {printable(note, notes)}\n")
