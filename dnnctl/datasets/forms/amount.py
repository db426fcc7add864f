"""Amounts: numbers with a unit, a currency or a percent sign, with marks of thousands, negative in several ways.

A percentage is the number before its sign: `12,5 %` is 12.5. Words that multiply are worked out: `3억 5,000만원` is
350,000,000 원. The marks are settled by all cells of the column: where one has other than three digits behind a mark,
that is the mark of decimals.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.forms.amount_text import Parts, parts_of
from dnnctl.datasets.forms.base import FIRST, NEARLY, Found, MisfitError, nearly
from dnnctl.datasets.forms.numerals import GROUPS, Marks, settle
from dnnctl.datasets.forms.units import WHOLE, is_known

_POWER = re.compile(r"[-+]?\d+(?:\.\d+)?[eE][-+]?\d+")


@dataclass(frozen=True)
class Amount:
    """Numbers with one unit.

    Args:
        unit: The unit; empty for none.
        decimal: The mark of decimals.
        group: The mark of thousands; empty where none was seen.
        example: A cell.
        table: The mark of decimals that its table was likely to have; empty if nothing was known.
    """

    kind: ClassVar[Literal["number", "date"]] = "number"
    unit: str
    decimal: str
    group: str
    example: str
    table: str = ""

    @property
    def expected(self) -> str:
        """What a cell has to be."""
        return f"{_one(self.unit)}, as {self.example!r}"

    @property
    def described(self) -> str:
        """What the column holds."""
        what = {"": "numbers", "%": "percentages"}.get(self.unit, f"amounts in {self.unit}")
        return f"{what}, as {self.example!r}, which is {self.convert([self.example])[0]:.15g}"

    def convert(self, words: Sequence[str], decimal: str = "") -> NDArray[np.float64]:
        """Return the number that each text is; one without a unit is in that of the column.

        All are read with the same marks: 1,250 is 1.25 beside 12,5. These are the marks of the column, unless others
        read more of the texts, or the table is sure to have others than that of the column had, and they do as well.
        """
        own, other = Marks(self.decimal, self.group), Marks("," if self.decimal == "." else ".")
        others = None if self.group == other.decimal else other
        if decimal == other.decimal != self.table:
            own, others = other, own
        read = [parts_of(word) for word in words]
        values = self._values(words, read, own)
        unread = int(np.isnan(values).sum())
        if not unread or others is None:
            return values
        second = self._values(words, read, others)
        return second if np.isnan(second).sum() < unread else values

    def _values(self, words: Sequence[str], read: Sequence[Parts | None], marks: Marks) -> NDArray[np.float64]:
        values = np.full(len(words), np.nan)
        for i, (word, parts) in enumerate(zip(words, read, strict=True)):
            if parts is not None and parts.unit in {self.unit, ""}:
                values[i] = parts.value(marks)
            elif _POWER.fullmatch(word):
                values[i] = float(word)
        return values

    def written(self, number: float) -> str:
        """Return a number so that `convert` reads it, whatever stands beside it."""
        told = repr(float(number))
        if "e" in told:
            return told
        # Three digits behind a mark could be of thousands.
        whole, _, digits = told.removesuffix(".0").partition(".")
        return whole + (digits and f"{self.decimal}{digits}" + "0" * (len(digits) == 3))

    def to_json(self) -> dict[str, Any]:
        """Return this as plain values."""
        marks = {"decimal": self.decimal, "group": self.group, "table": self.table}
        return {"form": "amount", "unit": self.unit, **marks, "example": self.example}

    @classmethod
    def from_json(cls, value: Any) -> "Amount":
        """Read what `to_json` wrote.

        Raises:
            TypeError, KeyError: If it is something else.
        """
        found = cls(*(value[key] for key in ("unit", "decimal", "group", "example", "table")))
        if not all(type(text) is str for text in (found.unit, found.example)):
            raise TypeError("an amount that is none")
        marks = found.decimal in (".", ",") and found.group in ("", *GROUPS) and found.table in ("", ".", ",")
        if not marks or found.group == found.decimal:
            raise TypeError("marks of numbers that are none")
        return found


def find_amounts(words: Sequence[str], decimal: str, asked: str = "") -> Found | None:
    """Find out whether texts are amounts, and how they are written.

    Args:
        words: The different texts of a column.
        decimal: The mark of decimals that is more likely; empty if nothing is known.
        asked: `amount` or `percent` if the column is said to hold them, perhaps with the mark of decimals behind it,
            as `amount_decimal_comma`.

    Returns:
        The form; None if they are none and nobody said so.

    Raises:
        MisfitError: If they are amounts that do not fit each other, or all but a few are amounts.
    """
    what, _, said = asked.partition("_decimal_")
    if not asked and not nearly([parts_of(word) is not None for word in words[:FIRST]]):
        return None
    read = [parts_of(word) for word in words]
    unit = _said_unit(read, what) if asked else _unit(read)
    fitting = [parts for parts in read if parts is not None]
    if unit is None or (not asked and ((not unit and len(fitting) < len(words)) or _are_codes(fitting))):
        return None
    for i, parts in enumerate(read):
        if parts is None or (parts.unit != unit and (parts.unit or not (asked or parts.is_zero))):
            raise MisfitError(f"expected {_one(unit)}{'' if asked else ' as in the other cells'}", i)
    sure = {"comma": ",", "point": "."}.get(said, "")
    settled = settle([numeral for parts in fitting for numeral, _ in parts.terms], sure or decimal, sure=bool(sure))
    if settled is None:
        if asked or unit:
            raise MisfitError("holds numbers whose marks of decimals and thousands do not fit each other")
        return None
    marks, other = settled.marks, settled.other
    if other is not None and unit in WHOLE:
        marks, other = max((marks, other), key=lambda each: bool(each.group)), None
    shown = max(range(len(words)), key=lambda i: _shows(fitting[i], marks.group))
    form = Amount(unit, marks.decimal, marks.group, words[shown], decimal)
    doubt = ""
    # Where the table's own mark of decimals says that the others are thousands, there is none.
    if other is not None and not (marks.group and decimal == marks.decimal):
        doubt = (
            f"{what or ('percent' if unit == '%' else 'amount')}_decimal_{'comma' if other.decimal == ',' else 'point'}"
        )
    return Found(form, np.array([parts.value(marks) for parts in fitting]), doubt)


def _said_unit(read: Sequence[Parts | None], what: str) -> str:
    """Return the unit of a column that is said to hold amounts, or percentages."""
    named = list(dict.fromkeys(parts.unit for parts in read if parts is not None and parts.unit))
    if what == "percent" and named not in ([], ["%"]):
        raise MisfitError(f"is said to hold percentages; it holds amounts in {', in '.join(named[:4])}")
    if len(named) > 1:
        raise MisfitError(f"holds amounts in {', in '.join(named[:4])}, which are not one unit")
    return "%" if what == "percent" else named[0] if named else ""


def _unit(read: Sequence[Parts | None]) -> str | None:
    """Return the unit of a column; None if it does not hold amounts in a unit that is known for one.

    Raises:
        MisfitError: If there are several that are known.
    """
    # Nothing is nothing in any unit.
    units = Counter(parts.unit for parts in read if parts is not None and (parts.unit or not parts.is_zero))
    if not units:
        return ""
    if sum(units.values()) < NEARLY * (sum(units.values()) + sum(parts is None for parts in read)):
        return None
    main, count = units.most_common(1)[0]
    if len(units) == 1 or (count >= NEARLY * sum(units.values()) and main):
        return main if not main or is_known(main) else None
    named = [unit for unit, _ in units.most_common() if unit]
    if not all(map(is_known, named)):
        return None
    if len(named) > 1:
        raise MisfitError(f"holds amounts in {', in '.join(named[:4])}, which are not one unit")
    raise MisfitError(f"holds amounts in {named[0]} and others without a unit")


def _are_codes(read: Sequence[Parts]) -> bool:
    """Tell whether numbers are rather numbered items, or without a unit phone numbers, post codes or addresses."""
    numerals = [numeral for parts in read for numeral, _ in parts.terms]
    coded = any(re.match(r"0\d", numeral) for numeral in numerals)
    if any(parts.unit for parts in read):
        return coded
    lengths = {len(numeral) for numeral in numerals}
    spaced = any(" " in numeral for numeral in numerals) and len(lengths) == 1
    addresses = all(numeral.count(".") > 2 for numeral in numerals)
    return coded or spaced or addresses or all(parts.around for parts in read)


def _shows(parts: Parts, group: str) -> tuple[bool, bool]:
    """Tell whether an amount shows the unit of its column, and the mark of thousands."""
    return bool(parts.unit), bool(group) and any(group in numeral for numeral, _ in parts.terms)


def _one(unit: str) -> str:
    return {"": "a number", "%": "a percentage"}.get(unit, f"an amount in {unit}")
