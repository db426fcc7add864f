"""One column of a table as a network takes it, and what the training rows say of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from dnnctl.data.date_parts import PARTS, SCALED, parts_of, varying_parts
from dnnctl.datasets.columns import Column, Kind
from dnnctl.datasets.forms.base import Form

MISSING, UNKNOWN = "(missing)", "(unknown)"


@dataclass(frozen=True)
class FittedColumn:
    """One column of a table, and what the training rows say of it.

    Args:
        name: Its name.
        kind: `number`, `boolean`, `category` or `date`.
        words: How false and true are written; the categories that have a column of their own; the parts of a date.
        fill: What stands for an empty cell: a number, 0 or 1, a day; of a category the share of empty cells.
        shares: Of a category: the share of the training rows for each of `words`, and for `(unknown)`.
        form: How its cells are written, where they are no plain numbers.
        first: Of a date: the first one of the training rows.
    """

    name: str
    kind: Kind
    words: tuple[str, ...] = ()
    fill: float = 0.0
    shares: tuple[float, ...] = ()
    form: Form | None = None
    first: float = 0.0

    @property
    def width(self) -> int:
        """How many numbers it becomes."""
        return len(self.words) if self.kind == "date" else len(self.shares) or 1

    @property
    def names(self) -> tuple[str, ...]:
        """What these numbers are called."""
        if self.kind == "date":
            return tuple(f"{self.name}: {part}" for part in self.words)
        return tuple(f"{self.name}={word}" for word in (*self.words, UNKNOWN)) if self.shares else (self.name,)

    @property
    def scaled(self) -> NDArray[np.bool_]:
        """Which of these numbers are standardized, (width,)."""
        if self.kind == "date":
            return np.array([part in SCALED for part in self.words])
        return np.full(self.width, self.kind == "number")

    @property
    def column(self) -> Column:
        """The column as it is read."""
        return Column(self.name, self.kind, () if self.kind == "date" else self.words, self.form)

    def parts(self, dates: NDArray[Any]) -> NDArray[np.float64]:
        """Return the numbers that dates, (rows,), become; (rows, width)."""
        return parts_of(np.where(np.isnan(dates), self.fill, dates), self.words, self.first)

    def to_json(self) -> dict[str, Any]:
        """Return this as `preprocessing.json` has it."""
        first = {"first": self.first} if self.kind == "date" else {}
        words = {"words": list(self.words)}
        return {**self.column.to_json(), **words, "fill": self.fill, "shares": list(self.shares), **first}

    @classmethod
    def from_json(cls, value: Any) -> "FittedColumn":
        """Read what `to_json` wrote.

        Raises:
            TypeError, KeyError: If it is something else.
        """
        own = Column.from_json(value)
        first = value["first"] if own.kind == "date" else 0.0
        return cls(own.name, own.kind, own.words, value["fill"], tuple(value["shares"]), own.form, first)


def is_sound(column: FittedColumn) -> bool:
    """Tell whether a column read from a file can be used."""
    numbers = (column.fill, column.first, *column.shares)
    return (
        type(column.name) is str
        and column.kind in get_args(Kind)
        and all(type(word) is str for word in column.words)
        and all(type(number) in {int, float} and isfinite(number) for number in numbers)
        and len(column.shares) == (len(column.words) + 1 if column.kind == "category" else 0)
        and (column.kind != "boolean" or len(column.words) == 2)
        and (column.kind != "date" or (bool(column.words) and set(column.words) <= set(PARTS)))
        and (column.form.kind == column.kind if column.form else column.kind != "date")
    )


def fitted_column(column: Column, fill: float) -> FittedColumn:
    """Return a column of numbers or booleans, with what stands for an empty cell."""
    return FittedColumn(column.name, column.kind, column.words, fill, form=column.form)


def fitted_dates(column: Column, dates: NDArray[Any], ends: Sequence[float] = ()) -> FittedColumn:
    """Return what the training rows say of a column of dates.

    Args:
        column: What it holds.
        dates: Its cells in the training rows, or in some of them, (rows,), without empty ones.
        ends: The first and the last one of all training rows, where `dates` may not have them.
    """
    every = np.concatenate([dates, ends]) if len(dates) else np.zeros(1)
    fill = float(np.median(dates)) if len(dates) else 0.0
    parts, first = varying_parts(every), float(np.floor(every.min()))
    return FittedColumn(column.name, "date", parts, fill, form=column.form, first=first)


def fitted_category(column: Column, counts: NDArray[np.int64], empty: int, rows: int, min_count: int) -> FittedColumn:
    """Return what the training rows say of a column of categories.

    Args:
        column: What it holds.
        counts: How many training rows have each word.
        empty: How many have an empty cell.
        rows: How many there are.
        min_count: Categories that fewer of them have count as unknown.
    """
    every = [*zip(column.words, counts.tolist(), strict=True), (MISSING, empty)]
    kept = sorted((word, count) for word, count in every if count >= min_count)
    rare = rows - sum(count for _, count in kept)
    shares = tuple(count / rows for count in (*(count for _, count in kept), rare))
    return FittedColumn(column.name, "category", tuple(word for word, _ in kept), empty / rows, shares)
