"""Forms of text in a column: dates and amounts, which are no categories, and spellings that were hardly meant."""

import re
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.columns import PAIRS
from dnnctl.datasets.parts.faults import clipped, quoted
from dnnctl.datasets.tables.dialect import is_number
from dnnctl.datasets.tables.parsing import FLOAT
from dnnctl.datasets.tables.table import Table
from dnnctl.errors import DataError, Notice

_MONTH = (
    r"(?i:jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?|oct(ober)?|nov(ember)?"
    r"|dec(ember)?)\.?"
)
_NTH = r"\d{1,2}(st|nd|rd|th|\.)?"
_DAY = (
    r"(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2})|(1[5-9]|20)\d\d[-/](0[1-9]|1[0-2])"
    rf"|{_MONTH}[- ]({_NTH},? )?\d{{4}}|{_NTH}[- ]{_MONTH},?[- ](\d{{4}}|\d{{2}}))"
)
_TIME = r"\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?\s*([AaPp][Mm])?"
DATE = re.compile(rf"{_DAY}([T ]\s*{_TIME})?\s*(Z|UTC|[-+]\d{{2}}:?\d{{2}})?|{_TIME}")
# Numbers with thousands separators, a currency or a percent sign; a space may be one that keeps a line together.
AMOUNT = re.compile(r"[$€£¥]?\s?[-+−]?(?:\d{1,3}(?:[,.' \u00a0\u202f]\d{3})+|\d+)(?:[.,]\d+)?\s?[$€£¥%]?")
WITH_UNIT = re.compile(r"[-+−]?\d+(?:[.,]\d+)?\s?([^\W\d_]{1,5})")
# So many texts of a column are compared, and so many looked at for their form.
LOOKED_AT, FIRST = 10_000, 200
# Fewer different texts than this may well be names, as `3D` and `4K`.
SEVERAL = 10


def check_words(table: Table, position: int, words: Sequence[str], counts: NDArray[np.int64]) -> list[Notice]:
    """Refuse a column of text that is no category; return what is odd about one that is taken for it.

    Args:
        table: The table.
        position: Where the column stands.
        words: Its different words.
        counts: How many rows have each.

    Raises:
        DataError: If it holds dates, or numbers but for signs or a few texts among them.
    """
    name = table.names[position]
    told = f"{table.name}: column {name!r} holds"
    _refuse(
        DATE,
        words,
        f"{told} dates or times",
        ", not all in one form that is known (2024-03-05, 5.3.2024, 3/5/2024, Mar 5, 2024, 14:05). Write them in one, "
        f"say where years of two digits stand (`types: {{{name}: date_year_first}}` or `date_day_first`), leave the "
        f"column out (exclude: [{name}]), or take each date for a category: `types: {{{name}: category}}`",
    )
    plain = np.array([is_number(word, table.decimal) for word in words], bool)
    cells, numbers = int(counts.sum()), int(counts[plain].sum())
    others, mixed = cells - numbers, []
    if numbers:
        if numbers >= 0.9 * cells or (numbers >= 2 and others <= 2):
            raise DataError(
                f"{table.bad_number([position], FLOAT.wrong)}. {numbers:,} of its {cells:,} cells are numbers: "
                f"correct the others, name them in missing_values, or write `types: {{{name}: category}}`"
            )
        sentence = f"holds {numbers:,} numbers and {others:,} other texts; it is taken for categories"
        mixed = [Notice("mixed_types", sentence, f"column {name!r}")]
    # A thousand is written 1,000 beside 999, and a negative number with a dash beside positive ones.
    _refuse(
        AMOUNT,
        [word for word, one in zip(words, plain, strict=True) if not one],
        f"{told} numbers with signs in them (thousands, currency, percent, or another decimal mark than the rest)",
        f"; write plain numbers (1234.5), say what they are (`types: {{{name}: amount}}`), or take them for "
        f"categories: `types: {{{name}: category}}`",
    )
    return mixed + _odd_spellings(name, words)


def _refuse(form: re.Pattern[str], words: Sequence[str], told: str, advice: str) -> None:
    """Raise `DataError` if nearly all of a column's first texts have a form."""
    some = words[:FIRST]
    if some and sum(bool(form.fullmatch(word)) for word in some) >= 0.9 * len(some):
        raise DataError(f"{told}, as {clipped(words[0])}{advice}")


def _odd_spellings(column: str, words: Sequence[str]) -> list[Notice]:
    """Return warnings of categories that look like one and the same, or like numbers."""
    words = words[:LOOKED_AT]
    alike = defaultdict(list)
    for word in words:
        alike[word.casefold()].append(word)
    place = f"column {column!r}"
    found = [
        Notice(
            "spelling_variants",
            f"holds {quoted(same)}, which differ in capitals only and are different categories",
            place,
        )
        for same in alike.values()
        if len(same) > 1
    ][:1]
    if len(alike) > 2 and set(alike) <= {word for pair in PAIRS for word in pair}:
        told = f"spells yes and no in several ways ({quoted(words)}); it is taken for categories"
        found.append(Notice("spelling_variants", told, place))
    units = [unit[1] for word in words[:FIRST] if (unit := WITH_UNIT.fullmatch(word))]
    if len(words) >= SEVERAL and len(units) >= 0.9 * len(words[:FIRST]) and len(set(units)) <= 2:
        told = (
            f"holds numbers with a unit, as {clipped(words[0])}, and is taken for categories; if they are amounts, "
            f"write `types: {{{column}: amount}}`"
        )
        found.append(Notice("units_in_numbers", told, place))
    return found
