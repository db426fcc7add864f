"""A table's text in UTF-8, and its rows with their lines."""

import csv
import io
import mmap
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.parts.faults import numbered
from dnnctl.errors import DataError, Notice
from dnnctl.memory import blocks

# A row of 2 million characters is a broken quote or no table at all.
MAX_ROW = 1 << 21
SAMPLE = 1 << 18
# Bytes looked through at a time for the ends of lines.
BLOCK = 1 << 22
NEWLINE, RETURN, QUOTE = b'\n\r"'


@dataclass(frozen=True)
class Text:
    """A table's text.

    Args:
        name: What to call it in messages.
        data: UTF-8 without a byte order mark, from its first line that is not blank.
        encoding: What it was encoded in.
        skipped: How many blank lines were before that.
        starts: The line in which each row begins, (rows,), where the text was written for rows that a program holds:
            messages then name rows, counted from 0. None for a file.
        doubts: What is doubtful about the encoding.
    """

    name: str
    data: "bytes | mmap.mmap"
    encoding: str
    skipped: int = 0
    starts: NDArray[np.int64] | None = None
    doubts: tuple[Notice, ...] = ()

    def place(self, line: int) -> str:
        """Return what to call a line in messages: `people.csv:3`, or the row there, `rows[1]`."""
        if self.starts is None:
            return f"{self.name}:{line}"
        row = int(self.rows_at(line))
        return self.name if row < 0 else f"{self.name}[{row}]"

    def numbered(self, lines: NDArray[np.int64]) -> str:
        """Return lines with their noun, as `lines 3, 4`, or the rows there, as `rows 1, 2`."""
        if self.starts is None:
            return numbered("line", lines.tolist())
        return numbered("row", self.rows_at(lines).tolist())

    def rows_at(self, lines: Any) -> NDArray[np.int64]:
        """Return the rows that stand in some lines, counted from 0; -1 for the header."""
        assert self.starts is not None
        return np.asarray(np.searchsorted(self.starts, lines, "right") - 1)

    def rows(self, separator: str) -> Iterator[tuple[int, list[str]]]:
        """Yield each row that is not blank with its last line, counted from 1.

        Raises:
            DataError: If a row is too long or a quote is not closed.
        """
        import pyarrow as pa

        stream = pa.BufferReader(pa.py_buffer(self.data))
        with io.TextIOWrapper(stream, encoding="utf-8", errors="replace", newline="") as lines:
            reader = csv.reader(lines, delimiter=separator, strict=True)
            before = csv.field_size_limit(MAX_ROW)
            try:
                for row in reader:
                    if row and not (len(row) == 1 and not row[0].strip()):
                        yield self.skipped + reader.line_num, row
            except csv.Error as fault:
                reason = "a quote is opened and not closed" if "end of data" in str(fault) else str(fault)
                raise DataError(f"{self.place(self.skipped + reader.line_num)}: is not CSV: {reason}") from None
            finally:
                csv.field_size_limit(before)

    def first_rows(self, separator: str, most: int) -> tuple[list[tuple[int, list[str]]], DataError | None]:
        """Return at most so many rows with their lines, and what is wrong behind them if something is."""
        found: list[tuple[int, list[str]]] = []
        try:
            found.extend(islice(self.rows(separator), most))
        except DataError as fault:
            return found, fault
        return found, None

    def lines(self, separator: str) -> NDArray[np.int64]:
        """Return the last line of each row that is not blank, counted from 1, (rows,); those of `rows`, but fast."""
        found, quotes, start, number = [], 0, 0, self.skipped
        before = frozenset(f'{separator}"\r\n'.encode())
        contents = np.frombuffer(self.data, np.uint8)
        returns = self.data.find(b"\r") >= 0
        for here in blocks(len(contents), BLOCK):
            part = contents[here]
            ends = np.flatnonzero(part == NEWLINE) + here.start
            if returns:
                alone = np.flatnonzero(part == RETURN) + here.start
                alone = alone[contents[np.minimum(alone + 1, len(contents) - 1)] != NEWLINE]
                ends = np.sort(np.concatenate([ends, alone]))
            marks = np.flatnonzero(part == QUOTE) + here.start
            opening = marks[quotes & 1 :: 2]
            if not before.issuperset(np.unique(contents[opening[opening > 0] - 1]).tolist()):
                # A quote in the midst of a cell is a letter like others.
                return np.array([line for line, _ in self.rows(separator)], np.int64)
            within = (quotes + np.searchsorted(marks, ends)) & 1
            quotes += len(marks)
            starts = np.concatenate([[start], ends[:-1] + 1]) if len(ends) else ends
            blank = (ends == starts) | ((ends == starts + 1) & (contents[starts] == RETURN))
            found.append(number + 1 + np.flatnonzero((within == 0) & ~blank))
            number += len(ends)
            start = int(ends[-1]) + 1 if len(ends) else start
        if start < len(contents):
            found.append(np.array([number + 1]))
        return np.concatenate(found)

    def pieces(self, separator: str, size: int) -> "Iterator[Text]":
        """Yield its rows in texts of about so many bytes, each with the lines before it counted as skipped.

        A piece is larger if a row is; a text in which a quote stands in the midst of a cell, as a letter, is cut no
        further from there on.

        Args:
            separator: What separates cells.
            size: Bytes of a piece.
        """
        before = frozenset(f'{separator}"\r\n'.encode())
        start, skipped = 0, self.skipped
        while start < len(self.data):
            room, data = size, b""
            while not data:
                rest = start + room >= len(self.data)
                whole = None if rest else _whole_rows(self.data[start : start + room], before)
                data, room = self.data[start:] if whole is None else whole, 2 * room
            yield replace(self, data=data, skipped=skipped)
            start += len(data)
            skipped += data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")

    def most_rows(self) -> int:
        """Return how many rows there are at most: as many as lines."""
        parts = (self.data[start : start + BLOCK] for start in range(0, len(self.data), BLOCK))
        return 1 + sum(part.count(b"\n") + part.count(b"\r") - part.count(b"\r\n") for part in parts)

    def about_rows(self) -> int:
        """Return about how many rows there are, without reading them, from the length of the first ones."""
        head = bytes(self.head().data)
        lines = max(1, head.count(b"\n") + head.count(b"\r"))
        return int(len(self.data) / max(1, len(head) / lines) * 1.1) + 1

    def check_quotes(self, separator: str) -> None:
        """Raise `DataError` if a quote is never closed, which would swallow all rows behind it without a word."""
        if self.data.find(b'"') < 0:
            return
        odd = 0
        for start in range(0, len(self.data), 1 << 24):
            odd ^= self.data[start : start + (1 << 24)].count(b'"') & 1
        if odd:
            for _ in self.rows(separator):
                pass

    def head(self) -> "Text":
        """Return its first whole lines, at most `SAMPLE` bytes of them, or else its first two."""
        if len(self.data) <= SAMPLE:
            return self
        end = max(self.data.rfind(b"\n", 0, SAMPLE), self.data.rfind(b"\r", 0, SAMPLE))
        if end < 0:
            end = self.data.find(b"\n", SAMPLE, MAX_ROW)
        if end < 0:
            raise DataError(f"{self.name}: its first line is longer than {SAMPLE:,} bytes; is it a table?")
        if max(self.data.rfind(b"\n", 0, end), self.data.rfind(b"\r", 0, end)) < 0:
            second = self.data.find(b"\n", end + 1, end + MAX_ROW)
            if second < 0 and len(self.data) - end > MAX_ROW:
                raise DataError(f"{self.name}: its second line is longer than {MAX_ROW:,} bytes; is it a table?")
            end = len(self.data) if second < 0 else second
        return replace(self, data=self.data[: end + 1])


def _whole_rows(piece: bytes, before: frozenset[int]) -> bytes | None:
    """Return the rows that end in a piece of text, which may be none; None where quotes do not tell where they end.

    Args:
        piece: Text from the beginning of a row.
        before: What may stand before the quote that opens a cell.
    """
    contents = np.frombuffer(piece, np.uint8)
    marks = np.flatnonzero(contents == QUOTE)
    opening = marks[::2]
    if not before.issuperset(np.unique(contents[opening[opening > 0] - 1]).tolist()):
        return None
    # A return may be the first half of a line's end.
    ends = np.flatnonzero((contents[:-1] == NEWLINE) | ((contents[:-1] == RETURN) & (contents[1:] != NEWLINE)))
    outside = ends[(np.searchsorted(marks, ends) & 1) == 0]
    return piece[: int(outside[-1]) + 1] if len(outside) else b""
