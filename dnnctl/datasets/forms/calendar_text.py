"""One date taken apart: `2024-03-05T14:05Z`, `5.3.2024`, `3/5/2024 2:05 PM`, `2024년 3월 5일`, `5 Mar 2024`."""

import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from dnnctl.datasets.forms.numerals import plain

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_NTH = r"(\d{1,2})(?:st|nd|rd|th|\.)?"
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
# The day of the week behind a date, as Koreans and Japanese write it.
_BEHIND = r"(?:\s*(?:\([월화수목금토일月火水木金土日](?:요일|曜日)?\)|[월화수목금토일]요일))?"
_CLOCK = (
    r"(?:(오전|오후)\s*)?(\d{1,2})(?::(?=\d\d)|[시時]\s*)(\d{1,2})[분分]?(?:(?::|(?<=[분分])\s*)(\d{2})(?:[.,](\d+))?[초秒]?)?"
    r"\s*([ap]\.?m\.?)?\s*(z|utc|gmt|[-+]\d{2}(?::?\d{2})?)?"
)
_TIME = re.compile(_CLOCK, re.IGNORECASE)
_TIMED = rf"{_BEHIND}(?:(?:t|\s)\s*{_CLOCK})?"
# Year first: whatever marks are between, as no other order begins with four digits.
_YEAR_FIRST = re.compile(
    rf"(\d{{4}}|\d\d(?=\s*년))\s*[-/.년年]\s*(\d{{1,2}})\s*[-/.월月]\s*(\d{{1,2}})\s*[.일日]?{_TIMED}", re.IGNORECASE
)
_YEAR_MONTH = re.compile(r"(\d{4})(?:[-/](\d{2})|\s*[년年]\s*(\d{1,2})\s*[월月])")
_YEAR_LAST = re.compile(rf"(\d{{1,2}})([-/.])\s?(\d{{1,2}})\2\s?(\d{{4}}|\d{{2}}){_TIMED}", re.IGNORECASE)
_DAY_NAMED = re.compile(rf"{_WEEKDAY}{_NTH}[- ]{_MONTH},?[- ](\d{{4}}|\d{{2}}),?{_TIMED}", re.IGNORECASE)
_MONTH_NAMED = re.compile(rf"{_WEEKDAY}{_MONTH}[- ](?:{_NTH},?[- ])?(\d{{4}}),?{_TIMED}", re.IGNORECASE)
_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})(?:t?(\d{2})(\d{2})(\d{2})?)?", re.IGNORECASE)
LONGEST = 60
EPOCH = date(1970, 1, 1).toordinal()


class Moment(NamedTuple):
    """A date or a time as it is written.

    Args:
        first: The day and the month, in the order in which they stand: those of a date with its year behind.
        second: The other one.
        year: The year; 0 for a time of day alone.
        order: `ymd`; `?` where the year is last and no name tells which is the month; `short` where two digits are all
            that is written of the year, which may be the first or the last of three (`year`); `name` where one does;
            `digits` for a number such as 20240305; `time`.
        precise: `month`, `day` or `time`: a time of day alone.
        mark: What separates day and month, where the year is last.
        seconds: Of the day; None where no time is there.
        zone: Minutes that its clock is ahead of UTC; None where it does not say.
    """

    first: int
    second: int
    year: int
    order: str
    precise: str
    mark: str = ""
    seconds: float | None = None
    zone: int | None = None

    def day(self, order: str) -> int | None:
        """Return the days from 1970 to it; None if there is no such date.

        Args:
            order: `dmy` if the day is first where no name tells; `yy` if a year of two digits is; else the month is.
        """
        if self.precise == "time":
            return 0
        year, month, day = self.year, self.first, self.second
        if self.order == "short" and order == "yy":
            year, month, day = _full(f"{self.first:02}"), self.second, self.year
        elif self.order in {"?", "short"}:
            year = _full(f"{self.year:02}") if self.order == "short" else year
            month, day = (day, month) if order == "dmy" else (month, day)
        try:
            return date(year, month, day).toordinal() - EPOCH
        except ValueError:
            return None


def moment_of(word: str) -> Moment | None:
    """Return a date or a time taken apart; None if a text is none."""
    text = plain(word)
    if len(text) > LONGEST:
        return None
    for form, reader in _READERS:
        if found := form.fullmatch(text):
            return reader(found.groups())
    return None


Groups = tuple[str | None, ...]


def _year_first(found: Groups) -> Moment | None:
    year, month, day, *clock = found
    return _timed(Moment(_int(month), _int(day), _full(year), "ymd", "day"), clock)


def _year_month(found: Groups) -> Moment | None:
    return Moment(_int(found[1] or found[2]), 1, _int(found[0]), "ymd", "month")


def _year_last(found: Groups) -> Moment | None:
    first, mark, second, year, *clock = found
    if mark != "/" and len(year or "") == 2:
        # So may a day be written behind points or hyphens, with the year before it.
        short = Moment(_int(first), _int(second), _int(year), "short", "day", mark or "")
        return _timed(short, clock) if len(first or "") == len(second or "") == 2 else None
    return _timed(Moment(_int(first), _int(second), _full(year), "?", "day", mark or ""), clock)


def _day_named(found: Groups) -> Moment | None:
    day, name, year, *clock = found
    return _timed(Moment(_number(name), _int(day), _full(year), "name", "day"), clock)


def _month_named(found: Groups) -> Moment | None:
    name, day, year, *clock = found
    return _timed(Moment(_number(name), _int(day or "1"), _int(year), "name", "day" if day else "month"), clock)


def _time(found: Groups) -> Moment | None:
    return _timed(Moment(1, 1, 0, "time", "time"), found)


def _digits(found: Groups) -> Moment | None:
    year, month, day, *clock = found
    return _timed(Moment(_int(month), _int(day), _int(year), "digits", "day"), [None, *clock, None, None, None])


_READERS = (
    (_YEAR_FIRST, _year_first),
    (_YEAR_MONTH, _year_month),
    (_YEAR_LAST, _year_last),
    (_DAY_NAMED, _day_named),
    (_MONTH_NAMED, _month_named),
    (_TIME, _time),
    (_DIGITS, _digits),
)


def _int(digits: str | None) -> int:
    return int(digits or 0)


def _full(year: str | None) -> int:
    """Return a year; of two digits that between 1969 and 2068, as POSIX has it."""
    number = _int(year)
    return number if len(year or "") == 4 else number + (1900 if number > 68 else 2000)


def _number(month: str | None) -> int:
    return _MONTHS.index((month or "")[:3].casefold()) + 1


def _timed(moment: Moment, clock: Sequence[str | None]) -> Moment | None:
    """Return a date with the time behind it; None if there is no such time, or one behind a month."""
    before, hour, minute, second, fraction, after, zone = clock
    if hour is None:
        return moment
    h, m, s = _int(hour), _int(minute), _int(second)
    half = (before or after or "").casefold().replace(".", "")
    if half:
        if not 1 <= h <= 12:
            return None
        h = h % 12 + 12 * (half in {"오후", "pm"})
    if h > 23 or m > 59 or s > 60 or moment.precise == "month":
        return None
    seconds = 3600.0 * h + 60 * m + s + float(f"0.{fraction or 0}")
    return moment._replace(seconds=seconds, zone=_minutes(zone))


def _minutes(zone: str | None) -> int | None:
    if zone is None:
        return None
    if zone[0] not in "+-":
        return 0
    return (1 if zone[0] == "+" else -1) * (60 * int(zone[1:3]) + int(zone[3:].lstrip(":") or 0))
