"""What can be had without a network: metrics that any network should beat.

Fitted on the training rows, measured on the training and the test rows. Where the classes of a network count by
weights, they count by the same weights here: otherwise the two would aim at different things.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.base import DatasetInfo
from dnnctl.datasets.rows import Rows
from dnnctl.datasets.samples import AnySamples, Samples, looked_at
from dnnctl.errors import DataError
from dnnctl.evaluation.logistic import MOST_WEIGHTS, fit_logistic
from dnnctl.evaluation.measure import all_metrics, measure
from dnnctl.memory import blocks

MOST_ROWS = 20_000  # More training rows hardly change the linear model and only take time.
BLOCK = 4096  # Rows turned into floating point at a time, so that memory stays bounded.
# Ridge as a share of the inputs' variance: enough to solve for pixels that never vary and for columns that
# say the same, and too little to bend a line.
# A mean of 64 bits is off by less than this share of itself.
ROUNDED = 1e-13
RIDGE = {np.dtype(np.float32): 1e-4, np.dtype(np.float64): 1e-8}


@dataclass(frozen=True)
class Baseline:
    """What a simple predictor reaches.

    Args:
        kind: `trivial` looks at no input; `linear` is a linear model; `logistic` one for classes.
        label: What it is, for people, as `majority class (T-shirt)`.
        train: Metric names to values on the training rows.
        test: The same on the test rows.
        answers: Returns what it says of rows, as scores of a network: probabilities or other scores (n, classes), or
            values in the target's unit (n, targets).
    """

    kind: Literal["trivial", "linear", "logistic"]
    label: str
    train: dict[str, float]
    test: dict[str, float]
    answers: Callable[[Rows], NDArray[Any]] | None = field(default=None, repr=False, compare=False)


def baselines(
    info: DatasetInfo,
    train: AnySamples,
    test: AnySamples,
    metrics: Sequence[str] | None = None,
    class_weights: Sequence[float] | None = None,
) -> tuple[Baseline, ...]:
    """Fit and measure the baselines.

    Args:
        info: What is known about the data set.
        train: Rows to fit on; at least one. Of a stream a sample is taken, and the label says so.
        test: Rows to measure on besides.
        metrics: Names of metrics; those of final reports if None.
        class_weights: How much a row of each class counts, (classes,); None for 1 each.

    Returns:
        The trivial baseline and the linear one; for classes from numbers logistic regression too.

    Raises:
        DataError: If there are no rows, or an input is not a finite number.
    """
    if not isinstance(train, Samples) or not isinstance(test, Samples):
        few = looked_at(train)
        found = baselines(info, few, looked_at(test), metrics, class_weights)
        return tuple(replace(each, label=f"{each.label}, {len(few):,} rows sampled") for each in found)
    both = (trivial(info, train, test, metrics), linear(info, train, test, metrics, class_weights))
    weights = int(np.prod(info.input_shape)) * len(info.judged)
    if info.is_image or info.shared_rows or info.task == "regression" or weights > MOST_WEIGHTS:
        return both
    return (*both, logistic(info, train, test, metrics, class_weights))


def trivial(info: DatasetInfo, train: Samples, test: Samples, metrics: Sequence[str] | None = None) -> Baseline:
    """Answer every row alike: with the shares of the classes, or the mean of the target.

    The class it predicts is the most frequent one, the lower label if two are equally frequent; of several labels each
    is predicted to be what it is in more rows. Arguments as of `baselines`.
    """
    _require_rows(train)
    targets = _targets(info, train)
    answer = targets.mean(axis=0, dtype=np.float64)
    if info.task == "regression":
        unit = f" {info.unit}" if info.unit else ""
        means = ", ".join(f"{mean:{',.0f' if abs(mean) >= 1000 else '.4g'}}{unit}" for mean in answer)
        label = f"mean {info.target} ({means})"
    elif info.task == "multilabel":
        label = "most frequent value of each label"
    else:
        label = f"majority class ({info.class_names[int(answer.argmax())]})"
    return _measured(
        "trivial", label, lambda rows: np.broadcast_to(answer, (len(rows), len(answer))), info, (train, test), metrics
    )


def linear(
    info: DatasetInfo,
    train: Samples,
    test: Samples,
    metrics: Sequence[str] | None = None,
    class_weights: Sequence[float] | None = None,
) -> Baseline:
    r"""Fit a linear model with a bias in closed form.

    $W = (X^T X + \lambda n I)^{-1} X^T Y$ on centred, scaled inputs; Y are the targets, or one-hot classes.
    At most `MOST_ROWS` training rows are used to fit, taken evenly by position. Arguments as of `baselines`.

    Raises:
        DataError: If there are no rows, or an input is not a finite number.

    Source: Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2009, 3.4.1 and 4.2.
    """
    _require_rows(train)
    few = _spread(train)
    model = _fit(few.x.reshape(len(few), -1), _targets(info, few), _row_weights(few, class_weights))
    # Of classes the largest score counts; values in a target's unit may need more digits than pixels do.
    number = np.dtype(np.float64) if info.task == "regression" else model.kernel.dtype
    label = f"linear model (closed form){_weighed(class_weights)}"
    return _measured("linear", label, lambda rows: _answers(model, rows, number), info, (train, test), metrics)


def logistic(
    info: DatasetInfo,
    train: Samples,
    test: Samples,
    metrics: Sequence[str] | None = None,
    class_weights: Sequence[float] | None = None,
) -> Baseline:
    """Fit logistic regression, one for each of several labels, on rows of numbers, at most `MOST_ROWS` of them.

    Arguments as of `baselines`.
    """
    _require_rows(train)
    few = _spread(train)
    model = fit_logistic(few.x, few.y, len(info.judged), _row_weights(few, class_weights))

    def answers(rows: Rows) -> NDArray[Any]:
        return np.concatenate([model.probabilities(x) for x in rows.blocks(BLOCK)])

    label = f"logistic regression{_weighed(class_weights)}"
    return _measured("logistic", label, answers, info, (train, test), metrics)


def _measured(
    kind: Literal["trivial", "linear", "logistic"],
    label: str,
    answers: Callable[[Rows], NDArray[Any]],
    info: DatasetInfo,
    parts: tuple[Samples, Samples],
    metrics: Sequence[str] | None,
) -> Baseline:
    """Return a model that was fitted with what it is worth on the training and the test rows."""
    names = all_metrics(info.task, len(info.class_names)) if metrics is None else metrics
    train, test = (measure(info.task, part.y, answers(part.rows), names) if len(part) else {} for part in parts)
    return Baseline(kind, label, train, test, answers)


def _spread(train: Samples) -> Samples:
    """Return the rows to fit on: at most `MOST_ROWS`, taken evenly by position."""
    return train.take(np.linspace(0, len(train) - 1, min(len(train), MOST_ROWS)).astype(np.int64))


def _row_weights(rows: Samples, class_weights: Sequence[float] | None) -> NDArray[np.float64] | None:
    """Return how much each row counts, 1 in the mean; None where all count the same, or none at all."""
    if class_weights is None:
        return None
    weights = np.asarray(class_weights, np.float64)[rows.y.reshape(-1)]
    return weights / weights.mean() if weights.any() else None


def _weighed(class_weights: Sequence[float] | None) -> str:
    return "" if class_weights is None else ", same class weights"


@dataclass(frozen=True)
class _Linear:
    """y = (x - centre) kernel + bias."""

    centre: NDArray[Any]
    kernel: NDArray[Any]
    bias: NDArray[Any]


def _fit(x: NDArray[Any], y: NDArray[Any], weights: NDArray[np.float64] | None = None) -> _Linear:
    """Solve the normal equations for inputs (n, features) and targets (n, outputs); each row counts by its weight."""
    # Pixels are small whole numbers, exact in float32 and twice as fast; columns may be of any size.
    number = np.dtype(np.float32 if x.dtype == np.uint8 else np.float64)
    if weights is None:
        centre, bias = x.mean(axis=0, dtype=np.float64), y.mean(axis=0, dtype=np.float64)
    else:
        centre, bias = (np.average(part, axis=0, weights=weights) for part in (x, y))
    if not np.isfinite(centre).all():
        raise DataError("expected finite inputs for the linear baseline; received NaN or infinity in a column")
    gram, product = np.zeros((x.shape[1], x.shape[1])), np.zeros((x.shape[1], y.shape[1]))
    for block in blocks(len(x), BLOCK):
        part = x[block].astype(number) - centre.astype(number)
        counted = part if weights is None else part * weights[block, None].astype(number)
        gram += counted.T @ part
        product += counted.T @ (y[block] - bias).astype(number)
    variance = np.diag(gram) / len(x)
    # What is left of a column that never varies is what its mean was rounded by.
    variance = np.where(variance > np.square(ROUNDED * centre), variance, 0.0)
    # Columns have units of their own and are scaled one by one; pixels share theirs.
    scale = np.sqrt(np.full_like(variance, variance.mean()) if x.dtype == np.uint8 else variance)
    scale[scale == 0] = 1
    gram /= np.outer(scale, scale)
    gram[np.diag_indices_from(gram)] += RIDGE[number] * len(x)
    kernel = np.linalg.solve(gram, product / scale[:, None]) / scale[:, None]
    return _Linear(centre.astype(number), kernel.astype(number), bias)


def _answers(model: _Linear, rows: Rows, number: np.dtype[Any]) -> NDArray[Any]:
    """Return the model's answers to raw inputs (n, ...) in a type of number: (n, outputs)."""
    answers = np.empty((len(rows), len(model.bias)), number)
    for here, x in zip(blocks(len(rows), BLOCK), rows.blocks(BLOCK), strict=True):
        flat = x.reshape(len(x), -1).astype(model.kernel.dtype)
        answers[here] = (flat - model.centre) @ model.kernel + model.bias
    return answers


def _targets(info: DatasetInfo, rows: Samples) -> NDArray[Any]:
    """Return what a linear model aims at: (n, targets), (n, labels) of 0 and 1, or one-hot classes (n, classes)."""
    if not info.class_names:
        return rows.y.reshape(len(rows), -1)
    one_hot = np.zeros((len(rows), len(info.class_names)), np.float32)
    one_hot[np.arange(len(rows)), rows.y.reshape(-1)] = 1
    return one_hot


def _require_rows(train: Samples) -> None:
    if not len(train):
        raise DataError("expected at least one training row for a baseline; received none")
