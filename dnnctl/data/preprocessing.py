r"""What happens to numbers on the way into and out of the network, with statistics of the training rows.

Images are flattened and divided by their largest possible pixel value. Numbers are standardized:
$x' = (x - \mu) / \sigma$, a column at a time, in 64 bits where a column is far from zero beside what it varies by, as
time stamps are: in 32 there would be little left of it. Regression targets are standardized likewise for training
and put back afterwards: $\hat y = \sigma \hat y' + \mu$. All of it becomes part of the saved model. A table's
categories are columns of 0 and 1 before that (`encoding.py`), which are left as they are.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.data.encoding import Encoding
from dnnctl.datasets.base import DatasetInfo
from dnnctl.datasets.images.appearance import Appearance, fit_appearance
from dnnctl.datasets.images.likeness import Likeness, fit_likeness
from dnnctl.datasets.parts.precision import span_of
from dnnctl.datasets.samples import Samples
from dnnctl.errors import RunError
from dnnctl.memory import blocks
from dnnctl.network.layers.base import KerasForm

# Of `preprocessing.json`; another one is not read.
FORMAT = 2
# A column is far from zero if its mean is so many standard deviations: in 32 bits they are off by 6e-6 of one.
FAR = 100
# Digits of a standard deviation that a network of 32 bits tells.
DIGITS = 7
SMALLEST = float(np.finfo(np.float32).tiny)
# Numbers that are worked on at a time.
TOGETHER = 1 << 20


@dataclass(frozen=True)
class Preprocessing:
    """Statistics fitted on the training rows.

    Args:
        input_shape: Shape of one raw row.
        divisor: What pixels are divided by; None for numbers.
        mean: Mean of each column, for numbers; empty for images.
        std: Standard deviation of each column, 1 where a column is constant; empty for images.
        target_mean: Mean of each regression target; empty for classes.
        target_std: Standard deviation of each regression target; empty for classes.
        ground: Mean of the pixels along the border of the training images, as a share of the largest
            possible value; None for numbers.
        table: From the cells of a table to numbers; None for everything else.
        info: What is known about data of the user's own, so that a prediction can do without it; None for
            data sets that describe themselves.
        appearance: How the training images look; None for numbers, and in runs that were saved before it was stored.
        likeness: How far others are from them; None for numbers, few images, and in such runs.
    """

    input_shape: tuple[int, ...]
    divisor: float | None
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    target_mean: tuple[float, ...] = ()
    target_std: tuple[float, ...] = ()
    ground: float | None = None
    table: Encoding | None = None
    info: DatasetInfo | None = None
    appearance: Appearance | None = None
    likeness: Likeness | None = None

    def prepare(self, x: NDArray[Any], dtype: str = "float32") -> NDArray[Any]:
        """Return raw inputs as the network's first layer wants them.

        Args:
            x: Raw rows, (n, *input_shape).
            dtype: Type to compute in.

        Returns:
            Array (n, inputs) of that type.
        """
        rows = x.reshape(len(x), -1)
        if self.divisor is not None:
            flat: NDArray[Any] = rows.astype(dtype)
            flat *= np.asarray(1 / self.divisor, dtype)
            return flat
        number = "float64" if self.is_far else dtype
        mean, std = np.asarray(self.mean, number), np.asarray(self.std, number)
        result = np.empty(rows.shape, dtype)
        # What is computed on the way stays small beside all rows.
        for here in blocks(len(rows), max(1, TOGETHER // max(1, rows.shape[1]))):
            part = rows[here].astype(number)
            part -= mean
            part /= std
            result[here] = part
        return result

    @cached_property
    def is_far(self) -> bool:
        """Whether a column is so far from zero, beside what it varies by, that 32 bits would hold too little of it."""
        return _are_far(self.mean, self.std)

    def prepare_targets(self, y: NDArray[Any], dtype: str = "float32") -> NDArray[Any]:
        """Return targets as the loss wants them: labels (n,) or (n, labels) as they are, numbers standardized."""
        if not self.target_mean:
            return y.astype(dtype if y.dtype.kind == "f" else np.int32)
        columns = y.reshape(len(y), -1).astype(np.float64)
        standardized: NDArray[Any] = (columns - np.array(self.target_mean)) / np.array(self.target_std)
        return standardized.astype(dtype)

    def restore_targets(self, standardized: NDArray[Any]) -> NDArray[np.float64]:
        """Return standardized predictions (n, targets) in the target's own unit."""
        return np.asarray(standardized.astype(np.float64) * np.array(self.target_std) + np.array(self.target_mean))

    def told_targets(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return predictions (n, targets) in the target's own unit with the digits that a network of 32 bits tells.

        Returns:
            float32 where that holds them; of targets far from zero float64, rounded to a ten millionth of what they
            vary by.
        """
        if not _are_far(self.target_mean, self.target_std):
            return values.astype(np.float32)
        digits = DIGITS - np.floor(np.log10(np.array(self.target_std))).astype(int)
        columns = values.reshape(len(values), -1).astype(np.float64).T
        told = [np.round(column, max(0, int(places))) for column, places in zip(columns, digits, strict=True)]
        return np.stack(told, axis=1)

    def keras_forms_before(self) -> list[tuple[str, KerasForm]]:
        """Return the built-in Keras layers, with their names, that do what `prepare` does to flat rows."""
        if self.divisor is not None:
            return [("scale", KerasForm("Rescaling", {"scale": 1 / self.divisor, "offset": 0.0}))]
        if not self.is_far:
            return [("standardize", _normalization(self.mean, self.std))]
        near, rest = _parted(self.mean)
        return [
            ("centre", _normalization(near, (1.0,) * len(near), dtype="float64")),
            ("standardize", _normalization(rest, self.std, dtype="float64")),
        ]

    def keras_forms_after(self) -> list[tuple[str, KerasForm]]:
        """Return the built-in Keras layers, with their names, that do what `restore_targets` does."""
        if not self.target_mean:
            return []
        if not _are_far(self.target_mean, self.target_std):
            return [("restore_unit", _normalization(self.target_mean, self.target_std, invert=True))]
        near, rest = _parted(self.target_mean)
        return [
            ("restore_unit", _normalization(rest, self.target_std, invert=True, dtype="float64")),
            ("restore_place", _normalization(near, (1.0,) * len(near), invert=True, dtype="float64")),
        ]

    def to_json(self) -> dict[str, Any]:
        """Return this as `preprocessing.json` has it."""
        return {
            "format": FORMAT,
            "input_shape": list(self.input_shape),
            "divisor": self.divisor,
            "mean": list(self.mean),
            "std": list(self.std),
            "target_mean": list(self.target_mean),
            "target_std": list(self.target_std),
            "ground": self.ground,
            "table": None if self.table is None else self.table.to_json(),
            "info": None if self.info is None else self.info.to_json(),
            # Of pictures only; runs were saved without these.
            **({} if self.appearance is None else {"appearance": self.appearance.to_json()}),
            **({} if self.likeness is None else {"likeness": self.likeness.to_json()}),
        }

    @classmethod
    def from_json(cls, value: Any, where: object = "preprocessing.json") -> "Preprocessing":
        """Read what `to_json` wrote.

        Args:
            value: What was written.
            where: The file, for messages.

        Raises:
            RunError: If it is something else.
        """
        if not isinstance(value, dict):
            raise RunError(f"{where}: expected the statistics of a run; received {type(value).__name__}")
        if value.get("format") != FORMAT:
            received = str(value.get("format"))[:20]
            raise RunError(f"{where}: expected format {FORMAT}; received {received!r}. Restore it, or train again")
        try:
            stored = cls(
                input_shape=tuple(value["input_shape"]),
                divisor=value["divisor"],
                mean=tuple(value["mean"]),
                std=tuple(value["std"]),
                target_mean=tuple(value["target_mean"]),
                target_std=tuple(value["target_std"]),
                ground=value["ground"],
                table=None if value["table"] is None else Encoding.from_json(value["table"]),
                info=None if value["info"] is None else DatasetInfo.from_json(value["info"]),
                appearance=None if value.get("appearance") is None else Appearance.from_json(value["appearance"]),
                likeness=None if value.get("likeness") is None else Likeness.from_json(value["likeness"]),
            )
        except (TypeError, AttributeError, KeyError) as error:
            raise RunError(f"{where}: expected the statistics of a run; {error}") from None
        if stored.to_json() != value:
            raise RunError(f"{where}: holds more than the statistics of a run. Restore it, or train again")
        return stored


def _normalization(mean: tuple[float, ...], std: tuple[float, ...], **options: Any) -> KerasForm:
    return KerasForm("Normalization", {"mean": list(mean), "variance": [value**2 for value in std], **options})


def _parted(mean: tuple[float, ...]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return means as numbers of 32 bits and what these leave: Keras rounds the ones that it is given to 32 bits."""
    near = np.array(mean).astype(np.float32).astype(np.float64)
    return tuple(near.tolist()), tuple((np.array(mean) - near).tolist())


def _are_far(mean: tuple[float, ...], std: tuple[float, ...]) -> bool:
    return bool((np.abs(np.array(mean)) > FAR * np.array(std)).any())


def fit_preprocessing(info: DatasetInfo, train: Samples, table: Encoding | None = None) -> Preprocessing:
    """Fit the statistics on the training rows.

    Args:
        info: What is known about the data set.
        train: The training rows, and no others.
        table: How they were encoded, if they are of a table; columns of 0 and 1 are not standardized.
    """
    target_mean: tuple[float, ...] = ()
    target_std: tuple[float, ...] = ()
    if info.task == "regression":
        target_mean, target_std = _statistics(train.y.reshape(len(train), -1))
    if info.is_image and info.input_range is not None:
        top = info.input_range[1]
        edges = (train.x[:, 0], train.x[:, -1], train.x[:, :, 0], train.x[:, :, -1])
        # Sums, not one array of all four: that would be a seventh of the images once more.
        total = sum(float(edge.sum(dtype=np.float64)) for edge in edges)
        ground = total / sum(edge.size for edge in edges) / top
        return with_looks(
            Preprocessing(info.input_shape, top, target_mean=target_mean, target_std=target_std, ground=ground),
            train.x,
            info.input_range,
        )
    mean, std = _statistics(train.x)
    if table is not None:
        scaled = table.scaled
        mean = tuple(np.where(scaled, mean, 0.0).tolist())
        std = tuple(np.where(scaled, std, 1.0).tolist())
    return Preprocessing(info.input_shape, None, mean, std, target_mean, target_std, table=table)


def with_looks(fitted: Preprocessing, pictures: NDArray[Any], span: tuple[float, float]) -> Preprocessing:
    """Return statistics with how training images look.

    Args:
        fitted: The other statistics.
        pictures: Training images, or some of them, (n, height, width, ...).
        span: Smallest and largest value of a pixel.
    """
    look = fit_appearance(pictures, span)
    if look is None:
        return fitted
    return replace(fitted, appearance=look, likeness=fit_likeness(pictures, span, look.ground))


def _statistics(columns: NDArray[Any]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    mean, std = centre_and_spread(columns)
    return tuple(mean.tolist()), tuple(std.tolist())


def centre_and_spread(columns: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the mean of each column and its standard deviation, 1 where it never varies.

    Args:
        columns: Numbers (rows, columns).

    Returns:
        Both float64 (columns,).
    """
    mean, std = columns.mean(axis=0, dtype=np.float64), columns.std(axis=0, dtype=np.float64)
    low, high = span_of(columns)
    # The mean of equal numbers is rounded, and would be off from all of them.
    return np.where(low == high, low, mean), varied(np.where(low == high, 0.0, std))


def varied(std: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return standard deviations (columns,), 1 where one is 0 or too small for 32 bits."""
    return np.where(std >= SMALLEST, std, 1.0)
