"""What is to be predicted: classes or numbers, told from the target's own cells."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.base import Task
from dnnctl.datasets.columns import Cells, Column
from dnnctl.datasets.parts.faults import WrongOptionError, quoted
from dnnctl.datasets.parts.several_targets import Flags, decide_several, labels_of_one_hot
from dnnctl.errors import DataError

# Whole numbers are classes if there are at most so many of them, each so many times on average.
FEW, EACH = 20, 5
MOST_CLASSES = 1000
# Whole numbers beyond this are rounded in float32.
EXACT = 2**24


@dataclass(frozen=True)
class Target:
    """What is to be predicted.

    Args:
        task: Two classes, many classes, labels of 0 and 1, or numbers.
        classes: Names of the classes; empty for labels and numbers.
        reason: Why it is this task, for people, as `as data.csv.task says`.
    """

    task: Task
    classes: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Counted:
    """The different cells of a target.

    Args:
        rows: Cells in all, none of them empty.
        values: The different numbers, or codes of words, ascending, (k,); nothing where there are several targets.
        more: Whether there are more different numbers, which were not counted.
        flags: Where there are several targets, what they have in common; None for one.
    """

    rows: int
    values: NDArray[Any]
    more: bool = False
    flags: Flags | None = None


def decide(cells: Cells, said: str, name: str, source: str) -> Target:
    """Decide on the task; arguments and errors are those of `decide_counted`.

    Args:
        cells: The target's cells, none of them empty; several columns for several targets.
        said: `auto`, `classification` or `regression`.
        name: What to call the table.
        source: Where it stands in the configuration, as `data.csv`.
    """
    several = len(cells.columns) > 1
    different = np.unique(cells.values[:0, 0] if several else cells.values[:, 0])
    flags = Flags.of(cells.values) if several else None
    return decide_counted(cells.columns, Counted(len(cells.values), different, flags=flags), said, name, source)


def decide_counted(columns: Sequence[Column], cells: Counted, said: str, name: str, source: str) -> Target:
    """Decide on the task.

    Args:
        columns: What the target's columns hold.
        cells: Their cells.
        said: `auto`, `classification` or `regression`.
        name: What to call the table.
        source: Where it stands in the configuration, as `data.csv`.

    Raises:
        WrongOptionError: If the target cannot be what it is said to be.
        DataError: If there is one class only, or nearly as many as rows.
    """
    _refuse_dates(columns)
    if cells.flags is not None:
        return Target(*decide_several(columns, cells.flags, said, name, source))
    column = columns[0]
    if said == "multilabel":
        raise WrongOptionError("task", f"labels are several targets of 0 and 1; received one, {column.name!r}")
    if column.kind != "number":
        if said == "regression":
            raise WrongOptionError("task", f"{column.name!r} holds text ({quoted(column.words, 4)}); expected numbers")
        present = [column.words[int(code)] for code in cells.values]
        if column.kind == "category":
            present.sort()
        if cells.rows > 20 and len(present) > cells.rows / 2:
            raise DataError(
                f"{name}: {column.name!r} holds {len(present):,} different texts in {cells.rows:,} rows, so it names "
                "the rows and cannot be predicted. Choose another target"
            )
        return _classes(tuple(present), f"as {column.name!r} holds text", name, column.name)
    different = cells.values
    if len(different) == 1:
        raise DataError(f"{name}: {column.name!r} {_same(float(different[0]))}, so there is nothing to learn")
    whole = bool((different == np.rint(different)).all())
    # What has a unit is an amount, of however many.
    unit = column.form is not None and bool(column.form.unit)
    few = whole and not unit and len(different) <= FEW and (len(different) <= 2 or cells.rows >= EACH * len(different))
    least = "more than " if cells.more else ""
    many = f"{least}{len(different):,} different {'whole ' * (whole and not cells.more)}numbers"
    if said == "regression" or (said == "auto" and not few):
        return Target(
            "regression", (), f"as {source}.task says" if said != "auto" else f"as {column.name!r} holds {many}"
        )
    if len(different) > MOST_CLASSES or cells.more:
        raise WrongOptionError("task", f"{column.name!r} holds {many}; expected at most {MOST_CLASSES:,} classes")
    # Two numbers are hardly ever amounts.
    hint = f"; `task: regression` below {source} takes them for amounts" if len(different) > 2 else ""
    reason = f"as {column.name!r} holds {many} only{hint}" if said == "auto" else f"as {source}.task says"
    return _classes(tuple(f"{value:.7g}" for value in different), reason, name, column.name)


def _refuse_dates(columns: Sequence[Column]) -> None:
    """Raise `WrongOptionError` if one of the targets is dates."""
    dates = [column.name for column in columns if column.kind == "date"]
    if dates:
        raise WrongOptionError(
            "target",
            f"{quoted(dates)} holds dates, which cannot be predicted; expected numbers or classes. Write a number in "
            f"its place, such as days from some day on, or take each as a class: `types: {{{dates[0]}: category}}`",
        )


def _same(value: float) -> str:
    """Say that all rows have one value, or that 32 bits cannot tell theirs apart."""
    far = ", as far as 32 bits can tell; subtract a constant" if abs(value) >= EXACT else ""
    return f"is {value:g} in every row{far}"


def _classes(names: tuple[str, ...], reason: str, table: str, target: str) -> Target:
    if len(names) < 2:
        raise DataError(
            f"{table}: {target!r} is {names[0]!r} in every row; expected at least two classes to tell apart"
        )
    return Target("binary" if len(names) == 2 else "multiclass", names, reason)


def encode_targets(cells: Cells, classes: Sequence[str], name: str) -> NDArray[Any]:
    """Return a target's cells as they are learned from.

    Args:
        cells: The target's cells, none of them empty.
        classes: Names of the classes; empty for labels of 0 and 1, and for numbers.
        name: What to call the table.

    Returns:
        int64 (n,) labels, or float32 (n, targets).

    Raises:
        DataError: If a class is not among them.
    """
    if not classes:
        return np.ascontiguousarray(cells.values)
    if len(cells.columns) > 1:
        return labels_of_one_hot(cells, classes, name)
    column, values = cells.columns[0], cells.values[:, 0]
    if column.kind == "number":
        words, codes = np.unique(values, return_inverse=True)
        names = [f"{value:.7g}" for value in words]
    else:
        codes, names = values.astype(np.int64), list(column.words)
    label = {word: number for number, word in enumerate(classes)}
    if column.kind == "boolean":
        # `True` in one table is `TRUE` in another.
        spelled = {word.casefold(): word for word in classes}
        names = [spelled.get(word.casefold(), word) for word in names]
    used = np.unique(codes)
    new = [names[code] for code in used if names[code] not in label]
    if new:
        raise DataError(
            f"{name}: {column.name!r} holds {quoted(new)}, which no training row has; expected {quoted(classes)}"
        )
    table = np.array([label.get(word, -1) for word in names], np.int64)
    return table[codes]
