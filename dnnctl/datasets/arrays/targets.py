"""Arrays of targets: labels, or numbers to predict."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.arrays.inputs import narrow
from dnnctl.datasets.arrays.options import ArrayOptions
from dnnctl.datasets.columns import Cells, Column
from dnnctl.datasets.parts.faults import WrongOptionError, quoted
from dnnctl.errors import DataError


def labels_of(y: NDArray[Any], rows: int, name: str, columns: int | None = None, first: int = 0) -> Cells:
    """Return targets as cells of a table.

    Args:
        y: The targets, (rows,) or (rows, targets).
        rows: How many there have to be.
        name: What to call them.
        columns: How many a row the training rows have, where that is known.
        first: Number of the first row, for messages.

    Raises:
        DataError: If there are others, or one is no finite number.
    """
    y = y.reshape(len(y), -1) if y.ndim else y.reshape(1, 1)
    if len(y) != rows:
        raise DataError(f"{name}: expected a target for each of {rows:,} rows; received {len(y):,}")
    if columns not in {None, y.shape[1]}:
        raise DataError(
            f"{name}: expected {columns} target{'s' * (columns != 1)} a row as in training; received {y.shape[1]}. "
            "One-hot labels become labels by y.argmax(axis=1)"
        )
    if y.dtype.kind in "US":
        if y.shape[1] > 1:
            raise DataError(f"{name}: expected one text a row as its target; received {y.shape[1]:,}")
        words, codes = np.unique(y.astype(str), return_inverse=True)
        column = Column("y", "category", tuple(words.tolist()))
        return Cells((column,), codes.reshape(-1, 1).astype(np.float32))
    values = narrow(y, f"{name}: the targets", first)
    return Cells(tuple(Column(f"y{i + 1}" if y.shape[1] > 1 else "y", "number") for i in range(y.shape[1])), values)


def refuse_one_hot(labels: Cells, name: str, key: str) -> None:
    """Refuse labels with a column a class, of which one is 1 and the others 0."""
    y = labels.values
    if y.shape[1] > 1 and bool(np.isin(y, (0, 1)).all() and (y.sum(axis=1) == 1).all()):
        raise DataError(
            f"{name}: the targets are one-hot, {y.shape[1]} columns a row; store y.argmax(axis=1), one label a row, or "
            f"write `task: regression` below data.{key} if they are numbers"
        )


def class_names_of(
    options: ArrayOptions, labels: Column, found: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the classes as the array has them, in their order, and what they are to be called."""
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
