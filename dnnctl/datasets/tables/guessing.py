"""What a file is encoded in that is neither UTF-8 nor UTF-16, and how sure that is."""

from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass

from dnnctl.datasets.columns import TableInfo
from dnnctl.datasets.tables.detection import PART, Detected, detect, usual, words_of
from dnnctl.datasets.tables.text import Text
from dnnctl.errors import Notice

# So often what cannot be decoded is looked at, in a file of which not all has been.
TRIES = 4


@dataclass(frozen=True)
class Clues:
    """What is known of a table before it is read.

    Args:
        likely: What it is probably encoded in, as the table that was trained on was; empty if nothing is known.
        expected: Names of columns and words that it probably has.
        said: Whether `likely` is what the configuration says; then it is taken wherever it decodes.
    """

    likely: str = ""
    expected: tuple[str, ...] = ()
    said: bool = False


NONE = Clues()


def clues_of_columns(known: TableInfo, named: Iterable[str] = ()) -> Clues:
    """Return what is known of a table with the columns of one that was trained on, and with others that are named."""
    words = (word for column in (*known.columns, *known.targets) for word in (column.name, *column.words))
    return Clues(known.text_encoding, (*named, *words), known.encoding_said)


def told_of_another(text: Text, asked: str, likely: str) -> tuple[str, ...]:
    """Return what is to be said about the encoding of a table that is not the one that was trained on.

    Args:
        text: The table.
        asked: What it was said to be encoded in, or `auto`.
        likely: What the other one was encoded in.
    """
    told = [f"{doubt}; `encoding` names another" for doubt in text.doubts]
    if not told and asked == "auto" and usual(text.encoding) != usual(likely) and not text.encoding.startswith("utf"):
        told.append(f"{text.name}: is read as {text.encoding}")
    return tuple(told)


@dataclass(frozen=True)
class Guess:
    """A text in the encoding that it most likely is in.

    Args:
        encoding: The encoding.
        text: The text.
        doubts: Another encoding that is nearly as likely, or places that are no text in either.
    """

    encoding: str
    text: str
    doubts: tuple[Notice, ...] = ()


def guessed(data: bytes, name: str, clues: Clues) -> Guess:
    """Return a text that is in one encoding or another.

    Args:
        data: All of a file, which is not UTF-8.
        name: What to call it.
        clues: What is known before.
    """
    likely = usual(clues.likely)
    words, where = words_of(data), 0
    found = detect(words, clues.expected, likely)
    if clues.said and likely:
        with suppress(UnicodeDecodeError):
            return _as_said(data.decode(clues.likely), found, clues.likely, words, name)
    for _ in range(TRIES):
        try:
            return Guess(found.encoding, data.decode(found.encoding), _notices(found, name))
        except UnicodeDecodeError as fault:
            where = fault.start
        # What stands there decides between encodings, or is no text in any of them.
        words = words_of(data, [max(0, where - PART // 2)])
        before, found = found, detect(words, clues.expected, likely)
        if found.encoding == before.encoding:
            break
    line = 1 + data.count(b"\n", 0, where)
    places = f"but for places that are none, the first in line {line:,}, which are read as '\ufffd'"
    told = f"is read as {found.encoding}, {places}"
    return Guess(found.encoding, data.decode(found.encoding, "replace"), (Notice("broken_characters", told, name),))


def _as_said(text: str, found: Detected, said: str, words: Collection[bytes], name: str) -> Guess:
    """Return a text in the encoding that its run was said to be in, and a doubt where its words are of another."""
    read = ((word.decode(said, "replace"), word.decode(found.encoding, "replace")) for word in words)
    differ = next(((own, other) for own, other in read if own != other), None)
    if differ is None or found.other == usual(said):
        return Guess(said, text)
    own, other = differ
    told = f"is read as {said}, as the training table was said to be; in {found.encoding}, {own!r} would be {other!r}"
    return Guess(said, text, (Notice("uncertain_encoding", told, name),))


def _notices(found: Detected, name: str) -> tuple[Notice, ...]:
    if not found.other:
        return ()
    own, others = found.example
    told = f"is read as {found.encoding}, which is a guess between two: in {found.other}, {own!r} would be {others!r}"
    return (Notice("uncertain_encoding", told, name),)
