"""The bytes of a table as UTF-8 text, whatever they are encoded in."""

import codecs
import contextlib
import mmap
import re
from typing import IO

from dnnctl.datasets.parts.faults import existing_file
from dnnctl.datasets.tables.guessing import NONE, Clues, guessed
from dnnctl.datasets.tables.text import Text
from dnnctl.errors import DataError, Notice

MAX_BYTES = 4 * 1024**3
# What comes through a pipe is held in memory.
MAX_PIPED = 1024**3
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# A line of nothing but spaces, which is blank.
SPACES = re.compile(rb"^ +(?=\r?$)", re.MULTILINE)
# Has nearly all bytes; the few others mean nothing.
FORGIVING = "cp1252"
OTHERS = {
    b"PK\x03\x04": "a zip file or a spreadsheet (.xlsx)",
    b"\x1f\x8b": "a gzip file",
    b"PAR1": "a Parquet file",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet (.xls)",
    b"\x93NUMPY": "a NumPy array",
    b"\x89PNG": "a picture",
    b"%PDF": "a PDF file",
}


def open_text(
    path: str,
    encoding: str = "auto",
    option: str = "path",
    clues: Clues = NONE,
    *,
    large: bool = False,
) -> Text:
    """Map a file's text into memory.

    Args:
        path: The file.
        encoding: Its encoding, or `auto`: by its byte order mark, else UTF-16 or UTF-8 if it can be that, else
            what makes the likeliest words of it.
        option: The option that names it.
        clues: As `text_of` takes them.
        large: As `text_of` takes it.

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
    return text_of(data, file.name, encoding, clues, large=large)


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


def text_of(
    data: "bytes | mmap.mmap", name: str, encoding: str = "auto", clues: Clues = NONE, *, large: bool = False
) -> Text:
    """Return bytes as a table's text.

    Args:
        data: What a file or standard input holds.
        name: What to call it.
        encoding: As `open_text` takes it.
        clues: What `auto` may go by, where it has to guess.
        large: Whether it is read in pieces, so that it may be of any size as long as it is UTF-8.

    Raises:
        DataError: If it is empty, too large, or no text in that encoding.
    """
    if len(data) > MAX_BYTES and not large:
        raise DataError(f"{name}: has {len(data):,} bytes; expected at most {MAX_BYTES:,}. Split it, or use data.npz")
    start = data[:8]
    if not start:
        raise DataError(f"{name}: is empty; expected a header and rows")
    for magic, what in OTHERS.items():
        if start.startswith(magic):
            raise DataError(f"{name}: is {what}; expected text. Save it as 'CSV UTF-8'")
    behind = 3 if start.startswith(codecs.BOM_UTF8) else 0
    chosen, doubts = encoding != "auto", tuple[Notice, ...]()
    if not chosen:
        encoding = _surely(data)
    plain: bytes | mmap.mmap
    if not encoding:
        guess = guessed(_all_of(data, name, "no UTF-8")[behind:], name, clues)
        encoding, plain, doubts = guess.encoding, guess.text.encode(), guess.doubts
    elif encoding in {"utf-8", "utf-8-sig"}:
        if chosen and not _is_utf8(data):
            raise DataError(f"{name}: is not {encoding} text; name another `encoding`, or leave it at auto")
        plain = data[behind:] if behind else data
    else:
        plain = _decoded(data, name, encoding).encode()
    _check_text(plain, name)
    if plain.find(b'"') < 0 and (plain[:1] == b" " or plain.find(b"\n ") >= 0):
        plain = SPACES.sub(b"", plain)
    blank = bytes(plain[:4096])
    blank = blank[: len(blank) - len(blank.lstrip(b"\r\n"))]
    skipped = len(blank.splitlines())
    return Text(name, plain[len(blank) :] if blank else plain, encoding, skipped, doubts=doubts)


def _check_text(data: "bytes | mmap.mmap", name: str) -> None:
    if b"\x00" in data[:4096]:
        raise DataError(f"{name}: holds zero bytes, so it is no text; expected CSV. Is it UTF-16? Set its encoding")


def _surely(data: "bytes | mmap.mmap") -> str:
    """Return what bytes are surely encoded in, by their mark or as UTF-16 or UTF-8; nothing if it is neither."""
    marked = next((kind for mark, kind in MARKS if data[:4].startswith(mark)), "utf-8")
    if marked != "utf-8":
        return marked
    head = bytes(data[:4096])
    even, odd = head[::2].count(0), head[1::2].count(0)
    # In UTF-16, every other byte of separators, digits and Latin letters is zero.
    if max(even, odd) > len(head) / 4 and min(even, odd) == 0:
        return "utf-16-le" if odd else "utf-16-be"
    return "utf-8" if _is_utf8(data) else ""


def _all_of(data: "bytes | mmap.mmap", name: str, what: str) -> bytes:
    if len(data) > MAX_BYTES:
        raise DataError(f"{name}: has {len(data):,} bytes and is {what}; so much is only read as UTF-8: convert it")
    return bytes(data)


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


def _decoded(data: "bytes | mmap.mmap", name: str, encoding: str) -> str:
    try:
        return _all_of(data, name, encoding).decode(encoding, "replace" if encoding == FORGIVING else "strict")
    except LookupError:
        raise DataError(
            f"{name}: {encoding!r} is no encoding; expected one as utf-8, utf-16, cp949 or cp1252"
        ) from None
    except UnicodeDecodeError as fault:
        line = 1 + bytes(data[: fault.start]).count(b"\n")
        advice = "save it as UTF-8, or name another `encoding`"
        raise DataError(f"{name}:{line}: is not {encoding} text, at byte 0x{data[fault.start]:02x}; {advice}") from None
    except UnicodeError as fault:
        raise DataError(
            f"{name}: is not {encoding} text: {fault}; save it as UTF-8, or name another `encoding`"
        ) from None
