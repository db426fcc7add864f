"""What is checked in the rows before a training: numbers that are none, classes without rows, rows that leak."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dnnctl.data.class_weights import class_counts, label_shares
from dnnctl.data.fitting import in_files
from dnnctl.data.split import Splits
from dnnctl.datasets.base import Dataset, DatasetInfo
from dnnctl.datasets.columns import Cells
from dnnctl.datasets.parts.faults import quoted
from dnnctl.datasets.parts.precision import EXACT_DOUBLE, span_of
from dnnctl.datasets.parts.quality import column_warnings, notice_of
from dnnctl.datasets.parts.row_keys import RowKeys
from dnnctl.datasets.samples import AnySamples, Samples, held, looked_at
from dnnctl.errors import DataError, Notice, NoticeCode

SHOWN = 3
FEW_EACH = 10


def check_finite(dataset: Dataset) -> None:
    """Raise `DataError` if an input or a target is not a finite number, with its row and column.

    Args:
        dataset: What was read; whole numbers, as those of images and labels, are always finite.
    """
    info = dataset.info
    for rows, samples in (("training", dataset.train), ("test", dataset.test)):
        if not isinstance(samples, Samples) or (rows == "test" and info.shared_rows):
            # Numbers that stay in their files are looked at when their statistics are taken.
            continue
        for array, columns in ((samples.x, info.feature_names), (samples.y, (info.target,))):
            problem = _problem(array, columns)
            if problem:
                raise DataError(
                    f"data set {dataset.name!r}, {rows} rows: expected finite numbers; received {problem}. "
                    "Correct these cells or take their rows out"
                )


def _problem(array: NDArray[Any], columns: Sequence[str]) -> str:
    """Name the first cells of an array (n, ...) that are no finite numbers, and count them; empty if all are."""
    if array.dtype.kind != "f" or not array.size:
        return ""
    flat = array.reshape(len(array), -1)
    # A sum is finite unless a number is not, or they are huge: only then is it worth looking at each.
    with np.errstate(all="ignore"):
        if np.isfinite(flat.sum(dtype=np.float64)):
            return ""
    where = np.argwhere(~np.isfinite(flat))
    if not len(where):
        return ""
    cells = [
        f"{flat[row, column]} in row {row + 1}, column {columns[column] if column < len(columns) else column + 1!r}"
        for row, column in where[:SHOWN].tolist()
    ]
    more = f", and {len(where) - SHOWN:,} more" if len(where) > SHOWN else ""
    return "; ".join(cells) + more


def absent_classes(info: DatasetInfo, train: AnySamples, limit: int | None) -> tuple[Notice, ...]:
    """Warn of classes and labels that no network can learn, as of a table that is sorted and cut by `data.limit`.

    Args:
        info: What is known about the data set; of numbers to predict nothing is said.
        train: The training rows.
        limit: `data.limit`.

    Returns:
        One warning; none if each class has a row, or each label rows of 0 and rows of 1.
    """
    if info.task == "multilabel":
        return _constant_labels(info, train, limit)
    if not info.class_names:
        return ()
    counts = class_counts(train, len(info.class_names))
    absent = [name for name, count in zip(info.class_names, counts, strict=True) if not count]
    if not absent:
        return ()
    told = f"no training row is of class {quoted(absent)}, which therefore cannot be learned{_first(limit)}"
    return (Notice("absent_class", told),)


def _first(limit: int | None) -> str:
    return f"; data.limit takes the first {limit:,} rows, whatever their order" if limit is not None else ""


def _constant_labels(info: DatasetInfo, train: AnySamples, limit: int | None) -> tuple[Notice, ...]:
    """Warn of labels that are the same in every training row."""
    shares = label_shares(train)
    same = [
        f"{value} in every training row: {quoted(names)}"
        for value in (0, 1)
        if (names := [name for name, share in zip(info.targets, shares, strict=True) if share == value])
    ]
    if not same:
        return ()
    told = f"labels that never vary cannot be learned; {' and '.join(same)}{_first(limit)}"
    return (Notice("constant_label", told),)


def check_labels(dataset: Dataset) -> None:
    """Raise `DataError` if a row in memory has another value than 0 or 1 where labels are predicted."""
    if dataset.info.task != "multilabel":
        return
    for rows, samples in (("training", dataset.train), ("test", dataset.test)):
        if not isinstance(samples, Samples):
            # Those that stay in their files are looked at when they are measured.
            continue
        wrong = np.argwhere((samples.y != 0) & (samples.y != 1))
        if len(wrong):
            row, label = wrong[0].tolist()
            raise DataError(
                f"data set {dataset.name!r}, {rows} rows: expected 0 or 1 for each label; received "
                f"{samples.y[row, label]:g} for {dataset.info.targets[label]!r} in row {row + 1:,}"
            )


def scarce_classes(info: DatasetInfo, splits: Splits) -> str:
    """Name the classes, or the labels, that have few training rows, in words; empty if none has, or rows are all.

    Args:
        info: What is known about the data set; of numbers to predict nothing is said.
        splits: The rows.
    """
    if info.shared_rows:
        return ""
    if info.task == "multilabel":
        shares = label_shares(splits.train)
        rarer = np.round(np.minimum(shares, 1 - shares) * len(splits.train)).astype(int).tolist()
        told = _scarce(info.targets, rarer)
        return told and f"fewer than {FEW_EACH} rows of one of its two values are hardly enough to learn from: {told}"
    if not info.class_names:
        return ""
    counts = class_counts(splits.train, len(info.class_names)).tolist()
    told = _scarce(info.class_names, counts)
    return told and f"fewer than {FEW_EACH} training rows of a class are hardly enough to learn from: {told}"


def _scarce(names: Sequence[str], counts: Sequence[int]) -> str:
    """Return the names with few rows, the fewest first, and how many each has."""
    few = sorted((count, name) for name, count in zip(names, counts, strict=True) if 0 < count < FEW_EACH)
    shown = ", ".join(f"{name!r} ({count})" for count, name in few[:SHOWN])
    return shown + (f" and {len(few) - SHOWN:,} more" if len(few) > SHOWN else "")


def odd_columns(dataset: Dataset, splits: Splits) -> tuple[Notice, ...]:
    """Return what is odd about the columns of the training rows, before these are encoded.

    Args:
        dataset: What was read. Of one in memory it was found out then which columns name rows or give the answer away;
            of a table that stays in its files some training rows are looked at.
        splits: Its rows.
    """
    train, table = in_files(splits.train), dataset.table
    if dataset.info.is_image:
        return ()
    where: Literal["table", "array"] = "array" if table is None else "table"
    constant = constant_columns(dataset.info, splits.train)
    # Numbers beyond 2^53 seem to be the same where 64 bits cannot tell them apart.
    large = [name for name, value in constant.items() if abs(value) >= EXACT_DOUBLE]
    same: tuple[tuple[NoticeCode, list[str]], ...] = (
        ("constant_column", [name for name in constant if name not in large]),
        ("lost_precision", large),
    )
    odd = tuple(notice_of(code, names, where=where) for code, names in same if names)
    if table is None or train is None:
        return odd
    found = train.statistics
    predicted = ", ".join(target.name for target in table.targets)
    return (*odd, *column_warnings(Cells(found.columns, found.sample.x), found.sample.y, predicted))


def constant_columns(info: DatasetInfo, train: AnySamples) -> dict[str, float]:
    """Return the inputs that are the same in all training rows, and what they are; 0 where all cells are empty.

    Args:
        info: What is known about them: numbers, or the columns of a table.
        train: The training rows, as they were read.
    """
    if (streamed := in_files(train)) is None:
        low, high = span_of(held(train).x)
    else:
        found = streamed.statistics
        low, high = found.x.low.copy(), found.x.high.copy()
        for i, column in enumerate(found.columns):
            if column.kind == "category":
                # Each group of rows has codes of its own.
                low[i], high[i] = 0, np.count_nonzero(found.words[i]) > 1
    spans = zip(info.feature_names, low.tolist(), high.tolist(), strict=True)
    return {name: top if np.isfinite(top) else 0.0 for name, bottom, top in spans if not bottom < top}


def rows_in_train_and_test(dataset: Dataset, splits: Splits) -> tuple[Notice, ...]:
    """Return a warning where rows of a user's own table are in the training and in the test rows.

    Of streams samples are compared, and the share of all test rows is estimated from them.

    Args:
        dataset: What was read; data sets that are published are as they are.
        splits: Its rows.
    """
    if dataset.table is None:
        return ()
    train, test = looked_at(splits.train), looked_at(splits.test)
    known = RowKeys.of(test).shared_with(RowKeys.of(train))
    if not known:
        return ()
    if splits.streamed:
        # Of the training rows equal to a test row, a sample has its share.
        share = min(1.0, known / len(test) * len(splits.train) / len(train))
        counted = f"about {share:.0%} of the test rows, judged by a sample of {len(test):,},"
    else:
        counted = f"{known:,} of {len(test):,} test rows ({known / len(test):.0%})"
    told = (
        f"{counted} are in the training rows too, so the test figures "
        "are better than those for new rows; is a row there more than once?"
    )
    return (Notice("train_test_overlap", told),)
