"""What the network said of some inputs, and what every format makes of it.

Each format is one file with `write(predictions, stream)`, where `stream` is an open text file, and
`WRITES_NOTES`, whether the notes are part of what it writes.
"""

import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from dnnctl import plugins
from dnnctl.datasets.base import DatasetInfo
from dnnctl.errors import DataError, UsageError
from dnnctl.files import replacing
from dnnctl.memory import ROWS

PACKAGE = "dnnctl.inference.formats"


@dataclass(frozen=True)
class Predictions:
    """What the network said of all inputs.

    Args:
        names: Name of each input, as `photo.png`.
        scores: A row an input, (n, outputs): probabilities of the classes, the one of class 1 for two classes with one
            output unit, or values in the target's unit.
        info: What is known about the data set.
        top: How many classes to name for each input, from 1; more than there are means all.
        notes: What the user should know of how the inputs were read.
        truth: Labels (n,), or values (n,) or (n, targets), where they are known; NaN for a row of which they are not.

    Raises:
        UsageError: If `top` is less than 1.
    """

    names: Sequence[str]
    scores: NDArray[Any]
    info: DatasetInfo
    top: int = 1
    notes: tuple[str, ...] = ()
    truth: NDArray[Any] | None = None

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

    @cached_property
    def has_truth(self) -> bool:
        """Whether the right answer is known for any row."""
        return self.truth is not None and not np.isnan(self.truth).all()

    @property
    def ranks(self) -> int:
        """How many classes are named for each input."""
        return min(self.top, max(2, int(self.scores.shape[1])))

    def columns(self, rows: slice = slice(None)) -> dict[str, list[Any]]:
        """Return the answers as flat columns, in their order.

        For classes they are `name`, `prediction`, `confidence`, then `class_2`, `probability_2` and so on for `top`
        above 1, then `true` and `correct` where the truth is known. For values they are `name`, `prediction` (or
        `prediction_1`, ... for several targets), `unit`, and `true`. None stands for what is no finite number, or not
        known.

        Args:
            rows: Which inputs.
        """
        table = self._columns(rows)
        table.pop("class_1", None)
        return table

    def _columns(self, rows: slice) -> dict[str, list[Any]]:
        """Return flat columns, the name of the best class among them even where its probability is no number."""
        table: dict[str, list[Any]] = {"name": list(self.names[rows])}
        scores = self.scores[rows]
        truth = self.truth[rows] if self.truth is not None and self.has_truth else None
        if self.is_regression:
            table |= _numbered("prediction", scores) | {"unit": [self.info.unit] * len(scores)}
            return table | (
                {} if truth is None else _numbered("true", truth if truth.ndim > 1 else truth[:, np.newaxis])
            )
        if scores.shape[1] == 1:
            scores = np.concatenate([1 - scores, scores], axis=1)
        # The lower label first among equals. NaN sorts last, so what is no number is never preferred to what is one.
        labels = np.argsort(-scores, axis=1, kind="stable")[:, : self.ranks]
        called = [class_name(label, self.info) for label in range(scores.shape[1])]
        for rank, label in enumerate(labels.T, 1):
            names = [called[each] for each in label.tolist()]
            chances = exact(np.take_along_axis(scores, label[:, np.newaxis], axis=1)[:, 0])
            if rank == 1:
                said = zip(names, chances, strict=True)
                table["prediction"] = [None if chance is None else name for name, chance in said]
            table |= {f"class_{rank}": names, "confidence" if rank == 1 else f"probability_{rank}": chances}
        if truth is not None:
            known = [None if label != label else int(label) for label in truth.tolist()]  # noqa: PLR0124 - NaN
            answers = zip(known, labels[:, 0].tolist(), table["confidence"], strict=True)
            table["true"] = [None if label is None else class_name(label, self.info) for label in known]
            table["correct"] = [
                None if label is None else chance is not None and label == best for label, best, chance in answers
            ]
        return table

    def records(self, rows: slice = slice(None)) -> Iterator[dict[str, Any]]:
        """Yield each answer as it is written in JSON.

        For classes it has `name`, `prediction`, `confidence`, with `top` above 1 `top` (a list of `class` and
        `probability`), and where the truth is known `true` and `correct`. For values it has `name`, `prediction` (a
        list if there are several targets), `target`, `unit`, and `true`. None stands for what is no finite number.

        Args:
            rows: Which inputs.
        """
        start, stop, _ = rows.indices(len(self))
        for first in range(start, stop, ROWS):
            table = self._columns(slice(first, min(first + ROWS, stop)))
            for cells in zip(*table.values(), strict=True):
                yield self._record(dict(zip(table, cells, strict=True)))

    def _record(self, flat: dict[str, Any]) -> dict[str, Any]:
        """Return a flat record with what belongs together as lists."""
        known = {key: flat[key] for key in ("true", "correct") if flat.get(key) is not None}
        if not self.is_regression:
            record = {key: flat[key] for key in ("name", "prediction", "confidence")}
            if self.top > 1:
                first = {"class": flat["class_1"], "probability": flat["confidence"]}
                others = ((flat[f"class_{rank}"], flat[f"probability_{rank}"]) for rank in range(2, self.ranks + 1))
                record["top"] = [first, *({"class": name, "probability": chance} for name, chance in others)]
            return record | known
        told = {"target": self.info.target, "unit": self.info.unit}
        if "prediction" in flat:
            return {"name": flat["name"], "prediction": flat["prediction"], **told, **known}
        every = range(1, self.scores.shape[1] + 1)
        values = [flat[f"prediction_{target}"] for target in every]
        true = [flat[f"true_{target}"] for target in every if flat.get(f"true_{target}") is not None]
        return {"name": flat["name"], "prediction": values, **told, **({"true": true} if true else {})}


def _numbered(name: str, values: NDArray[Any]) -> dict[str, list[Any]]:
    """Return numbers (n, columns) as columns, numbered from 1 if there are several."""
    if values.shape[1] == 1:
        return {name: exact(values[:, 0])}
    return {f"{name}_{number}": exact(column) for number, column in enumerate(values.T, 1)}


def class_name(label: int, info: DatasetInfo) -> str:
    """Return a class's name, or its number where it has none."""
    return info.class_names[label] if 0 <= label < len(info.class_names) else str(label)


def exact(values: NDArray[Any]) -> list[float | None]:
    """Return numbers whose shortest decimal form is that of `values` in their own precision.

    A float32 of 0.9 becomes 0.9, not 0.8999999761581421.

    Args:
        values: (n,) numbers.

    Returns:
        The numbers; None for those that are infinite or none.
    """
    short = values.dtype.kind == "f" and values.dtype.itemsize < 8
    numbers: list[float | None] = list(map(float, values.astype("U").tolist() if short else values.tolist()))
    return (
        numbers if np.isfinite(values).all() else [n if n is not None and math.isfinite(n) else None for n in numbers]
    )


def encodable(text: str, stream: IO[str]) -> str:
    r"""Return a text with what a stream's encoding lacks written as `\udce9`."""
    if text.isascii():
        return text
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
    try:
        with replacing(output) as file:
            text = io.TextIOWrapper(file, "utf-8", newline="")
            form.write(predictions, text)
            text.detach()
    except OSError as error:
        raise DataError(f"{output}: cannot be written: {error.strerror}") from None
