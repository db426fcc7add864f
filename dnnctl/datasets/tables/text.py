"""The bytes of a table as UTF-8 text, whatever they are encoded in, and its rows with their lines."""

import codecs
import contextlib
import csv
import io
import mmap
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.parts.faults import existing_file
from dnnctl.errors import DataError
from dnnctl.memory import blocks

MAX_BYTES = 4 * 1024**3
# What comes through a pipe is held in memory.
MAX_PIPED = 1024**3
# A row of 2 million characters is a broken quote or no table at all.
MAX_ROW = 1 << 21
SAMPLE = 1 << 18
# Bytes looked through at a time for the ends of lines.
BLOCK = 1 << 22
NEWLINE, RETURN, QUOTE = b'\n\r"'
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# A line of nothing but spaces, which is blank.
SPACES = re.compile(rb"^ +(?=\r?$)", re.MULTILINE)
# Takes any bytes, and is right for most old tables of Western languages.
FALLBACK = "cp1252"
OTHERS = {
    b"PK\x03\x04": "a zip file or a spreadsheet (.xlsx)",
    b"\x1f\x8b": "a gzip file",
    b"PAR1": "a Parquet file",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet (.xls)",
    b"\x93NUMPY": "a NumPy array",
    b"\x89PNG": "a picture",
    b"%PDF": "a PDF file",
}


@dataclass(frozen=True)
class Text:
    """A table's text.

    Args:
        name: What to call it in messages.
        data: UTF-8 without a byte order mark, from its first line that is not blank.
        encoding: What it was encoded in.
        skipped: How many blank lines were before that.
    """

    name: str
    data: "bytes | mmap.mmap"
    encoding: str
    skipped: int = 0

    def rows(self, separator: str) -> Iterator[tuple[int, list[str]]]:
        """Yield each row that is not blank with its last line, counted from 1.

        Raises:
            DataError: If a row is too long or a quote is not closed.
        """
        with io.TextIOWrapper(
            io.BufferedReader(_Stream(self.data), 1 << 20), encoding="utf-8", errors="replace", newline=""
        ) as lines:
            reader = csv.reader(lines, delimiter=separator, strict=True)
            before = csv.field_size_limit(MAX_ROW)
            try:
                for row in reader:
                    if row and not (len(row) == 1 and not row[0].strip()):
                        yield self.skipped + reader.line_num, row
            except csv.Error as fault:
                reason = "a quote is opened and not closed" if "end of data" in str(fault) else str(fault)
                raise DataError(f"{self.name}:{self.skipped + reader.line_num}: is not CSV: {reason}") from None
            finally:
                csv.field_size_limit(before)

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

    def most_rows(self) -> int:
        """Return how many rows there are at most: as many as lines."""
        parts = (self.data[start : start + BLOCK] for start in range(0, len(self.data), BLOCK))
        return 1 + sum(part.count(b"\n") + part.count(b"\r") - part.count(b"\r\n") for part in parts)

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
        return Text(self.name, self.data[: end + 1], self.encoding, self.skipped)


