"""Several target columns: numbers, labels of which each is 0 or 1, or the classes of one target, a column each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.base import Task
from dnnctl.datasets.columns import Cells, Column
from dnnctl.datasets.parts.faults import WrongOptionError, quoted
from dnnctl.errors import DataError

# Whole numbers up to it, and down to its opposite, may be codes.
MOST_CODE = 20


@dataclass(frozen=True)
class Flags:
    """What the cells of several columns have in common, as far as rows were looked at.

    Args:
        rows: How many rows these are.
        binary: Whether each column holds nothing but 0 and 1, (columns,).
        ones: How many rows of each column are 1, (columns,).
        one_hot: Whether exactly one of them is 1 in each row, and the others are 0.
        whole: Whether each column holds nothing but whole numbers of few sizes, as codes of classes are, (columns,).
    """

    rows: int
    binary: NDArray[np.bool_]
    ones: NDArray[np.int64]
    one_hot: bool
    whole: NDArray[np.bool_]

    @classmethod
    def of(cls, values: NDArray[np.floating]) -> "Flags":
        """Return the flags of cells (rows, columns), none of them empty."""
        one = values == 1
        binary = np.asarray((one | (values == 0)).all(axis=0))
        one_hot = bool(binary.all() and (one.sum(axis=1) == 1).all())
        whole = np.asarray(((values == np.rint(values)) & (np.abs(values) <= MOST_CODE)).all(axis=0))
        return cls(len(values), binary, one.sum(axis=0), one_hot, whole)

    def merged(self, other: "Flags") -> "Flags":
        """Return the flags of these rows and others."""
        binary, one_hot = self.binary & other.binary, self.one_hot and other.one_hot
        return Flags(self.rows + other.rows, binary, self.ones + other.ones, one_hot, self.whole & other.whole)

    @property
    def constant(self) -> NDArray[np.bool_]:
        """Which columns of 0 and 1 are the same in every row, (columns,)."""
        return np.asarray(self.binary & ((self.ones == 0) | (self.ones == self.rows)))


def decide_several(
    columns: Sequence[Column], flags: Flags, said: str, name: str, source: str
) -> tuple[Task, tuple[str, ...], str]:
    """Decide on the task of several columns.

    Args:
        columns: What they hold, at least two.
        flags: Their cells.
        said: `auto`, `classification`, `multilabel` or `regression`.
        name: What to call the table.
        source: Where it stands in the configuration, as `data.csv`.

    Returns:
        The task; the classes, where the columns are those of one target; and why it is so, for people.

    Raises:
        WrongOptionError: If they cannot be what they are said to be.
        DataError: If none of them ever varies.
    """
    _check_kinds(columns, flags, said)
    many, binary = len(columns), bool(flags.binary.all())
    if said == "regression":
        other = "; `task: multilabel` takes the 0 and 1 of each for a label" if binary else ""
        if binary and flags.one_hot:
            other += ", `task: classification` the columns for the classes of one target"
        return "regression", (), f"as {source}.task says{other}"
    if not binary:
        return "regression", (), f"as there are {many} targets{_doubt(columns, flags)}"
    if flags.constant.all():
        raise DataError(
            f"{name}: none of {quoted(column.name for column in columns)} ever varies, so there is nothing to learn"
        )
    if flags.one_hot and said != "multilabel":
        reason = (
            f"as exactly one of the {many} targets is 1 in each row, so that they are the classes of one target; "
            f"`task: multilabel` below {source} takes each for a label of its own, `task: regression` for an amount"
        )
        return "binary" if many == 2 else "multiclass", tuple(column.name for column in columns), reason
    if said == "multilabel":
        other = "; exactly one is 1 in each row, and `task: classification` takes them for the classes of one target"
        return "multilabel", (), f"as {source}.task says{other * flags.one_hot}"
    reason = f"as each of the {many} targets is 0 or 1; `task: regression` below {source} takes them for amounts"
    return "multilabel", (), reason


def _doubt(columns: Sequence[Column], flags: Flags) -> str:
    """Return what several targets may be that are taken for amounts."""
    labels = [column.name for column, binary in zip(columns, flags.binary, strict=True) if binary]
    if labels:
        one = len(labels) == 1
        return f"; {quoted(labels)} {'is' if one else 'are'} 0 or 1 in each row: labels need a run of their own"
    if flags.whole.all():
        return "; if these whole numbers are labels, write them as 0 and 1; if they are classes, predict one at a time"
    return ""


def _check_kinds(columns: Sequence[Column], flags: Flags, said: str) -> None:
    """Raise `WrongOptionError` if columns hold what several targets cannot, or not what they are said to."""
    texts = [column.name for column in columns if column.kind == "category"]
    if texts:
        raise WrongOptionError(
            "target",
            f"several targets are numbers, or labels of 0 and 1 (yes, no); {quoted(texts)} hold text. Write it as 0 "
            "and 1, or name one target",
        )
    numbers = [column.name for column, binary in zip(columns, flags.binary, strict=True) if not binary]
    if numbers and said in {"classification", "multilabel"}:
        raise WrongOptionError(
            "task",
            f"{quoted(numbers)} hold other numbers than 0 and 1; expected labels of 0 and 1 (yes, no), or one target",
        )


def labels_of_one_hot(cells: Cells, classes: Sequence[str], name: str) -> NDArray[np.int64]:
    """Return the classes that columns stand for, of which one is 1 in each row.

    Args:
        cells: A column for each class, none of the cells empty.
        classes: Names of the classes.
        name: What to call the table.

    Returns:
        int64 (n,) labels.

    Raises:
        DataError: If there are other columns, or a row has not exactly one 1.
    """
    values = cells.values
    if values.shape[1] != len(classes):
        raise DataError(
            f"{name}: expected a column for each of the {len(classes)} classes; received {values.shape[1]} columns"
        )
    wrong = np.flatnonzero(((values != 0) & (values != 1)).any(axis=1) | (values.sum(axis=1) != 1))
    if len(wrong):
        shown = ", ".join(f"{value:g}" for value in values[wrong[0], :12])
        raise DataError(
            f"{name}: expected a label a row, or one 1 and else 0 in it; received {shown} in row "
            f"{wrong[0] + 1:,}, and the like in {len(wrong):,} of {len(values):,} rows"
        )
    return np.asarray(values.argmax(axis=1), np.int64)
