"""Dates and times: the days since 1970-01-01 that each cell is, with the time of day as their fraction.

Where the order of day and month is not written, all cells of the column settle it: one 13/02 tells that the day is
first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.forms.base import FIRST, Found, MisfitError, nearly
from dnnctl.datasets.forms.calendar_text import EPOCH, Moment, moment_of

ORDERS = {"ymd": "year first", "yy": "year first", "dmy": "day first", "mdy": "month first"}
PRECISE = {"month": "months", "day": "dates", "time": "times of day"}
DAY = 86_400.0


@dataclass(frozen=True)
class Dates:
    """Dates, or times of day.

    Args:
        order: Of dates with their year last: `dmy` or `mdy`; with a year of two digits first: `yy`; else `ymd`.
        precise: What each cell is: a `month`, a `day`, with or without a time, or a `time` of day alone.
        zone: Minutes that the clock of the column is ahead of UTC; cells that say another zone are converted to it.
        example: A cell.
    """

    kind: ClassVar[Literal["number", "date"]] = "date"
    unit: ClassVar[str] = ""
    order: str
    precise: str
    zone: int | None
    example: str

    @property
    def expected(self) -> str:
        """What a cell has to be."""
        what = {"month": "a month", "day": "a date", "time": "a time"}[self.precise]
        first = f" ({ORDERS[self.order]})" if self.order != "ymd" else ""
        return f"{what}, as {self.example!r}{first}"

    @property
    def described(self) -> str:
        """What the column holds."""
        value = self.convert([self.example])[0]
        zone = "" if self.zone is None else f", in UTC{self.zone / 60:+g}" if self.zone else ", in UTC"
        read = "" if self.order == "ymd" else f", {ORDERS[self.order]}, which is {self.written(value)}"
        return f"{PRECISE[self.precise]}, as {self.example!r}{read}{zone}"

    def convert(self, words: Sequence[str], decimal: str = "") -> NDArray[np.float64]:
        """Return the day that each text is; besides the column's own order, year first and named months are taken."""
        return np.array([self._day(moment_of(word)) for word in words], np.float64)

    def _day(self, moment: Moment | None) -> float:
        if moment is None or (moment.precise == "time") != (self.precise == "time"):
            return np.nan
        if (moment.order == "?" and self.order in {"ymd", "yy"}) or (moment.order == "short" and self.order == "ymd"):
            return np.nan
        return _days(moment, self.order, self.zone)

    def written(self, number: float) -> str:
        """Return a day so that `convert` reads it."""
        seconds = round(number % 1 * DAY, 6)
        clock = f"{int(seconds // 3600):02}:{int(seconds // 60 % 60):02}:{seconds % 60:09.6f}"
        day = date.fromordinal(int(number // 1) + EPOCH).isoformat()
        return clock if self.precise == "time" else f"{day}T{clock}" if seconds else day

    def to_json(self) -> dict[str, Any]:
        """Return this as plain values."""
        own = {"order": self.order, "precise": self.precise, "zone": self.zone, "example": self.example}
        return {"form": "date", **own}

    @classmethod
    def from_json(cls, value: Any) -> "Dates":
        """Read what `to_json` wrote.

        Raises:
            TypeError, KeyError: If it is something else.
        """
        found = cls(*(value[key] for key in ("order", "precise", "zone", "example")))
        sound = found.order in ORDERS and found.precise in PRECISE and type(found.example) is str
        if not sound or not (found.zone is None or type(found.zone) is int):
            raise TypeError("dates that are none")
        return found


def _days(moment: Moment, order: str, zone: int | None) -> float:
    """Return the days since 1970-01-01 of a date, or the part of a day of a time; NaN if there is none such."""
    day = moment.day(order)
    if day is None:
        return np.nan
    seconds = moment.seconds or 0.0
    if moment.zone is not None and zone is not None:
        seconds += 60 * (zone - moment.zone)
    days = day + seconds / DAY
    return days % 1 if moment.precise == "time" else days


def find_dates(words: Sequence[str], asked: str = "") -> Found | None:
    """Find out whether texts are dates, and how they are written.

    Args:
        words: The different texts of a column.
        asked: `date` if the column is said to hold them, perhaps with the order, as `date_day_first`.

    Returns:
        The form; None if they are none and nobody said so.

    Raises:
        MisfitError: If they are dates that do not fit each other, or all but a few are dates.
    """
    if not asked and not nearly([_is_sure(moment_of(word)) for word in words[:FIRST]]):
        return None
    read = [moment_of(word) for word in words]
    fitting = [moment for moment in read if moment is not None and (asked or _is_sure(moment))]
    if not asked and not nearly([moment is not None for moment in read]):
        return None
    precise = _precise(fitting)
    order, settled = _order(fitting, asked)
    zone = _zone(fitting)
    values = np.full(len(words), np.nan)
    for i, moment in enumerate(read):
        if moment is not None and moment.precise == precise and (asked or _is_sure(moment)):
            values[i] = _days(moment, order, zone)
    if np.isnan(values).any():
        wrong = int(np.argmax(np.isnan(values)))
        what = {"month": "a month", "day": "a date", "time": "a time"}[precise]
        raise MisfitError(f"expected {what}{'' if asked else ' as in the other cells'}", wrong)
    telling = max(range(len(read)), key=lambda i: _tells(read[i]))
    form = Dates(order, precise, zone, words[telling])
    return Found(form, values, "" if settled else {"dmy": "date_month_first", "mdy": "date_day_first"}[order])


def _tells(moment: Moment | None) -> tuple[bool, bool]:
    """Tell whether a date shows in which order its column is."""
    assert moment is not None
    return moment.order in {"?", "short"}, max(moment.first, moment.second) > 12


def _is_sure(moment: Moment | None) -> bool:
    """Tell whether a text is taken for a date without being said to be one."""
    if (
        moment is None
        or moment.order in {"digits", "short"}
        or all(moment.day(order) is None for order in ("mdy", "dmy"))
    ):
        return False
    return moment.precise == "time" or (1500 if moment.precise == "month" else 1000) <= moment.year < 2100


def _precise(read: Sequence[Moment]) -> str:
    found = {moment.precise for moment in read}
    if not found:
        raise MisfitError("expected a date", 0)
    for one in ("day", "time", "month"):
        if sum(moment.precise == one for moment in read) * 2 > len(read):
            return one
    raise MisfitError(f"holds {' and '.join(PRECISE[one] for one in sorted(found))}")


def _order(read: Sequence[Moment], asked: str) -> tuple[str, bool]:
    """Return the order of day and month, and whether that is settled."""
    open_ = [moment for moment in read if moment.order in {"?", "short"}]
    if not open_:
        return "ymd", True
    if asked not in {"", "date"}:
        return {"date_day_first": "dmy", "date_month_first": "mdy", "date_year_first": "yy"}[asked], True
    if any(moment.order == "short" for moment in open_):
        raise MisfitError(
            "holds years of two digits, which may stand first or last; say so (date_year_first, date_day_first)"
        )
    first, second = max(each.first for each in open_) > 12, max(each.second for each in open_) > 12
    if first and second:
        raise MisfitError("holds dates of which some have the day first and some the month")
    if first or second:
        return ("dmy" if first else "mdy"), True
    # Points and hyphens are between day, month and year, slashes mostly between month, day and year.
    mark = open_[0].mark
    return ("mdy" if mark == "/" else "dmy"), mark == "."


def _zone(read: Sequence[Moment]) -> int | None:
    zones = {moment.zone for moment in read if moment.zone is not None}
    return None if not zones else zones.pop() if len(zones) == 1 else 0
