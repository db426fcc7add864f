r"""How the members of an ensemble compare with each other and with the ensemble.

For classes, two members disagree about a row if they put different classes first. For numbers, $M$ members
differ about a row by the standard deviation of their answers, and what the ensemble gains is exact: its mean
squared error is the members' mean one less the mean square of that deviation.

Source: Krogh and Vedelsby, Neural Network Ensembles, Cross Validation, and Active Learning, 1995.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.base import Task
from dnnctl.files import json_numbers

Metrics = Mapping[str, float]


@dataclass(frozen=True)
class Comparison:
    """The members of an ensemble beside each other, on the same rows.

    Args:
        names: The members, as `01`.
        labels: What tells them apart, for people, as `seed 3`.
        metrics: Loss and metrics of each.
        mean: The mean of each metric over the members.
        together: Loss and metrics of the ensemble.
        disagreement: How much they disagree, by name, as `disagreement` or `answer_deviation` returns it.
        pairs: (members, members): share of the rows that two members answer differently; for numbers the root
            of the mean squared difference of their answers, in the target's unit.
    """

    names: tuple[str, ...]
    labels: tuple[str, ...]
    metrics: tuple[Metrics, ...]
    mean: Metrics
    together: Metrics
    disagreement: Metrics
    pairs: NDArray[np.float64]

    def to_json(self) -> dict[str, Any]:
        """Return this as values that JSON can hold."""
        pairs = [[value if isfinite(value) else None for value in row] for row in self.pairs.tolist()]
        return {
            "members": {name: json_numbers(metrics) for name, metrics in zip(self.names, self.metrics, strict=True)},
            "mean_member": json_numbers(self.mean),
            "disagreement": {**json_numbers(self.disagreement), "pairs": pairs},
        }


def compare_members(
    task: Task,
    y_true: NDArray[Any],
    answers: Sequence[NDArray[Any]],
    metrics: Sequence[Metrics],
    together: Metrics,
    described: Sequence[tuple[str, str]],
) -> Comparison:
    """Compare members by their answers to the same rows.

    Args:
        task: What is predicted.
        y_true: int64 (n,) labels, or float (n, targets), or 0 and 1 of several labels.
        answers: Of each member: (n,) the class that it puts first, (n, labels) of 0 and 1, or (n, targets) values in
            the target's unit. At least two members, and one row.
        metrics: Loss and metrics of each member.
        together: Loss and metrics of the ensemble.
        described: Name and label of each member.
    """
    if task == "regression":
        values = np.stack([each.reshape(len(each), -1) for each in answers]).astype(np.float64)
        how_much, pairs = answer_deviation(values)
    else:
        # Each of several labels is an answer of its own.
        how_much, pairs = disagreement(np.stack([each.reshape(-1) for each in answers]), y_true.reshape(-1))
    shared = [name for name in metrics[0] if all(name in each for each in metrics)]
    mean = {name: float(np.mean([each[name] for each in metrics])) for name in shared}
    names, labelled = zip(*described, strict=True)
    return Comparison(names, labelled, tuple(metrics), mean, together, how_much, pairs)


def disagreement(labels: NDArray[np.int64], y_true: NDArray[Any]) -> tuple[dict[str, float], NDArray[np.float64]]:
    """Return how much members disagree about classes.

    Args:
        labels: The class that each member puts first, (members, n).
        y_true: (n,) labels.

    Returns:
        `pairwise`: share of the rows that two members answer differently, mean over all pairs; `all_agree`:
        share of the rows on which all say the same; `all_right` and `none_right`: shares of the rows that every
        member and that no member has right. And the share of each pair, (members, members).
    """
    pairs = np.array([[np.mean(one != other) for other in labels] for one in labels])
    right = labels == y_true.reshape(1, -1)
    return {
        "pairwise": _mean_of_pairs(pairs),
        "all_agree": float(np.mean((labels == labels[:1]).all(axis=0))),
        "all_right": float(np.mean(right.all(axis=0))),
        "none_right": float(np.mean(~right.any(axis=0))),
    }, pairs


def answer_deviation(values: NDArray[np.float64]) -> tuple[dict[str, float], NDArray[np.float64]]:
    """Return how much members disagree about numbers.

    Args:
        values: Answers in the target's unit, (members, n, targets).

    Returns:
        In the target's unit: `pairwise`: root of the mean squared difference between two members, mean over all
        pairs; `std`: root of the mean squared standard deviation of the answers to a row, `largest_std`: the
        largest one. Of several targets, the mean over the targets of each one's own (the largest of all for the
        last). And the difference of each pair, (members, members).
    """

    def rooted(squares: NDArray[np.float64]) -> float:
        return float(np.mean(np.sqrt(np.mean(squares, axis=0))))

    # What is too large for 64 bits is infinite, and found to be so where metrics are measured.
    with np.errstate(over="ignore", invalid="ignore"):
        pairs = np.array([[rooted(np.square(one - other)) for other in values] for one in values])
        variance = values.var(axis=0)
        return {
            "pairwise": _mean_of_pairs(pairs),
            "std": rooted(variance),
            "largest_std": float(np.sqrt(variance.max())),
        }, pairs


def _mean_of_pairs(pairs: NDArray[np.float64]) -> float:
    return float(pairs[np.triu_indices(len(pairs), 1)].mean())
