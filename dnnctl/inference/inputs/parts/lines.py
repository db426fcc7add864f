"""Rows of text cells out of a CSV stream, one at a time, within bounds."""

import csv
from collections.abc import Iterator
from itertools import chain
from typing import IO

from dnnctl.errors import DataError

MAX_TEXT = 1024**3
MAX_LINES = 2_000_000
MAX_ROW = 4 * 1024**2

SEPARATORS = "\t;,"


class _Lines:
    """The lines of a stream as text; keeps count so that neither a row nor the whole grows without end."""

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self.stream, self.name = stream, name
        self.total = self.row = self.number = 0

    def __iter__(self) -> Iterator[str]:
        while line := self.stream.readline(MAX_ROW + 1):
            self.number += 1
            self.total += len(line)
            # A quoted cell may hold line ends, so a row may be many lines.
            self.row += len(line)
            if self.row > MAX_ROW:
                raise DataError(f"{self.name}:{self.number}: a row is longer than {MAX_ROW:,} bytes")
            if self.total > MAX_TEXT:
                raise DataError(f"{self.name}: is longer than {MAX_TEXT:,} bytes: split it, or use .npy")
            if self.number > MAX_LINES:
                raise DataError(f"{self.name}: has more than {MAX_LINES:,} lines: split it, or use .npy")
            try:
                yield line.decode("utf-8-sig" if self.number == 1 else "utf-8")
            except UnicodeDecodeError:
                raise DataError(f"{self.name}:{self.number}: is not UTF-8 text; save it as 'CSV UTF-8'") from None


def text_rows(stream: IO[bytes], name: str, width: int) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a CSV stream that are not blank.

    Args:
        stream: A binary stream of UTF-8 text, with or without a byte order mark.
        name: What to call it in messages.
        width: How many cells the network takes; helps to tell the separator from a decimal comma.

    Yields:
        The number of the row's last line, counted from 1, and its cells.

    Raises:
        DataError: If it is not text, a row or the whole is too long, or quotes do not close.
    """
    lines = _Lines(stream, name)
    text = iter(lines)
    first = next((line for line in text if line.strip(" \r\n")), None)
    if first is None:
        return
    skipped = lines.number - 1
    try:
        reader = csv.reader(chain([first], text), delimiter=separator(first, width), strict=True)
        for row in reader:
            lines.row = 0
            if row and not (len(row) == 1 and not row[0].strip()):
                yield skipped + reader.line_num, row
    except csv.Error as error:
        reason = str(error)
        if "new-line character" in reason:
            reason = "a carriage return stands alone; save it with line ends of LF or CRLF"
        raise DataError(f"{name}:{lines.number}: is not CSV: {reason}") from None


def separator(line: str, width: int) -> str:
    """Return what separates the cells of a line: tab, semicolon or comma.

    Args:
        line: The first line of a file.
        width: How many cells the network takes; a separator that gives as many, or one more for a
            label, is preferred to one that gives the most.
    """
    counts = {mark: len(next(csv.reader([line], delimiter=mark), [])) for mark in SEPARATORS}
    for wanted in (width, width + 1):
        for mark, count in counts.items():
            if count == wanted and count > 1:
                return mark
    return max(counts, key=lambda mark: (counts[mark], mark == ","))