class _Stream(io.RawIOBase):
    """Bytes as a stream, without a copy of them."""

    def __init__(self, data: "bytes | mmap.mmap") -> None:
        self._data = data
        self._at = 0

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer with the next bytes and return how many there were."""
        part = self._data[self._at : self._at + len(buffer)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)


def open_text(path: str, encoding: str = "auto", option: str = "path", fallback: str = FALLBACK) -> Text:
    """Map a file's text into memory.

    Args:
        path: The file.
        encoding: Its encoding, or `auto`: by its byte order mark, else UTF-16, UTF-8 or
            `FALLBACK`, whichever it can be first.
        option: The option that names it.
        fallback: As `text_of` takes it.

    Raises:
        NoSuchFileError: If there is no such file.
        WrongOptionError: If it is a folder, a pipe or a device.
        DataError: If it is empty, too large, no text, or cannot be read.
    """
    file = existing_file(path, "a CSV file", option)
    try:
        with file.open("rb") as stream:
            data = contents_of(stream, path)
    except OSError as fault:
        raise DataError(f"{path}: cannot be read: {fault.strerror or fault}") from None
    return text_of(data, file.name, encoding, fallback)


def contents_of(stream: IO[bytes], name: str) -> "bytes | mmap.mmap":
    """Return what a stream holds: a file mapped into memory, of anything else what can be read.

    Args:
        stream: A binary stream; it need not be seekable.
        name: What to call it.

    Raises:
        DataError: If more than `MAX_PIPED` bytes come out of what is no file.
    """
    # What someone has read the beginning of goes on from there.
    with contextlib.suppress(OSError, ValueError):
        if stream.seekable() and stream.tell() == 0:
            return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    # In pieces, as `read(n)` takes n bytes of memory before it reads the first.
    contents = bytearray()
    while piece := stream.read(1 << 20):
        contents += piece
        if len(contents) > MAX_PIPED:
            raise DataError(f"{name}: is longer than {MAX_PIPED:,} bytes: name a file, or split it")
    return bytes(contents)


def text_of(data: "bytes | mmap.mmap", name: str, encoding: str = "auto", fallback: str = FALLBACK) -> Text:
    """Return bytes as a table's text.

    Args:
        data: What a file or standard input holds.
        name: What to call it.
        encoding: As `open_text` takes it.
        fallback: What `auto` takes for text that is neither UTF-8 nor UTF-16; `auto` is `FALLBACK`.

    Raises:
        DataError: If it is empty, too large, or no text in that encoding.
    """
    if len(data) > MAX_BYTES:
        raise DataError(f"{name}: has {len(data):,} bytes; expected at most {MAX_BYTES:,}. Split it, or use data.npz")
    start = data[:8]
    if not start:
        raise DataError(f"{name}: is empty; expected a header and rows")
    for magic, what in OTHERS.items():
        if start.startswith(magic):
            raise DataError(f"{name}: is {what}; expected text. Save it as 'CSV UTF-8'")
    marked = next((kind for mark, kind in MARKS if start.startswith(mark)), None)
    chosen = encoding != "auto"
    if not chosen:
        encoding = marked or _unmarked(data, FALLBACK if fallback == "auto" else fallback)
    if encoding in {"utf-8", "utf-8-sig"}:
        if chosen and not _is_utf8(data):
            raise DataError(f"{name}: is not {encoding} text; set data.csv.encoding, or leave it at auto")
        plain = data[3:] if start.startswith(codecs.BOM_UTF8) else data
    else:
        plain = _decoded(bytes(data), name, encoding).encode()
    if b"\x00" in plain[:4096]:
        raise DataError(f"{name}: holds zero bytes, so it is no text; expected CSV. Is it UTF-16? Set its encoding")
    if plain.find(b'"') < 0 and (plain[:1] == b" " or plain.find(b"\n ") >= 0):
        plain = SPACES.sub(b"", plain)
    blank = bytes(plain[:4096])
    blank = blank[: len(blank) - len(blank.lstrip(b"\r\n"))]
    skipped = len(blank.splitlines())
    return Text(name, plain[len(blank) :] if blank else plain, encoding, skipped)


def _unmarked(data: "bytes | mmap.mmap", fallback: str) -> str:
    """Return what bytes without a byte order mark are encoded in."""
    head = bytes(data[:4096])
    even, odd = head[::2].count(0), head[1::2].count(0)
    # In UTF-16, every other byte of separators, digits and Latin letters is zero.
    if max(even, odd) > len(head) / 4 and min(even, odd) == 0:
        return "utf-16-le" if odd else "utf-16-be"
    return "utf-8" if _is_utf8(data) else fallback


def _is_utf8(data: "bytes | mmap.mmap") -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), 1 << 20):
            part = data[start : start + (1 << 20)]
            # Telling plain letters from others is ten times as fast as decoding them.
            if not (part.isascii() and decoder.getstate() == (b"", 0)):
                decoder.decode(part)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _decoded(data: bytes, name: str, encoding: str) -> str:
    try:
        return data.decode(encoding, "replace" if encoding == FALLBACK else "strict")
    except LookupError:
        raise DataError(f"{name}: {encoding!r} is no encoding; expected one as utf-8, utf-16 or cp1252") from None
    except UnicodeError as fault:
        advice = "save it as UTF-8, or set data.csv.encoding"
        raise DataError(f"{name}: is not {encoding} text: {fault}; {advice}") from None
