"""One amount taken apart: `-$1.5M`, `3억 5,000만원`, `(1,234)`, `12,5 %`, `34 ㎡`."""

import re
from functools import lru_cache
from typing import Any, NamedTuple

from dnnctl.datasets.forms.numerals import Marks, plain
from dnnctl.datasets.forms.units import BEFORE, FACTORS, NEEDS_UNIT, OF_MONEY, canonical

_NUMERAL = r"\d(?:[\d.,' ]*\d)?"
# 12,- is how whole amounts are written in some countries, and 12- how a negative one is in some programs.
_AMOUNT = re.compile(
    rf"(\()?\s*([-+])?\s*({BEFORE})?\s*([-+])?\s*({_NUMERAL})(?:[,.]-)?\s*([^\d\s.,'()+-][^()]*?)?\s*(-)?\s*(\))?"
)
_WORDS = "|".join(map(re.escape, sorted(FACTORS, key=len, reverse=True)))
_FACTOR = re.compile(rf"({_WORDS})(?![a-z])\s*", re.IGNORECASE)
_LETTER = re.compile(rf"({'|'.join(sorted(OF_MONEY, key=len, reverse=True))})\s*({BEFORE})?", re.IGNORECASE)
_NEXT = re.compile(rf"({_NUMERAL})\s*")
# A text longer than this is none.
LONGEST = 40


class Parts(NamedTuple):
    """What an amount is made of.

    Args:
        negative: Whether it is below zero.
        terms: Its numerals, each with the power of ten that it is multiplied by.
        unit: Its unit in its one spelling; empty for none.
        around: How it is negative where no sign stands before it: `(` or `-`; empty else.
    """

    negative: bool
    terms: tuple[tuple[str, int], ...]
    unit: str
    around: str

    def value(self, marks: Marks) -> float:
        """Return the number; NaN if its numerals have other marks."""
        total = 0.0
        for numeral, power in self.terms:
            number = marks.read(numeral)
            if number is None:
                return float("nan")
            # 1.1만 is 11000; 1.1 * 10000 is 11000.000000000002.
            total += float(f"{number!r}e{power}") if "e" not in repr(number) else number * 10.0**power
        return -total if self.negative else total

    @property
    def is_zero(self) -> bool:
        """Whether it is nothing, in whatever unit."""
        return not any(numeral.strip("0.,") for numeral, _ in self.terms)


def parts_of(word: str) -> Parts | None:
    """Return what an amount is made of; None if a text is none."""
    found = _AMOUNT.fullmatch(plain(word)) if len(word) <= LONGEST else None
    if found is None:
        return None
    opened, first, before, second, numeral, behind, last, closed = found.groups()
    signs = [sign for sign in (first, second, last, opened) if sign]
    if (opened is None) != (closed is None) or len(signs) > 1:
        return None
    money = "" if before is None else canonical(before)
    (power, *more), unit = _behind(behind or "", money) or ((None,), "")
    if power is None or (money and unit not in {"", money}):
        return None
    return Parts(
        bool(signs) and signs[0] != "+", ((numeral, power), *more), money or unit, "(" if opened else last or ""
    )


@lru_cache(4096)
def _behind(text: str, money: str) -> tuple[tuple[Any, ...], str] | None:
    """Return the power of ten of the numeral that a text stands behind, with further terms, and the unit.

    Args:
        text: What stands behind it, as `억 5,000만원`.
        money: The currency before it; empty for none.

    Returns:
        None where each power is not smaller than the last.
    """
    terms: list[tuple[str, int]] = []
    numeral = ""
    while found := _FACTOR.match(text):
        rest = text[found.end() :]
        if found[1] in NEEDS_UNIT and not (rest or money):
            break
        terms.append((numeral, FACTORS[found[1].casefold()]))
        after = _NEXT.match(rest)
        text = rest[after.end() :] if after else rest
        if after is None:
            return _falling(terms, text)
        numeral = after[1]
    letter = _LETTER.fullmatch(text)
    if letter and (money or letter[2]):
        return _falling([*terms, (numeral, OF_MONEY[letter[1].casefold()])], letter[2] or "")
    return _falling([*terms, (numeral, 0)], text)


def _falling(terms: list[tuple[str, int]], unit: str) -> tuple[tuple[Any, ...], str] | None:
    powers = [power for _, power in terms]
    falls = powers == sorted(set(powers), reverse=True)
    return ((powers[0], *terms[1:]), canonical(unit)) if falls else None
