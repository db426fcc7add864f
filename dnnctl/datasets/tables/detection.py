"""Which encoding bytes without a mark are written in, by how likely they make the words of a table that are not ASCII.

A table is mostly digits and has few words, each of them many times, so only its different words count. Each is taken
apart into letters as each encoding reads it; the sum of the logarithms of their shares in a language is the likelihood
of that encoding and language (naive Bayes). See docs/adr/0021-encodings.md for how this compares with libraries.
"""

import codecs
import mmap
import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import pairwise
from math import log

from dnnctl.datasets.tables.languages import LANGUAGES, ODD, RARER, WIDER

# No encoding has one of these bytes as a part of another letter (| may be one).
_BETWEEN = re.compile(rb"[\x00-;]+")
# Bytes looked through at a time, and how many of the next; how many of such parts that are not ASCII, and how many
# different words are compared.
PART, OVERLAP, PARTS, WORDS = 1 << 18, 1 << 10, 8, 2000
# What a name or a word that is expected adds, and being likely before anything is read; a lead of less than the last is
# a guess between two (20 to 1).
KNOWN, LIKELY, SURE = 12.0, 10.0, 3.0
# A capital letter after a small one, and elsewhere; a letter of UTF-8, whatever it is; what does not decode.
_TURNED, _CAPITAL, _UTF_8, _LOST = log(0.01), log(0.2), log(1e-3), 1.5 * ODD


# How rare an encoding is that is tried only where it is likely.
_RAREST = min(RARER.values())


@dataclass(frozen=True)
class Detected:
    """What bytes are encoded in.

    Args:
        encoding: The likeliest encoding.
        other: The next one that reads them as another text, where the first one's lead is small; else empty.
        example: A word that differs, as `encoding` and as `other` read it.
    """

    encoding: str
    other: str = ""
    example: tuple[str, str] = ("", "")


def words_of(data: "bytes | mmap.mmap", starts: Iterable[int] = ()) -> list[bytes]:
    """Return the different words of a text that are not ASCII, wherever they stand, at most about `WORDS`.

    Args:
        data: The text; it may be a file mapped into memory.
        starts: Where to look first.
    """
    found: dict[bytes, None] = {}
    read = 0
    for start in (*starts, *range(0, len(data), PART)):
        end = start + PART + OVERLAP
        part = bytes(data[start:end])
        if part.isascii():
            continue
        words = _BETWEEN.split(part)
        # What is cut may be half a letter; it is whole in the part before or behind.
        whole = words[start > 0 : len(words) - (end < len(data))] or words
        found |= dict.fromkeys(word for word in whole if not word.isascii())
        read += 1
        if read == PARTS or len(found) > WORDS:
            break
    return list(found)[:WORDS]


def usual(encoding: str) -> str:
    """Return an encoding, however it is written, by the name of the one that is tried for it; empty for none.

    Args:
        encoding: As `utf-8-sig`, `ISO-8859-1`, which is read as Windows-1252, or `euc-kr`; `auto` is none.
    """
    try:
        # Others than those of text are refused only where something is decoded.
        b"a".decode(encoding, "replace")
        name = codecs.lookup(encoding).name
    except (LookupError, ValueError):
        return ""
    if name.startswith("utf"):
        return "utf-8" if name in {"utf-8", "utf-8-sig"} else ""
    tried = {codecs.lookup(each).name: each for each in RARER}
    return WIDER.get(name) or tried.get(name, name)


def detect(words: Collection[bytes], expected: Collection[str] = (), likely: str = "") -> Detected:
    """Return what words are encoded in.

    Args:
        words: As `words_of` returns them, at least one.
        expected: Names and words that are expected among them.
        likely: The encoding that it probably is, by its `usual` name.
    """
    known = {part for text in expected for part in re.split("[\x00-;]+", text) if not part.isascii()}
    found = []
    for encoding in dict.fromkeys(("utf-8", *RARER, *([likely] if likely else []))):
        texts = [word.decode(encoding, "replace") for word in words]
        score = _score(texts, encoding) + KNOWN * len(known.intersection(texts)) + LIKELY * (encoding == likely)
        found.append((score, encoding, texts))
    (best, encoding, texts), *others = sorted(found, key=lambda each: -each[0])
    for score, other, read in others:
        if score < best - SURE:
            break
        differ = [(a, b) for a, b in zip(texts, read, strict=True) if a != b]
        if differ:
            return Detected(encoding, other, differ[0])
    return Detected(encoding)


def _score(texts: list[str], encoding: str) -> float:
    """Return the logarithm of how likely texts are in the language of an encoding that fits them best."""
    joined = "\n".join(texts)
    capitals = sum(letter.isupper() for letter in joined)
    turned = sum(a.islower() and b.isupper() for a, b in pairwise(joined))
    counts = Counter(joined.lower())
    # The small letter of İ is written in two.
    for none in "\n\u0307":
        counts.pop(none, None)
    form = capitals * _CAPITAL + turned * _TURNED + counts.pop("\ufffd", 0) * _LOST
    if encoding == "utf-8":
        return form + _UTF_8 * sum(counts.values())
    # One that is not known of any language may be of all.
    own = [each for each in LANGUAGES if encoding in each.encodings] or LANGUAGES
    languages = [(each, each.chances()) for each in own]
    return (
        form
        + RARER.get(encoding, _RAREST)
        + max(each.rare + sum(n * shares.get(c, ODD) for c, n in counts.items()) for each, shares in languages)
    )
