"""What is known about arrays once their targets were looked at."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dnnctl.datasets.arrays.inputs import scale
from dnnctl.datasets.arrays.options import ArrayOptions
from dnnctl.datasets.base import DatasetInfo
from dnnctl.datasets.parts.faults import WrongOptionError, quoted
from dnnctl.datasets.parts.target import Target
from dnnctl.errors import DataError

# The classes as the array has them, and what they are called.
ClassNames = tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True)
class Form:
    """The form of rows.

    Args:
        row: Shape of the inputs of one.
        range: Of pictures, the smallest and largest value a pixel can have; None for numbers.
        targets: How many numbers its target is.
    """

    row: tuple[int, ...]
    range: tuple[float, float] | None
    targets: int


def info_of(options: ArrayOptions, target: Target, form: Form, names: ClassNames, rows: tuple[int, int]) -> DatasetInfo:
    """Return what is known about arrays.

    Args:
        options: What is said about them.
        target: What is to be predicted.
        form: The form of their rows.
        names: The classes.
        rows: Training rows, and test rows.
    """
    own, classes = names
    pictures, many = len(form.row) > 1, form.targets
    name = Path(options.path).name
    return DatasetInfo(
        title=f"{name}: {'pictures' if pictures else 'rows'} of {' x '.join(map(str, form.row))}",
        task=target.task,
        input_shape=form.row,
        class_names=classes,
        labels=own if classes != own else (),
        feature_names=() if pictures else tuple(f"x{i + 1}" for i in range(form.row[0])),
        target="y",
        targets=_targets(options, target, many) if not target.classes and many > 1 else (),
        input_range=form.range,
        rows=rows,
        licence="your own",
        source=options.path,
    )


def _targets(options: ArrayOptions, target: Target, many: int) -> tuple[str, ...]:
    """Return what several targets are called."""
    said = tuple(options.classes or ()) if target.task == "multilabel" else ()
    if said and (len(said) != many or len(set(said)) < many):
        raise WrongOptionError("classes", f"expected {many} different names, one a label; received {quoted(said)}")
    return said or tuple(f"y{i + 1}" for i in range(many))


def noted(
    name: str, arrays: Mapping[str, tuple[Any, tuple[int, ...]]], target: Target, names: ClassNames
) -> tuple[str, ...]:
    """Return notes about arrays: their types and shapes, the task, and other names of classes.

    Args:
        name: What to call them.
        arrays: Type and shape of `x` and `y`.
        target: What is to be predicted.
        names: The classes.
    """
    (x, x_shape), (y, y_shape) = arrays["x"], arrays["y"]
    notes = [f"{name}: x {x} {x_shape}, y {y} {y_shape}", f"task: {target.task}, {target.reason}"]
    own, classes = names
    if classes != own:
        notes.append(f"the labels {quoted(own)} are called {quoted(classes)}")
    return tuple(notes)


def check_form(name: str, row: tuple[int, ...], pixels: tuple[float, float] | None, info: DatasetInfo) -> None:
    """Raise `DataError` if rows are not of the form of those of a run.

    Args:
        name: What to call them.
        row: Shape of one.
        pixels: The range of pixels; None for numbers.
        info: What is known about the data of the run.
    """
    if row != info.input_shape:
        raise DataError(f"{name}: rows have the shape {row}; the network takes {info.input_shape}")
    if pixels != info.input_range:
        raise DataError(f"{name}: pixels are of the scale {scale(pixels)}; the network takes {scale(info.input_range)}")
