"""What the network said of some inputs, and what every format makes of it.

Each format is one file with `write(predictions, stream)`, where `stream` is an open text file, and
`WRITES_NOTES`, whether the notes are part of what it writes.
"""

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Any, Protocol, cast, overload

import numpy as np
from numpy.typing import NDArray

from dnnctl import plugins
from dnnctl.datasets.base import DatasetInfo
from dnnctl.errors import DataError, UsageError
from dnnctl.files import write_text

PACKAGE = "dnnctl.inference.formats"


@dataclass(frozen=True)
class Prediction:
    """What the network said of one input.

    Args:
        name: Name of the input, as `photo.png`.
        scores: (classes,) probabilities, (1,) probability of class 1 for two classes with one output
            unit, or (targets,) values in the target's unit.
        true: The label or the value where it is known, else None.
        truths: The value of each of several targets, where they are known; empty otherwise.
    """

    name: str
    scores: NDArray[Any]
    true: int | float | None = None
    truths: tuple[float, ...] = ()


@dataclass(frozen=True, eq=False)
class Answers(Sequence[Prediction]):
    """What the network said of many inputs, as arrays: a million of them are no million objects.

    Args:
        names: Names of the inputs.
        scores: What it said, (n, classes), (n, 1) or (n, targets), as in `Prediction`; float32.
        truth: Labels, or the values of the targets, (n, 1) or (n, targets), where they are known; else None.
    """

    names: Sequence[str]
    scores: NDArray[np.float32]
    truth: NDArray[Any] | None = None

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.names)

    @overload
    def __getitem__(self, at: int) -> Prediction: ...

    @overload
    def __getitem__(self, at: slice) -> list[Prediction]: ...

    def __getitem__(self, at: int | slice) -> Prediction | list[Prediction]:
        """Return one, or a list of some."""
        if isinstance(at, slice):
            return [self[each] for each in range(len(self))[at]]
        known = () if self.truth is None else tuple(self.truth[at].tolist())
        return (
            Prediction(self.names[at], self.scores[at], *known)
            if len(known) == 1
            else Prediction(self.names[at], self.scores[at], None, known)
        )


@dataclass(frozen=True)
class Predictions:
    """What the network said of all inputs.

    Args:
        rows: One an input.
        info: What is known about the data set.
        top: How many classes to name for each input, from 1; more than there are means all.
        notes: What the user should know of how the inputs were read.

    Raises:
        UsageError: If `top` is less than 1.
    """

    rows: Sequence[Prediction]
    info: DatasetInfo
    top: int = 1
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check `top`."""
        if self.top < 1:
            raise UsageError(f"`top`: expected at least 1; received {self.top}")

    @property
    def is_regression(self) -> bool:
        """Whether values were predicted, not classes."""
        return self.info.task == "regression"

    @cached_property
    def has_truth(self) -> bool:
        """Whether the right answer is known for any row."""
        if isinstance(self.rows, Answers):
            return self.rows.truth is not None
        return any(row.true is not None or row.truths for row in self.rows)


@dataclass(frozen=True)
class Choice:
    """One class and how probable it is.

    Args:
        label: The class's number.
        name: The class's name.
        probability: From 0 to 1; None if the network's output is not a finite number.
    """

    label: int
    name: str
    probability: float | None


def choices(row: Prediction, info: DatasetInfo) -> tuple[Choice, ...]:
    """Return all classes, the most probable first, the lower label first among equals.

    Args:
        row: What the network said; a single score p is the probability of class 1, and 1 - p that of 0.
        info: What is known about the data set; a class without a name is called by its number.
    """
    scores = np.asarray(row.scores).reshape(-1)
    if scores.size == 1:
        scores = np.concatenate([1 - scores, scores])
    # NaN sorts last, so what is no number is never preferred to what is one.
    order = np.argsort(-scores, kind="stable")
    return tuple(Choice(int(label), class_name(int(label), info), exact(scores[label])) for label in order)


def class_name(label: int, info: DatasetInfo) -> str:
    """Return a class's name, or its number where it has none."""
    return info.class_names[label] if 0 <= label < len(info.class_names) else str(label)


def exact(value: Any) -> float | None:
    """Return a number whose shortest decimal form is that of `value` in its own precision.

    A float32 of 0.9 becomes 0.9, not 0.8999999761581421.

    Args:
        value: A NumPy or Python number.

    Returns:
        The number; None if it is infinite or not a number.
    """
    number = float(str(value)) if isinstance(value, np.floating) else float(value)
    return number if math.isfinite(number) else None


def is_correct(row: Prediction, info: DatasetInfo) -> bool | None:
    """Return whether the first choice is the right class; None if that is not known, or for values."""
    if row.true is None or info.task == "regression":
        return None
    best = choices(row, info)[0]
    return best.probability is not None and best.label == int(row.true)


def record(row: Prediction, predictions: Predictions) -> dict[str, Any]:
    """Return one prediction as it is written in JSON.

    Returns:
        For classes `name`, `prediction`, `confidence`, with `top` above 1 `top` (a list of `class` and
        `probability`), and where the truth is known `true` and `correct`. For values `name`,
        `prediction` (a list if there are several targets), `target`, `unit`, and `true`. None stands
        for what is no finite number.
    """
    info = predictions.info
    if predictions.is_regression:
        values = [exact(value) for value in np.asarray(row.scores).reshape(-1)]
        written: dict[str, Any] = {
            "name": row.name,
            "prediction": values[0] if len(values) == 1 else values,
            "target": info.target,
            "unit": info.unit,
        }
        if row.truths:
            return written | {"true": [exact(value) for value in row.truths]}
        return written | ({} if row.true is None else {"true": exact(row.true)})
    ranked = choices(row, info)
    best = ranked[0]
    written = {
        "name": row.name,
        "prediction": best.name if best.probability is not None else None,
        "confidence": best.probability,
    }
    if predictions.top > 1:
        written["top"] = [{"class": c.name, "probability": c.probability} for c in ranked[: predictions.top]]
    if row.true is not None:
        written |= {"true": class_name(int(row.true), info), "correct": is_correct(row, info)}
    return written


def encodable(text: str, stream: IO[str]) -> str:
    r"""Return a text with what a stream's encoding lacks written as `\udce9`."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


class Format(Protocol):
    """What a format's module has."""

    WRITES_NOTES: bool

    def write(self, predictions: Predictions, stream: IO[str]) -> None:
        """Write predictions to an open text file."""


def format_named(name: str) -> Format:
    """Return a format by its name, as `json`.

    Raises:
        UsageError: If there is no such format; the message names the nearest one.
    """
    return cast(Format, plugins.load(PACKAGE, name))


def format_of(path: Path) -> Format | None:
    """Return the format that a file's name asks for, as CSV for `answers.csv`; None where it asks for none."""
    ending = path.suffix.removeprefix(".").lower()
    return format_named(ending) if ending in plugins.names(PACKAGE) else None


def write(predictions: Predictions, form: Format, output: Path | None, stream: IO[str]) -> None:
    """Write predictions.

    Args:
        predictions: What to write.
        form: The format.
        output: A file to write whole or not at all; None writes to `stream`.
        stream: An open text file, as standard output.

    Raises:
        DataError: If the file cannot be written.
    """
    if output is None:
        form.write(predictions, stream)
        return
    text = io.StringIO()
    form.write(predictions, text)
    try:
        write_text(output, text.getvalue())
    except OSError as error:
        raise DataError(f"{output}: cannot be written: {error.strerror}") from None
