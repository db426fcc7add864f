"""How often the encoding of a table is told rightly: by dnnctl, and by the libraries that are installed for it.

    pip install charset-normalizer chardet faust-cchardet
    python -m benchmarks.scripts.encodings [--tables 5]

Tables of 20, 200 and 2,000 rows are made in 19 languages out of `words_of_tables.txt`: words in names and cells, in
cells only, in names only, in one column, or in one name and one column beside 15 of numbers. Each library is given the
whole file and, in a second column, only its different words that are not ASCII. An encoding is right if the text is.
"""

import argparse
import importlib.util
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from dnnctl.datasets.tables.detection import detect, words_of

KINDS, ROWS = ("all", "cells", "names", "one column", "numbers"), (20, 200, 2000)
PLAIN = ["region", "grade", "job", "x", "y", "income"]
Guess = Callable[[bytes], str | None]


def languages() -> Iterator[tuple[str, list[str], list[str], list[list[str]]]]:
    """Yield each language with its encodings, names of columns, and the words of each column."""
    text = Path(__file__).with_name("words_of_tables.txt").read_text(encoding="utf-8")
    for part in text.split("\n[")[1:]:
        head, names, *groups = part.strip().splitlines()
        language, encodings = head.rstrip("]").split(": ")
        columns = [column.split() for group in groups for column in group.split(" / ")]
        yield language, encodings.split(", "), names.split(), columns


def written(names: list[str], columns: list[list[str]], kind: str, rows: int, draw: random.Random) -> str:
    """Return a table."""
    own = draw.sample(names, min(6, len(names)))
    head, chosen = {
        "all": (own, draw.sample(columns, 2)),
        "cells": (PLAIN, draw.sample(columns, 2)),
        "names": (own, []),
        "one column": (PLAIN, [draw.choice([column for column in columns if len(column) <= 6])]),
        "numbers": ([*PLAIN, *(f"v{i}" for i in range(10)), own[0]], [draw.choice(columns)]),
    }[kind]
    lines = [",".join(head)]
    for _ in range(rows):
        numbers = [f"{draw.uniform(0, 1000):.1f}" for _ in range(len(head) - len(chosen))]
        lines.append(",".join([*map(draw.choice, chosen), *numbers]))
    return "\r\n".join(lines)


def tables(count: int, sizes: tuple[int, ...] = ROWS) -> Iterator[tuple[str, str, bytes]]:
    """Yield tables as text and as bytes, with their language; none that is ASCII or UTF-8."""
    for language, encodings, names, columns in languages():
        for encoding in encodings:
            for kind in KINDS:
                for rows in sizes:
                    for i in range(count):
                        text = written(names, columns, kind, rows, random.Random(f"{language} {kind} {rows} {i}"))
                        data = text.encode(encoding, "ignore")
                        text = data.decode(encoding)
                        if not data.isascii() and data.decode("utf-8", "replace") != text:
                            yield language, text, data


def contenders() -> dict[str, Guess]:
    """Return what guesses an encoding, by its name."""
    found: dict[str, Guess] = {"dnnctl": lambda data: detect(words_of(data)).encoding}
    if importlib.util.find_spec("charset_normalizer"):
        from charset_normalizer import from_bytes

        def normalized(data: bytes) -> str | None:
            best = from_bytes(data).best()
            return best.encoding if best else None

        found["charset-normalizer"] = normalized
    for name in ("chardet", "cchardet"):
        if importlib.util.find_spec(name):
            found[name] = detected_by(importlib.import_module(name))
    return found


def detected_by(module: Any) -> Guess:
    """Return what a library says that is called as chardet is."""
    return lambda data: module.detect(data)["encoding"]


def different_words(data: bytes) -> bytes:
    """Return the different words of a file that are not ASCII."""
    return b" ".join(dict.fromkeys(word for word in re.split(rb"[\x00-;]+", data) if not word.isascii()))


def main() -> None:
    """Print the shares told rightly."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=int, default=5, help="tables of each kind, size and encoding")
    count = parser.parse_args().tables
    tried = {f"{name}{', words' * alone}": (guess, alone) for name, guess in contenders().items() for alone in (0, 1)}
    right: Counter[tuple[str, str]] = Counter()
    all_, seconds = Counter[str](), dict.fromkeys(tried, 0.0)
    for language, text, data in tables(count):
        all_ += Counter((language, "all"))
        for name, (guess, alone) in tried.items():
            begin = time.perf_counter()
            encoding = guess(different_words(data) if alone else data)
            seconds[name] += time.perf_counter() - begin
            try:
                as_it_is = data.decode(encoding or "ascii") == text
            except (UnicodeError, LookupError):
                as_it_is = False
            right.update({(name, language): as_it_is, (name, "all"): as_it_is})
    print("language", "tables", *tried, sep=" | ")
    for language, number in all_.items():
        print(language, number, *(f"{right[name, language] / number:.1%}" for name in tried), sep=" | ")
    print("ms a table", "", *(f"{1000 * seconds[name] / all_['all']:.1f}" for name in tried), sep=" | ")


if __name__ == "__main__":
    main()
