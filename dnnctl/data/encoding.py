"""From the cells of a table to the numbers a network takes, with everything fitted on the training rows.

A number stays as it is and a boolean is 0 or 1. A category becomes a column for each of its values and one
for `(unknown)`, of which one is 1 and the others are 0. Values that few training rows have count as unknown
there too, so that the network learns what to make of one; where there are none, a new value gets the shares
of the known ones, as a row of which nothing is known. A date becomes its parts (`date_parts.py`). An empty cell
gets the column's median (booleans: the more frequent value; categories: a value of its own, `(missing)`, if
enough training rows have it).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.data.date_parts import told_parts
from dnnctl.data.fitted_column import (
    MISSING,
    UNKNOWN,
    FittedColumn,
    fitted_category,
    fitted_column,
    fitted_dates,
    is_sound,
)
from dnnctl.datasets.columns import Cells, Column, TableInfo
from dnnctl.datasets.parts.faults import quoted
from dnnctl.errors import DataError, RunError

# No table may need more than this once its categories are columns of their own.
MAX_BYTES = 4 * 1024**3


@dataclass(frozen=True)
class Encoding:
    """How a table's columns become numbers.

    Args:
        columns: The inputs.
        targets: What is predicted; not needed for a prediction.
        missing: What becomes of rows with empty cells: `error`, `drop` or `impute`.
        missing_values: Texts that stand for an empty cell, besides the usual ones.
        usual_missing: Whether NA, none and the like are empty cells too.
        text_encoding: What the text of the training table is encoded in; empty for what is no text, or was not told.
    """

    columns: tuple[FittedColumn, ...]
    targets: tuple[Column, ...]
    missing: str
    missing_values: tuple[str, ...] = ()
    usual_missing: bool = True
    text_encoding: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the encoded columns."""
        return tuple(name for column in self.columns for name in column.names)

    @property
    def scaled(self) -> NDArray[np.bool_]:
        """Which of the encoded columns are standardized: numbers, years and days, not 0 or 1 nor waves, (encoded,)."""
        return np.concatenate([column.scaled for column in self.columns])

    @property
    def table(self) -> TableInfo:
        """The columns as they are read."""
        columns = tuple(column.column for column in self.columns)
        return TableInfo(
            columns, self.targets, self.missing, self.missing_values, 2, self.usual_missing, self.text_encoding
        )

    def apply(self, cells: Cells) -> NDArray[Any]:
        """Return cells as numbers.

        Args:
            cells: Cells of these columns, in this order; categories with codes of their own.

        Returns:
            Numbers (rows, encoded) of the cells' type; the array itself where nothing has to be changed.
        """
        values = cells.values
        plain = all(column.width == 1 and column.kind in {"number", "boolean"} for column in self.columns)
        if plain and not np.isnan(values).any():
            return values
        width = sum(column.width for column in self.columns)
        if len(values) * width * values.itemsize > MAX_BYTES:
            worst = max(self.columns, key=lambda column: column.width)
            raise DataError(
                f"column {worst.name!r} has {worst.width:,} categories, too many for {len(values):,} rows; "
                "leave it out (exclude), or raise min_count"
            )
        encoded = np.zeros((len(values), width), values.dtype)
        at = 0
        for i, (fitted, column) in enumerate(zip(self.columns, cells.columns, strict=True)):
            part = encoded[:, at : at + fitted.width]
            if fitted.kind == "category":
                _one_hot(part, fitted, column, values[:, i])
            elif fitted.kind == "date":
                part[...] = fitted.parts(values[:, i])
            else:
                part[:, 0] = np.where(np.isnan(values[:, i]), values.dtype.type(fitted.fill), values[:, i])
            at += fitted.width
        return encoded

    @property
    def told(self) -> tuple[str, ...]:
        """What becomes of dates, a note for each column."""
        dates = [column for column in self.columns if column.kind == "date"]
        return tuple(f"column {column.name!r} becomes {', '.join(told_parts(column.words))}" for column in dates)

    def unknown(self, name: str, cells: Cells) -> tuple[str, ...]:
        """Return a note for each column with categories that the training rows do not have.

        Args:
            name: What to call the cells' source.
            cells: Cells of these columns, in this order.
        """
        notes = []
        for i, (fitted, column) in enumerate(zip(self.columns, cells.columns, strict=True)):
            if fitted.kind != "category":
                continue
            used = np.unique(cells.values[:, i][~np.isnan(cells.values[:, i])]).astype(np.int64)
            known = set(fitted.words)
            new = [column.words[code] for code in used if column.words[code] not in known]
            if new:
                told = f"{name}: column {fitted.name!r}: taken as {UNKNOWN}: {quoted(new, 6)}"
                # Words in a wrong encoding are none that the training knows.
                foreign = not all(word.isascii() for word in (*new, *fitted.words))
                if foreign and len(new) == len(used):
                    told += "; none is known: is this the right encoding? `encoding` names another"
                notes.append(told)
        return tuple(notes)

    def to_json(self) -> dict[str, Any]:
        """Return this as `preprocessing.json` has it."""
        return {
            "columns": [column.to_json() for column in self.columns],
            "targets": [target.to_json() for target in self.targets],
            "missing": self.missing,
            "missing_values": list(self.missing_values),
            "usual_missing": self.usual_missing,
            # Runs of earlier versions do not have it.
            **({"text_encoding": self.text_encoding} if self.text_encoding else {}),
        }

    @classmethod
    def from_json(cls, value: Any) -> "Encoding":
        """Read what `to_json` wrote.

        Raises:
            RunError: If it is something else.
        """
        try:
            columns = tuple(map(FittedColumn.from_json, value["columns"]))
            targets = tuple(map(Column.from_json, value["targets"]))
            usual = bool(value["usual_missing"])
            written = str(value.get("text_encoding", ""))
            encoding = cls(columns, targets, value["missing"], tuple(value["missing_values"]), usual, written)
        except (TypeError, AttributeError, KeyError) as error:
            raise RunError(f"preprocessing.json: expected the columns of a table; {error}") from None
        if not all(is_sound(column) for column in columns) or not all(type(t.name) is str for t in targets):
            raise RunError("preprocessing.json: its columns are not what a run writes. Restore it, or train again")
        return encoding


