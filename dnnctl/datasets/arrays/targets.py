"""Arrays of targets: labels, or numbers to predict."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.arrays.inputs import check_numbers
from dnnctl.datasets.arrays.options import ArrayOptions
from dnnctl.datasets.base import DatasetInfo
from dnnctl.datasets.columns import Cells, Column
from dnnctl.datasets.parts.faults import WrongOptionError, quoted
from dnnctl.datasets.parts.target import Target
from dnnctl.errors import DataError


def labels_of(y: NDArray[Any], rows: int, name: str, columns: Sequence[int] = (), first: int = 0) -> Cells:
    """Return targets as cells of a table.

    Args:
        y: The targets, (rows,) or (rows, targets).
        rows: How many there have to be.
        name: What to call them.
        columns: How many a row may have, those of the training rows first; any number if empty.
        first: Number of the first row, for messages.

    Raises:
        DataError: If there are others, or one is no finite number.
    """
    y = y.reshape(len(y), -1) if y.ndim else y.reshape(1, 1)
    if len(y) != rows:
        raise DataError(f"{name}: expected a target for each of {rows:,} rows; received {len(y):,}")
    if columns and y.shape[1] not in columns:
        raise DataError(
            f"{name}: expected {columns[0]} target{'s' * (columns[0] != 1)} a row as in training; received {y.shape[1]}"
        )
    if y.dtype.kind in "US":
        if y.shape[1] > 1:
            raise DataError(f"{name}: expected one text a row as its target; received {y.shape[1]:,}")
        words, codes = np.unique(y.astype(str), return_inverse=True)
        column = Column("y", "category", tuple(words.tolist()))
        return Cells((column,), codes.reshape(-1, 1).astype(np.float64))
    check_numbers(y, f"{name}: the targets", first)
    # Whole numbers as they are, so that any two of them are two classes.
    values = np.ascontiguousarray(y if y.dtype.kind != "b" else y.astype(np.uint8))
    return Cells(tuple(Column(f"y{i + 1}" if y.shape[1] > 1 else "y", "number") for i in range(y.shape[1])), values)


def columns_for(classes: tuple[str, ...], targets: int) -> tuple[int, ...]:
    """Return how many targets further rows may have: of classes 0, 1, ... one each, or a column for each class.

    Args:
        classes: The classes as the array of the training rows has them; empty where there are none.
        targets: How many targets a training row has.
    """
    if not classes:
        return (targets,)
    return (1, len(classes)) if classes == tuple(map(str, range(len(classes)))) else (1,)


def numbered(target: Target, columns: int) -> Target:
    """Return a target whose classes are columns, called as `y.argmax(axis=1)` numbers them, as these have no names.

    Args:
        target: What is to be predicted.
        columns: How many columns it has.
    """
    return replace(target, classes=tuple(map(str, range(columns)))) if target.classes and columns > 1 else target


def class_names_of(
    options: ArrayOptions, labels: Column, found: tuple[str, ...], run: DatasetInfo | None = None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the classes as the array has them, in their order, and what they are to be called, as in a run if any."""
    if run is not None:
        return run.labels or run.class_names, run.class_names
    if options.classes is None or not found:
        return found, found
    said = tuple(options.classes)
    if len(said) != len(found) or len(set(said)) < len(said):
        raise WrongOptionError(
            "classes", f"expected {len(found)} different names, for {quoted(found)}; received {quoted(said)}"
        )
    if labels.kind == "category" and set(said) & set(found):
        # Names that the labels have too are these labels, in another order, and no new names for others.
        if set(said) != set(found):
            raise WrongOptionError(
                "classes",
                f"expected the labels themselves in some order, {quoted(found)}, or new names for all of them in this "
                f"order; received {quoted(said)}",
            )
        return said, said
    return found, said
