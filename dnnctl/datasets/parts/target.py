"""What is to be predicted: classes or numbers, told from the target's own cells."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.base import DatasetInfo, Task
from dnnctl.datasets.columns import Cells, Column
from dnnctl.datasets.parts.class_names import in_order, label_of, names_of
from dnnctl.datasets.parts.faults import WrongOptionError, quoted
from dnnctl.datasets.parts.precision import EXACT_DOUBLE
from dnnctl.datasets.parts.several_targets import Flags, decide_several, labels_of_one_hot
from dnnctl.datasets.parts.whole_numbers import MOST_CLASSES, Reading, reading_of
from dnnctl.errors import DataError, Notice


class RoundedTargetError(Exception):
    """Classes are whole numbers so large that 64 bits of floating point may have rounded two of them to one.

    Args:
        column: The target. Read as text, each is a class of its own.
    """

    def __init__(self, column: str) -> None:
        super().__init__(column)
        self.column = column


@dataclass(frozen=True)
class Target:
    """What is to be predicted.

    Args:
        task: Two classes, many classes, labels of 0 and 1, or numbers.
        classes: Names of the classes; empty for labels and numbers.
        reason: Why it is this task, for people, as `as data.csv.task says`.
        warnings: That it may be meant otherwise.
    """

    task: Task
    classes: tuple[str, ...]
    reason: str
    warnings: tuple[Notice, ...] = ()


@dataclass(frozen=True)
class Counted:
    """The different cells of a target.

    Args:
        rows: Cells in all, none of them empty.
        values: The different numbers, or codes of words, ascending, (k,); nothing where there are several targets.
        more: Whether there are more different numbers, which were not counted.
        rarest: How many rows have the cell that the fewest have.
        flags: Where there are several targets, what they have in common; None for one.
    """

    rows: int
    values: NDArray[Any]
    more: bool = False
    rarest: int = 1
    flags: Flags | None = None


@dataclass(frozen=True)
class Asked:
    """What is said about a target.

    Args:
        task: `auto`, `classification` or `regression`.
        name: What to call the table.
        source: Where it stands in the configuration, as `data.csv`.
        pictures: Whether it is predicted from pictures.
        run: What is known about the data of a run, whose task and classes are taken; None while there is none.
        exact: Whether its numbers are those of the data to the last bit; texts may have been rounded.
    """

    task: str
    name: str
    source: str
    pictures: bool = False
    run: DatasetInfo | None = None
    exact: bool = False


def decide(cells: Cells, asked: Asked) -> Target:
    """Decide on the task; errors are those of `decide_counted`.

    Args:
        cells: The target's cells, none of them empty; several columns for several targets.
        asked: What is said about it.
    """
    several = len(cells.columns) > 1
    values, counts = np.unique(cells.values[:0, 0] if several else cells.values[:, 0], return_counts=True)
    flags = Flags.of(cells.values) if several else None
    rarest = int(counts.min(initial=len(cells.values)))
    return decide_counted(cells.columns, Counted(len(cells.values), values, rarest=rarest, flags=flags), asked)


def decide_counted(columns: Sequence[Column], cells: Counted, asked: Asked) -> Target:
    """Decide on the task.

    Args:
        columns: What the target's columns hold.
        cells: Their cells.
        asked: What is said about it.

    Raises:
        WrongOptionError: If the target cannot be what it is said to be.
        DataError: If there is one class only, or nearly as many as rows.
        RoundedTargetError: If it must be read as text to tell classes apart.
    """
    _refuse_dates(columns)
    column, said = columns[0], asked.task
    if asked.run is not None:
        return _as_in(asked, asked.run, column, cells)
    if cells.flags is not None:
        return Target(*decide_several(columns, cells.flags, said, asked.name, asked.source))
    if said == "multilabel":
        raise WrongOptionError("task", f"labels are several targets of 0 and 1; received one, {column.name!r}")
    return _of_numbers(column, cells, asked) if column.kind == "number" else _of_text(column, cells, asked)


def _of_numbers(column: Column, cells: Counted, asked: Asked) -> Target:
    """Return the classes or the amounts of a target that holds numbers."""
    different, said = cells.values, asked.task
    if len(different) == 1:
        if _may_be_rounded(different, asked):
            raise RoundedTargetError(column.name)
        told = f"is {names_of(different)[0]} in every row"
        raise DataError(f"{asked.name}: {column.name!r} {told}, so there is nothing to learn")
    whole = different.dtype.kind != "f" or bool((different == np.rint(different)).all())
    read = Reading(classes=False)
    if whole and not cells.more:
        read = reading_of(different, cells.rows, cells.rarest, column.name, pictures=asked.pictures)
    if column.form is not None and column.form.unit:
        # What has a unit is an amount, of however few.
        read = Reading(classes=False, doubtful=read.classes or read.doubtful)
    least = "more than " if cells.more else ""
    many = f"{least}{len(different):,} different {'whole ' * (whole and not cells.more)}numbers"
    if said == "regression" or (said == "auto" and not read.classes):
        return _amounts(column, many, read, asked)
    if len(different) > MOST_CLASSES or cells.more:
        raise WrongOptionError("task", f"{column.name!r} holds {many}; expected at most {MOST_CLASSES:,} classes")
    if _may_be_rounded(different, asked):
        raise RoundedTargetError(column.name)
    return _labels(column, different, many, read, asked)


def _refuse_dates(columns: Sequence[Column]) -> None:
    """Raise `WrongOptionError` if one of the targets is dates."""
    dates = [column.name for column in columns if column.kind == "date"]
    if dates:
        raise WrongOptionError(
            "target",
            f"{quoted(dates)} holds dates, which cannot be predicted; expected numbers or classes. Write a number in "
            f"its place, such as days from some day on, or take each as a class: `types: {{{dates[0]}: category}}`",
        )


def _of_text(column: Column, cells: Counted, asked: Asked) -> Target:
    """Return the classes of a target that holds text."""
    if asked.task == "regression":
        raise WrongOptionError("task", f"{column.name!r} holds text ({quoted(column.words, 4)}); expected numbers")
    present = [column.words[int(code)] for code in cells.values]
    if column.kind == "category":
        present = in_order(present)
    if cells.rows > 20 and len(present) > cells.rows / 2:
        raise DataError(
            f"{asked.name}: {column.name!r} holds {len(present):,} different texts in {cells.rows:,} rows, so it names "
            "the rows and cannot be predicted. Choose another target"
        )
    return _classes(tuple(present), f"as {column.name!r} holds text", asked.name, column.name)


def _amounts(column: Column, many: str, read: Reading, asked: Asked) -> Target:
    if asked.task != "auto":
        return Target("regression", (), f"as {asked.source}.task says")
    other = f"`task: classification` below {asked.source} takes them for names of classes"
    reason = f"as {column.name!r} holds {many}" + f"; {other}" * read.doubtful
    return Target("regression", (), reason, _doubt(f"{many}, taken for amounts", other, column, told=read.told))


def _labels(column: Column, different: NDArray[Any], many: str, read: Reading, asked: Asked) -> Target:
    names = names_of(different)
    if asked.task != "auto":
        return _classes(names, f"as {asked.source}.task says", asked.name, column.name)
    other = f"`task: regression` below {asked.source} takes them for amounts"
    reason = f"as {column.name!r} holds {many} only" + f"; {other}" * read.doubtful
    odd = _doubt(f"{many}, taken for names of classes", other, column, told=read.told)
    return _classes(names, reason, asked.name, column.name, odd)


def _doubt(taken: str, other: str, column: Column, *, told: bool) -> tuple[Notice, ...]:
    return (Notice("doubtful_task", f"holds {taken}; {other}", f"column {column.name!r}"),) if told else ()


def _as_in(asked: Asked, run: DatasetInfo, column: Column, cells: Counted) -> Target:
    """Return the task and the classes of a run, in the order that its network has them."""
    names = run.labels or run.class_names
    # Yes and no are 0 and 1 where there are several targets.
    numbers = {"number", "boolean"} if run.targets else {"number"}
    if run.task == "regression" and column.kind not in numbers:
        raise DataError(f"{column.name!r} holds text ({quoted(column.words, 4)}); the run predicts numbers")
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise DataError(f"two classes of the run are called {twice!r}, so nobody can tell which is which; train again")
    if names and column.kind == "number" and _may_be_rounded(cells.values, asked):
        raise RoundedTargetError(column.name)
    return Target(run.task, names, "as the run was trained")


def _may_be_rounded(values: NDArray[Any], asked: Asked) -> bool:
    return not asked.exact and values.dtype.kind == "f" and bool(np.abs(values).max(initial=0) > EXACT_DOUBLE)


def _classes(names: tuple[str, ...], reason: str, table: str, target: str, odd: tuple[Notice, ...] = ()) -> Target:
    if len(names) < 2:
        raise DataError(
            f"{table}: {target!r} is {names[0]!r} in every row; expected at least two classes to tell apart"
        )
    return Target("binary" if len(names) == 2 else "multiclass", names, reason, odd)


def encode_targets(cells: Cells, classes: Sequence[str], name: str) -> NDArray[Any]:
    """Return a target's cells as they are learned from.

    Args:
        cells: The target's cells, none of them empty.
        classes: Names of the classes; empty for labels of 0 and 1, and for numbers.
        name: What to call the table.

    Returns:
        int64 (n,) labels, or float64 (n, targets).

    Raises:
        DataError: If a class is not among them.
    """
    if not classes:
        return np.ascontiguousarray(cells.values, np.float64)
    if len(cells.columns) > 1:
        return labels_of_one_hot(cells, classes, name)
    column, values = cells.columns[0], cells.values[:, 0]
    names: Sequence[str]
    if column.kind == "number":
        words, codes = np.unique(values, return_inverse=True)
        names = names_of(words)
    else:
        codes, names = values.astype(np.int64), list(column.words)
    labels = {word: number for number, word in enumerate(classes)}
    if column.kind == "boolean":
        # `True` in one table is `TRUE` in another.
        spelled = {word.casefold(): word for word in classes}
        names = [spelled.get(word.casefold(), word) for word in names]
    found = [label_of(word, labels) for word in names]
    new = [names[code] for code in np.unique(codes) if found[code] is None]
    if new:
        raise DataError(
            f"{name}: {column.name!r} holds {quoted(new)}, which no training row has; expected {quoted(classes)}"
        )
    table = np.array([-1 if label is None else label for label in found], np.int64)
    return table[codes]
