"""What a network says of rows, as NumPy arrays, as plain values, as a frame, and as a notebook shows it."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from dnnctl.api.display import paragraphs, table
from dnnctl.errors import UsageError
from dnnctl.inference.formats import base
from dnnctl.inference.formats.base import class_name
from dnnctl.inference.inputs.base import Numbered

# Rows that a notebook shows.
SHOWN = 20
# Columns that are the same in all rows.
LEFT_OUT = {"unit"}


class Predictions:
    """Answers of a network, one a row.

    Args:
        said: What the network said.
        index: How the pandas frame that was asked about labels its rows; None if it was none.
    """

    def __init__(self, said: base.Predictions, index: Any = None) -> None:
        self._said = said
        self._index = index

    @property
    def names(self) -> Sequence[str]:
        """What each row is called, as `rows[3]`, `photo.png` or `people.csv:2`."""
        return self._said.names

    @property
    def notes(self) -> tuple[str, ...]:
        """What was done to the rows that the user should know, as columns that were ignored."""
        return self._said.notes

    @cached_property
    def scores(self) -> NDArray[np.float32]:
        """(n, classes) probabilities, (n, 1) of class 1 for one output unit, or (n, targets) values."""
        return self._said.scores

    @cached_property
    def probabilities(self) -> NDArray[np.float32]:
        """Probability of each class, (n, classes), in the order of the labels."""
        self._expect_classes("probabilities")
        return np.hstack([1 - self.scores, self.scores]) if self.scores.shape[1] == 1 else self.scores

    @cached_property
    def classes(self) -> NDArray[np.int64]:
        """Number of the most probable class, (n,), the lower one among equals; -1 where no output is a number."""
        known = np.where(np.isnan(self.probabilities), -1, self.probabilities)
        return np.where(np.isfinite(known).all(axis=1) & (known.max(axis=1) >= 0), known.argmax(axis=1), -1)

    @property
    def confidence(self) -> NDArray[np.float32]:
        """Probability of the most probable class, (n,); NaN where no output is a number."""
        return np.where(self.classes < 0, np.nan, self.probabilities.max(axis=1, initial=0)).astype(np.float32)

    @cached_property
    def labels(self) -> NDArray[np.str_]:
        """Name of the most probable class, (n,); empty where no output is a number."""
        names = [class_name(number, self._said.info) for number in range(self.probabilities.shape[1])]
        return np.array([*names, ""])[self.classes]

    @cached_property
    def values(self) -> NDArray[np.float32]:
        """Predicted values in the target's unit, (n,), or (n, targets) if there are several."""
        if not self._said.is_regression:
            raise AttributeError("values: this network predicts classes; see labels and probabilities")
        return self.scores[:, 0] if self.scores.shape[1] == 1 else self.scores

    @cached_property
    def true(self) -> NDArray[Any] | None:
        """The right answers where they are known, as of `sample`: numbers of classes (n,), or values; else None."""
        truth = self._said.truth
        return truth if truth is None or self._said.is_regression else truth.astype(np.int64)

    def to_dicts(self) -> list[dict[str, Any]]:
        """Return a record a row, as the command `predict` writes it in JSON."""
        return list(self._said.records())

    def to_pandas(self) -> Any:
        """Return a frame of names and predictions, with `top` above 1 also of the classes that follow.

        Its index is that of the frame that was asked about, if it was one of pandas.

        Raises:
            UsageError: If pandas is not installed.
        """
        try:
            import pandas as pd
        except ImportError:
            raise UsageError("to_pandas: pandas is not installed; install it, or use to_dicts") from None
        index, names = self._index, self.names
        if index is not None and isinstance(names, Numbered):
            # Rows with empty cells may have been left out.
            index = index[np.asarray(names.numbers)]
        return pd.DataFrame(self.as_table(), index=index)

    def as_table(self, most: int | None = None) -> list[dict[str, Any]]:
        """Return a record a row whose values are single ones, under the names that they have as CSV.

        Args:
            most: How many rows; all of them if None.
        """
        table = self._said.columns(slice(most))
        kept = [name for name in table if name not in LEFT_OUT]
        return [dict(zip(kept, cells, strict=True)) for cells in zip(*(table[name] for name in kept), strict=True)]

    def _expect_classes(self, asked: str) -> None:
        if self._said.is_regression:
            raise AttributeError(f"{asked}: this network predicts numbers; see values")

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._said)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Yield a record a row."""
        return iter(self.to_dicts())

    @overload
    def __getitem__(self, row: int) -> dict[str, Any]: ...

    @overload
    def __getitem__(self, row: slice) -> list[dict[str, Any]]: ...

    def __getitem__(self, row: int | slice) -> dict[str, Any] | list[dict[str, Any]]:
        """Return the record of a row, or a list of some."""
        if isinstance(row, slice):
            return list(self._said.records(row))
        at = range(len(self))[row]
        return next(self._said.records(slice(at, at + 1)))

    def __repr__(self) -> str:
        """Return how many rows there are and the first answers."""
        said = self.values if self._said.is_regression else self.labels
        shown = ", ".join(str(each) for each in said[:5])
        return f"Predictions({len(self)} row{'s' * (len(self) != 1)}: {shown}{', ...' * (len(self) > 5)})"

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the first rows, and the notes."""
        records = self.as_table(SHOWN)
        names = list(dict.fromkeys(name for each in records for name in each))
        more = f"and {len(self) - len(records):,} more rows" if len(self) > len(records) else ""
        cells = [[each.get(name) for name in names] for each in records]
        return f"<div>{table(names, cells)}{paragraphs([more, *self.notes])}</div>"
