"""Numbers as people write them: digits of any script, signs of minus, marks of decimals and of thousands."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

# Minus signs and dashes, spaces that keep a number together, quotes, the full-width forms of all, Arabic marks.
_ASCII = str.maketrans(
    "\u2212\uff0d\ufe63\u2010\u2011\u2012\u2013\u00a0\u202f\u2009\u2007\u3000\u2019\u02bc"
    "\uff0b\uff0e\uff0c\uff05\uff08\uff09\uff0f\uff1a\uff04\uffe1\uffe5\uffe6\u066b\u066c",
    "-------     ''+.,%()/:$£¥₩.,",
    # What pages hide in a number: places to break a line, marks of direction and of order.
    "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad",
)
# A digit of another script.
_DIGIT = re.compile(r"(?![0-9])\d")
GROUPS = (",", ".", " ", "'")
_ZEROS = str.maketrans("123456789", "000000000")


def plain(cell: str) -> str:
    """Return a cell with the digits and signs that programs write, and all else as it is."""
    if cell.isascii():
        return cell
    return _DIGIT.sub(lambda found: str(unicodedata.decimal(found[0])), cell.translate(_ASCII))


def number_of(cell: str, decimal: str = ".") -> float | None:
    """Return the number that a cell is, whatever digits and signs it is written in; None if it is none.

    Args:
        cell: The cell.
        decimal: The mark of decimals, a point or a comma.
    """
    cell = plain(cell)
    if decimal == ",":
        # A point is of thousands there.
        cell = "" if "." in cell else cell.replace(",", ".")
    try:
        number = float(cell)
    except ValueError:
        return None
    # Python reads 1_000 as a number; nobody who writes a table means that.
    return None if "_" in cell else number


@dataclass(frozen=True)
class Marks:
    """The marks in numerals.

    Args:
        decimal: Of decimals, a point or a comma.
        group: Of thousands: a comma, a point, a space or an apostrophe; empty for any that `decimal` leaves.
    """

    decimal: str
    group: str = ""

    @cached_property
    def _form(self) -> re.Pattern[str]:
        groups = self.group or "".join(mark for mark in GROUPS if mark != self.decimal)
        # Groups of two digits before the last one, as in India, are separated by commas only.
        indian = r"|[1-9]\d?(?:,\d{2})+,\d{3}" if "," in groups else ""
        whole = rf"(?:0|[1-9]\d*|[1-9]\d{{0,2}}(?:([{groups}])\d{{3}})(?:\1\d{{3}})*{indian})"
        return re.compile(rf"{whole}(?:{re.escape(self.decimal)}\d+)?")

    def read(self, numeral: str) -> float | None:
        """Return the number that a numeral without a sign is; None if it is written with other marks."""
        if not self._form.fullmatch(numeral):
            return None
        for mark in (self.group,) if self.group else GROUPS:
            if mark != self.decimal:
                numeral = numeral.replace(mark, "")
        return float(numeral.replace(self.decimal, "."))


@dataclass(frozen=True)
class Settled:
    """How numerals are written.

    Args:
        marks: Their marks.
        other: Those that they could be written with as well, and would be other numbers; None if there are none.
    """

    marks: Marks
    other: Marks | None = None


def settle(numerals: Sequence[str], decimal: str, *, sure: bool = False) -> Settled | None:
    """Find out by which marks numerals are written; `1.234` alone could be either, `1.234` and `0.5` could not.

    Args:
        numerals: Digits and marks, without signs.
        decimal: The mark of decimals that is more likely.
        sure: Whether it is no other.

    Returns:
        The marks; None if no marks fit all of them.
    """
    # Of those that differ in their digits only, one tells as much as all.
    shapes = {(numeral[0] == "0", numeral[1:].translate(_ZEROS)): numeral for numeral in numerals}
    if any(zero and rest[:1] == "0" for zero, rest in shapes):
        return None
    marked = [numeral for numeral in shapes.values() if not numeral.isdecimal()]
    fitting: dict[tuple[float, ...], Marks] = {}
    for point in (decimal or ".",) if sure else dict.fromkeys((decimal or ".", ".", ",")):
        for group in GROUPS:
            values = [] if group == point else _read_all(marked, Marks(point, group))
            if group != point and values is not None:
                seen = any(group in numeral for numeral in marked)
                fitting.setdefault(tuple(values), Marks(point, group if seen else ""))
    if not fitting:
        return None
    first, *others = fitting.values()
    return Settled(first, others[0] if others else None)


def _read_all(numerals: Sequence[str], marks: Marks) -> list[float] | None:
    """Return the numbers that numerals are; None if one is written with other marks."""
    values = []
    for numeral in numerals:
        value = marks.read(numeral)
        if value is None:
            return None
        values.append(value)
    return values
