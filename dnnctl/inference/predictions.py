"""What a network says of rows: as NumPy arrays, as records and columns, as a frame, and as a notebook shows it."""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.base import DatasetInfo
from dnnctl.errors import UsageError
from dnnctl.inference.class_answers import class_name
from dnnctl.inference.flat_answers import flat_columns, flat_record
from dnnctl.inference.inputs.base import Numbered
from dnnctl.inference.naming import UNNAMED, Naming
from dnnctl.inference.several_answers import lists_of_present, titles
from dnnctl.memory import ROWS
from dnnctl.notebook import paragraphs, table

# Rows that a notebook shows.
SHOWN = 20
# Columns that are the same in all rows.
LEFT_OUT = {"unit"}


@dataclass(frozen=True, eq=False)
class Predictions:
    """What the network said of all inputs.

    Args:
        names: Name of each input, as `photo.png`.
        scores: A row an input, (n, outputs): probabilities of the classes, the one of class 1 for two classes with one
            output unit, probabilities of several labels, or values in the target's unit.
        info: What is known about the data set.
        top: How many classes to name for each input, from 1; more than there are means all.
        notes: What the user should know of how the inputs were read.
        truth: Labels (n,) of classes, (n, labels) of 0 and 1, or values (n,) or (n, targets), where they are known; NaN
            for a row of which they are not.
        index: How the pandas frame that was asked about labels its rows; None if it was none.
        naming: What says which row an answer is for, as `id` of a table.
        unlike: Whether each picture looks unlike any of training, (n,); None where that is not known.

    Raises:
        UsageError: If `top` is less than 1.
    """

    names: Sequence[str]
    scores: NDArray[Any]
    info: DatasetInfo
    top: int = 1
    notes: tuple[str, ...] = ()
    truth: NDArray[Any] | None = None
    index: Any = None
    naming: Naming = UNNAMED
    unlike: NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        """Check `top`."""
        if self.top < 1:
            raise UsageError(f"`top`: expected at least 1; received {self.top}")

    def __len__(self) -> int:
        """Return the number of inputs."""
        return len(self.names)

    @property
    def is_regression(self) -> bool:
        """Whether values were predicted, not classes."""
        return self.info.task == "regression"

    @property
    def is_multilabel(self) -> bool:
        """Whether several labels were predicted, each of which is 0 or 1."""
        return self.info.task == "multilabel"

    @cached_property
    def has_truth(self) -> bool:
        """Whether the right answer is known for any row."""
        return self.truth is not None and not np.isnan(self.truth).all()

    @property
    def ids(self) -> Sequence[str] | None:
        """Cells of the column that names the rows (`id` of the training table), (n,); None without one."""
        return self.naming.ids if self.naming.column else None

    @property
    def ranks(self) -> int:
        """How many classes are named for each input."""
        return min(self.top, max(2, int(self.scores.shape[1])))

    def columns(self, rows: slice = slice(None)) -> dict[str, list[Any]]:
        """Return the answers as flat columns, in their order.

        For classes they are `name`, `prediction`, `confidence`, then `class_2`, `probability_2` and so on for `top`
        above 1, then `true` and `correct` where the truth is known. For values they are `name`, `prediction`, `unit`,
        and `true`; for several targets their own names stand for `prediction`, and `true_<name>` for `true`. For
        several labels they are `name`, the labels' own names (0 or 1), `probability_<name>` of each, `true_<name>` and
        `correct`. None stands for what is no finite number, or not known.

        Args:
            rows: Which inputs.
        """
        table = self._columns(rows)
        if not (self.is_regression or self.is_multilabel):
            del table["class_1"]
        if self.ids is None:
            return table
        column = self._identifier(table)
        return {"name": table.pop("name"), column: list(self.ids[rows]), **table}

    def short(self, rows: slice = slice(None), before: int = 0) -> dict[str, list[Any]] | None:
        """Return what names each row and what is predicted for it, to be handed in; None where that is not asked for.

        It is where the run has a column `id` and the rows have it too, or where a header is given: a row is then named
        by its cell in that column, a picture by its file, and any other row by its number, from 1.

        Args:
            rows: Which inputs.
            before: How many inputs came before these predictions.

        Raises:
            UsageError: If rows have to be counted and some were left out.
        """
        naming = self.naming
        if not naming.header and self.ids is None:
            return None
        table = self._columns(rows)
        several = self.info.targets if self.scores.shape[1] > 1 else ()
        said = {name: table[name] for name in (titles(several)["prediction"] if several else ("prediction",))}
        start, stop, _ = rows.indices(len(self))
        ids = naming.called(start, stop, before)
        names = naming.header or (self._identifier(said), *said)
        return dict(zip(names, (ids, *said.values()), strict=True))

    def _identifier(self, beside: Container[str]) -> str:
        """Return what the column that names the rows is called beside others; their names go first."""
        return self.naming.column if self.naming.column not in beside else "id"

    def _columns(self, rows: slice) -> dict[str, list[Any]]:
        """Return flat columns, the name of the best class among them even where its probability is no number."""
        truth = self.truth[rows] if self.truth is not None and self.has_truth else None
        return {"name": list(self.names[rows]), **flat_columns(self.info, self.scores[rows], truth, self.ranks)}

    def records(self, rows: slice = slice(None)) -> Iterator[dict[str, Any]]:
        """Yield each answer as it is written in JSON.

        For classes it has `name`, `id` (where the run has such a column), `prediction`, `confidence`, with `top` above
        1 `top` (a list of `class` and `probability`), and where the truth is known `true` and `correct`. For values it
        has `name`, `id`, `prediction` (a list if there are several targets), `target`, `unit`, and `true`. For several
        labels it has `name`, `id`, `prediction` and `probability`, by the names of the labels, and `true` and
        `correct`. Pictures have `unlike_training` too. None stands for what is no finite number.

        Args:
            rows: Which inputs.
        """
        start, stop, _ = rows.indices(len(self))
        for first in range(start, stop, ROWS):
            here = slice(first, min(first + ROWS, stop))
            table = self._columns(here)
            ids = None if self.ids is None else self.ids[here]
            for number, cells in enumerate(zip(*table.values(), strict=True)):
                flat = dict(zip(table, cells, strict=True))
                record = flat_record(self.info, flat, self.scores.shape[1], self.ranks if self.top > 1 else 1)
                if self.unlike is not None:
                    record["unlike_training"] = bool(self.unlike[first + number])
                yield record if ids is None else {"name": record["name"], "id": ids[number], **record}

    @cached_property
    def probabilities(self) -> NDArray[np.float32]:
        """Probability of each class, (n, classes), in the order of the labels; or of each of several labels."""
        self._expect_classes("probabilities")
        return np.hstack([1 - self.scores, self.scores]) if self.scores.shape[1] == 1 else self.scores

    @cached_property
    def classes(self) -> NDArray[np.int64]:
        """Number of the most probable class, (n,), the lower one among equals; -1 where no output is a number.

        Of several labels 0 or 1 for each, (n, labels).
        """
        if self.is_multilabel:
            return np.where(np.isfinite(self.scores), self.scores > 0.5, -1).astype(np.int64)
        known = np.where(np.isnan(self.probabilities), -1, self.probabilities)
        return np.where(np.isfinite(known).all(axis=1) & (known.max(axis=1) >= 0), known.argmax(axis=1), -1)

    @property
    def confidence(self) -> NDArray[np.float32]:
        """Probability of the most probable class, (n,), or of what is said of each label, (n, labels); NaN for none."""
        if self.is_multilabel:
            return np.where(np.isfinite(self.scores), np.maximum(self.scores, 1 - self.scores), np.nan)
        return np.where(self.classes < 0, np.nan, self.probabilities.max(axis=1, initial=0)).astype(np.float32)

    @cached_property
    def labels(self) -> NDArray[Any]:
        """Name of the most probable class, (n,), empty where no output is a number; of several labels lists of names.

        A list has the names of the labels that are predicted to be 1.
        """
        if self.is_multilabel:
            return lists_of_present(self.info.targets, self.classes)
        names = [class_name(number, self.info) for number in range(self.probabilities.shape[1])]
        return np.array([*names, ""])[self.classes]

    @cached_property
    def values(self) -> NDArray[Any]:
        """Predicted values in the target's unit, (n,), or (n, targets) if there are several.

        They are float32, or float64 where a target is far from zero.
        """
        if not self.is_regression:
            what = "labels" if self.is_multilabel else "classes"
            raise AttributeError(f"values: this network predicts {what}; see labels and probabilities")
        return self.scores[:, 0] if self.scores.shape[1] == 1 else self.scores

    @cached_property
    def true(self) -> NDArray[Any] | None:
        """The right answers where they are known, as of `sample`: classes by number, 0 and 1 of labels, or values."""
        truth = self.truth
        return truth if truth is None or self.is_regression else truth.astype(np.int64)

    def to_dicts(self) -> list[dict[str, Any]]:
        """Return a record a row, as the command `predict` writes it in JSON."""
        return list(self.records())

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
        index, names = self.index, self.names
        if index is not None and isinstance(names, Numbered):
            # Rows with empty cells may have been left out.
            index = index[np.asarray(names.numbers)]
        return pd.DataFrame(self.as_table(), index=index)

    def as_table(self, most: int | None = None) -> list[dict[str, Any]]:
        """Return a record a row whose values are single ones, under the names that they have as CSV.

        Args:
            most: How many rows; all of them if None.
        """
        table = self.columns(slice(most))
        kept = [name for name in table if name not in LEFT_OUT]
        return [dict(zip(kept, cells, strict=True)) for cells in zip(*(table[name] for name in kept), strict=True)]

    def _expect_classes(self, asked: str) -> None:
        if self.is_regression:
            raise AttributeError(f"{asked}: this network predicts numbers; see values")

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
            return list(self.records(row))
        at = range(len(self))[row]
        return next(self.records(slice(at, at + 1)))

    def __repr__(self) -> str:
        """Return how many rows there are and the first answers."""
        said = self.values if self.is_regression else self.labels
        shown = ", ".join(str(each) for each in said[:5])
        return f"Predictions({len(self)} row{'s' * (len(self) != 1)}: {shown}{', ...' * (len(self) > 5)})"

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the first rows, and the notes."""
        records = self.as_table(SHOWN)
        names = list(dict.fromkeys(name for each in records for name in each))
        more = f"and {len(self) - len(records):,} more rows" if len(self) > len(records) else ""
        cells = [[each.get(name) for name in names] for each in records]
        return f"<div>{table(names, cells)}{paragraphs([more, *self.notes])}</div>"
