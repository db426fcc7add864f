r"""What rows came to, one by one, and between what limits a figure that is their mean lies.

A verdict compares figures of few rows, so each has an interval that holds the figure of many such rows with a
confidence of 95%. Two predictors are compared on the same rows, by the differences row by row, which is far sharper
than comparing two figures. Where each class counts the same, as in the mean recall, the means of the classes are
averaged, and their variances too: a class of four rows leaves the whole uncertain, however many rows the others
have.

For shares, four made-up rows, two right and two wrong, keep an interval honest where all of a few rows are right;
for differences of shares one row for each side. Errors are compared on a logarithmic scale, since they are never
negative and their ratio is what matters: $\log \bar e \pm t\, s / (\bar e \sqrt n)$.

Source: Agresti and Coull, Approximate is better than "exact" for interval estimation of binomial proportions, The
American Statistician 52, 1998; Bonett and Price, Adjusted Wald confidence interval for a difference of binomial
proportions based on paired data, Journal of Educational and Behavioral Statistics 37, 2012.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, inf, log, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.base import Task
from dnnctl.evaluation.classification import predicted_labels
from dnnctl.evaluation.regression import residuals

Values = NDArray[np.float64]
Z = 1.96
TINY = 1e-300


@dataclass(frozen=True)
class Interval:
    """A figure and its limits, with a confidence of 95%.

    Args:
        value: The figure.
        low: Its lower limit.
        high: Its upper limit.
    """

    value: float
    low: float
    high: float


UNKNOWN = Interval(0.0, -inf, inf)


@dataclass(frozen=True)
class Outcomes:
    """What each of some rows came to.

    Args:
        values: (n,) 1 for a right answer and 0 for a wrong one, or the squared error.
        groups: (n,) the class of each row, where every class counts the same; None where every row does.
    """

    values: Values
    groups: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.values)

    def parts(self) -> list[Values]:
        """Return the values, those of each class by themselves if they are to count the same."""
        if self.groups is None:
            return [self.values]
        return [self.values[self.groups == group] for group in np.unique(self.groups)]

    @property
    def mean(self) -> float:
        """The figure."""
        return float(np.mean([part.mean() for part in self.parts()]))

    def less(self, other: "Outcomes") -> "Outcomes":
        """Return the differences to another predictor's outcomes of the same rows."""
        return Outcomes(self.values - other.values, self.groups)


def _moments(outcomes: Outcomes, added: Sequence[float] = ()) -> tuple[float, float]:
    """Return the mean and its variance, with made-up rows added to every part."""
    means, variances = [], []
    for part in outcomes.parts():
        rows = np.concatenate([part, added])
        means.append(rows.mean())
        variances.append(rows.var() / len(rows))
    return float(np.mean(means)), float(np.sum(variances)) / len(means) ** 2


class Measure:
    """A figure that networks are judged by.

    Args:
        name: Its name among the metrics.
        words: What it is called in sentences.
        of: Truth and scores to what each row came to, (n,).
    """

    larger_is_better = True

    def __init__(self, name: str, words: str, of: Callable[[NDArray[Any], NDArray[Any]], Values]) -> None:
        self.name, self.words, self.of = name, words, of

    def written(self, value: float) -> str:
        """Return a value of the figure in words."""
        return f"{value:.3f}"

    def interval(self, outcomes: Outcomes) -> Interval:
        """Return the figure with its limits."""
        centre, variance = _moments(outcomes, (0.0, 0.0, 1.0, 1.0))
        reach, value = Z * sqrt(variance), outcomes.mean
        return Interval(value, min(value, max(0.0, centre - reach)), max(value, min(1.0, centre + reach)))

    def ahead(self, one: Outcomes, other: Outcomes) -> Interval:
        """Return by how much one predictor is better than another on the same rows."""
        difference = one.less(other)
        centre, variance = _moments(difference, (-1.0, 1.0))
        reach = Z * sqrt(variance)
        return Interval(difference.mean, centre - reach, centre + reach)

    def gap(self, train: Outcomes, unseen: Outcomes) -> Interval:
        """Return by how much a network is better on rows it was trained on than on others."""
        (first, one), (second, two) = (_moments(rows, (0.0, 0.0, 1.0, 1.0)) for rows in (train, unseen))
        reach = Z * sqrt(one + two)
        return Interval(train.mean - unseen.mean, first - second - reach, first - second + reach)


class Error(Measure):
    """A mean squared error; `ahead` is in shares of the other's error, and `gap` the logarithm of a ratio."""

    larger_is_better = False

    def written(self, value: float) -> str:
        """Return a value of the figure in words."""
        return f"{value:.4g}"

    def interval(self, outcomes: Outcomes) -> Interval:
        """Return the figure with its limits."""
        value, reach = outcomes.mean, _reach(outcomes)
        return Interval(value, value * exp(-min(reach, 700)), value * exp(min(reach, 700)))

    def ahead(self, one: Outcomes, other: Outcomes) -> Interval:
        """Return by what share of its error one predictor is better than another on the same rows."""
        whole = other.mean
        if whole <= TINY or len(other) < 2:
            return UNKNOWN
        centre, variance = _moments(other.less(one))
        reach = _t(len(one)) * sqrt(variance)
        return Interval(centre / whole, (centre - reach) / whole, (centre + reach) / whole)

    def gap(self, train: Outcomes, unseen: Outcomes) -> Interval:
        """Return the logarithm of the ratio of the two errors."""
        value = log(max(unseen.mean, TINY) / max(train.mean, TINY))
        reach = sqrt(_reach(train) ** 2 + _reach(unseen) ** 2)
        return Interval(value, value - reach, value + reach)


def _reach(outcomes: Outcomes) -> float:
    """Return how far the logarithm of a mean error may be off."""
    mean, variance = _moments(outcomes)
    return _t(len(outcomes)) * sqrt(variance) / max(mean, TINY) if len(outcomes) > 1 else inf


def _t(rows: int) -> float:
    """Return the quantile of Student's distribution that a few rows need in place of 1.96."""
    from scipy.special import stdtrit

    return float(stdtrit(rows - 1, 0.975)) if rows < 200 else Z


def _right(y: NDArray[Any], scores: NDArray[Any]) -> Values:
    return np.asarray(predicted_labels(scores) == y.reshape(-1), np.float64)


def _squared(y: NDArray[Any], scores: NDArray[Any]) -> Values:
    return np.asarray(np.square(residuals(y, scores)).mean(axis=1))


def _labels_right(y: NDArray[Any], scores: NDArray[Any]) -> Values:
    return np.asarray(((scores > 0.5) == (y > 0.5)).mean(axis=1))


ACCURACY = Measure("accuracy", "accuracy", _right)
RECALL = Measure("recall", "mean recall of the classes", _right)
MSE = Error("mse", "mean squared error", _squared)
LABELS = Measure("accuracy", "accuracy of the labels", _labels_right)
BY_TASK: dict[Task, Measure] = {"binary": ACCURACY, "multiclass": ACCURACY, "multilabel": LABELS, "regression": MSE}


def measure_of(task: Task, *, weighed: bool) -> Measure:
    """Return the figure that a task is judged by.

    Args:
        task: What is predicted.
        weighed: Whether classes were weighed in the loss: accuracy is given away on purpose then, and the mean recall
            of the classes, in which each counts the same, takes its place.
    """
    return RECALL if weighed and BY_TASK[task] is ACCURACY else BY_TASK[task]
