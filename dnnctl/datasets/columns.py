"""Columns of a table as arrays of numbers: what each holds, and its cells."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.forms.base import Form
from dnnctl.memory import blocks

Kind = Literal["number", "boolean", "category", "date"]
# False and true as they are written, in small letters.
PAIRS = (("false", "true"), ("no", "yes"), ("n", "y"), ("f", "t"), ("off", "on"))


@dataclass(frozen=True)
class Column:
    """What a column holds.

    Args:
        name: Its name.
        kind: `number`; `boolean`, 0 or 1; `category`, a text out of a few; or `date`, in days since 1970-01-01.
        words: Of a boolean: how false and true are written. Of a category: the text behind each code.
        form: Of a date, or of numbers that are not written as plain ones: how its cells are written.
    """

    name: str
    kind: Kind
    words: tuple[str, ...] = ()
    form: Form | None = None

    def to_json(self) -> dict[str, Any]:
        """Return this as plain values."""
        form = {} if self.form is None else {"form": self.form.to_json()}
        return {"name": self.name, "kind": self.kind, "words": list(self.words), **form}

    @classmethod
    def from_json(cls, value: Any) -> "Column":
        """Read what `to_json` wrote.

        Raises:
            TypeError, KeyError: If it is something else.
        """
        if "form" not in value:
            return cls(value["name"], value["kind"], tuple(value["words"]))
        from dnnctl.datasets.forms.finding import form_of

        return cls(value["name"], value["kind"], tuple(value["words"]), form_of(value["form"]))


@dataclass(frozen=True)
class Cells:
    """The cells of some columns.

    Args:
        columns: What each column holds.
        values: float32 or, where that is not enough, float64 (rows, columns): numbers, 0 or 1, or codes of categories;
            NaN where a cell is empty. Of the target of an array also whole numbers, as they are.
    """

    columns: tuple[Column, ...]
    values: NDArray[Any]

    def take(self, rows: NDArray[Any]) -> "Cells":
        """Return some of the rows."""
        return Cells(self.columns, self.values[rows])

    def pick(self, columns: Sequence[int]) -> "Cells":
        """Return some of the columns."""
        every = list(columns)
        together = every == list(range(every[0], every[0] + len(every)))
        values = self.values[:, every[0] : every[-1] + 1] if together else self.values[:, every]
        return Cells(tuple(self.columns[i] for i in every), values)


def side_by_side(columns: Sequence[NDArray[Any]], dtype: str | np.dtype[Any] | None = None) -> NDArray[Any]:
    """Return columns (rows,) as one array (rows, columns), of a type that holds all of them if none is given.

    A block of rows after the other, so that what is written together lies together in the cache.
    """
    rows = len(columns[0])
    values = np.empty((rows, len(columns)), np.result_type(*columns) if dtype is None else dtype)
    for here in blocks(rows, 4096):
        for i, column in enumerate(columns):
            values[here, i] = column[here]
    return values


def recoded(cells: Cells, columns: Sequence[Column]) -> Cells:
    """Return cells whose categories have the codes of other columns.

    Args:
        cells: Cells of columns with the same names and kinds.
        columns: The columns whose codes to use.

    Returns:
        Cells of these columns; a category that they do not know gets a code of its own behind theirs.
    """
    values = cells.values
    joined = []
    for i, (own, other) in enumerate(zip(cells.columns, columns, strict=True)):
        if own.kind != "category" or own.words == other.words:
            joined.append(other)
            continue
        known = {word: code for code, word in enumerate(other.words)}
        for word in own.words:
            known.setdefault(word, len(known))
        if values is cells.values:
            values = values.copy()
        codes = np.array([known[word] for word in own.words] or [0], values.dtype)
        full = ~np.isnan(values[:, i])
        values[full, i] = codes[values[full, i].astype(np.int64)]
        joined.append(Column(other.name, other.kind, tuple(known)))
    return Cells(tuple(joined), values)


@dataclass(frozen=True)
class TableInfo:
    """What was found out about a table's columns, and what to do with its empty cells.

    Args:
        columns: The inputs as they are in the table.
        targets: What is predicted.
        missing: What becomes of rows with empty cells: `error`, `drop` or `impute`.
        missing_values: Texts that stand for an empty cell, besides the usual ones.
        min_count: Categories that fewer training rows have count as unknown.
        usual_missing: Whether NA, none and the like are empty cells too.
        text_encoding: What its text is encoded in; empty for what is no text.
        encoding_said: Whether the configuration says so, and other tables of this form are to be read in it.
    """

    columns: tuple[Column, ...]
    targets: tuple[Column, ...]
    missing: str
    missing_values: tuple[str, ...] = ()
    min_count: int = 2
    usual_missing: bool = True
    text_encoding: str = ""
    encoding_said: bool = False

    def reads_as(self, other: "TableInfo") -> bool:
        """Tell whether the cells of two tables are read alike: columns of one name are of one kind, and of one form."""
        return all(
            list(map(_read_as, own)) == list(map(_read_as, others))
            for own, others in ((self.columns, other.columns), (self.targets, other.targets))
        )


def _read_as(column: Column) -> tuple[Any, ...]:
    # Which cell is the example does not matter.
    form = None if column.form is None else {**column.form.to_json(), "example": ""}
    return column.name, column.kind, form