def _one_hot(part: NDArray[Any], fitted: FittedColumn, column: Column, codes: NDArray[Any]) -> None:
    """Write a category's columns into `part`, (rows, values + 1)."""
    place = {word: i for i, word in enumerate(fitted.words)}
    unknown = len(fitted.words)
    # A code behind the last one is the empty cell's.
    table = np.array([*(place.get(word, unknown) for word in column.words), place.get(MISSING, unknown)])
    where = table[np.where(np.isnan(codes), len(column.words), codes).astype(np.int64)]
    part[np.arange(len(codes)), where] = 1
    if not fitted.shares[-1]:
        part[where == unknown] = np.array(fitted.shares, np.float32)


def fit_encoding(table: TableInfo, train: NDArray[Any]) -> Encoding:
    """Fit an encoding on the training rows.

    Args:
        table: What the columns hold.
        train: Cells of the training rows, (rows, columns), and of no others.
    """
    columns = tuple(_fit(column, train[:, i], table.min_count) for i, column in enumerate(table.columns))
    # The targets' words are in the class names; codes of a file mean nothing for another one.
    rest = (table.missing, table.missing_values, table.usual_missing, table.text_encoding)
    return Encoding(columns, table.targets, *rest)


def _fit(column: Column, values: NDArray[Any], min_count: int) -> FittedColumn:
    full = values[~np.isnan(values)]
    if column.kind == "number":
        return fitted_column(column, float(np.median(full)) if len(full) else 0.0)
    if column.kind == "boolean":
        return fitted_column(column, float(full.mean() > 0.5) if len(full) else 0.0)
    if column.kind == "date":
        return fitted_dates(column, full)
    counts = np.bincount(full.astype(np.int64), minlength=len(column.words))
    return fitted_category(column, counts, len(values) - len(full), len(values), min_count)
