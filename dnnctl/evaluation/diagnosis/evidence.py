"""Everything that a verdict rests on: outcomes of training and validation rows, of the network and of simple models."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.data.class_weights import class_weights
from dnnctl.data.split import Splits
from dnnctl.datasets.base import DatasetInfo
from dnnctl.datasets.rows import ArrayRows, Rows
from dnnctl.datasets.samples import AnySamples, Samples, looked_at
from dnnctl.evaluation.baselines import Baseline, linear, logistic
from dnnctl.evaluation.diagnosis.curve import Curve
from dnnctl.evaluation.diagnosis.neighbours import nearest_means
from dnnctl.evaluation.diagnosis.outcomes import Interval, Measure, Outcomes, measure_of
from dnnctl.memory import SAMPLE_BYTES

MOST_ROWS = 10_000  # More rows hardly narrow an interval and only take time.
MOST_ASKED = 3_000  # Of these, rows whose neighbours are looked for.

Answers = Callable[[NDArray[Any]], NDArray[Any]]


@dataclass(frozen=True)
class Split:
    """Some rows of a split and what was said of them.

    Args:
        rows: The rows.
        count: How many rows the split has.
        network: What the network made of them.
        simple: What each simple model made of them, by its kind.
        value: The network's figure on all rows of the split.
    """

    rows: Samples
    count: int
    network: Outcomes
    simple: Mapping[str, Outcomes]
    value: float


@dataclass(frozen=True)
class Evidence:
    """What is known of a training that is over.

    Args:
        info: What is known about the data set.
        measure: The figure that is judged.
        train: Of the training rows.
        validation: Of the validation rows; None if there are none.
        baselines: The simple models.
        curve: The loss by epochs.
        weights: How much each class counts; None for 1 each.
    """

    info: DatasetInfo
    measure: Measure
    train: Split
    validation: Split | None
    baselines: tuple[Baseline, ...]
    curve: Curve
    weights: tuple[float, ...] | None = None

    @property
    def reference(self) -> Baseline | None:
        """The simple model that the network is held against: logistic regression, or else the linear model."""
        return next((each for each in reversed(self.baselines) if each.kind != "trivial"), None)

    def ahead(self, split: Split, kind: str) -> Interval:
        """Return by how much the network is better than a simple model on the same rows."""
        return self.measure.ahead(split.network, split.simple[kind])

    @cached_property
    def neighbours(self) -> tuple[Outcomes, Outcomes] | None:
        """What the network, and the nearest training rows, make of validation rows; None without any."""
        if self.validation is None:
            return None
        count = len(self.validation.rows)
        some = np.linspace(0, count - 1, min(count, MOST_ASKED)).astype(np.int64)
        rows, groups = self.validation.rows.take(some), self.validation.network.groups
        targets = _targets(self.info, self.train.rows.y, self.weights)
        near = self.measure.of(rows.y, nearest_means(self.train.rows.x, targets, rows.x))
        groups = None if groups is None else groups[some]
        return Outcomes(self.validation.network.values[some], groups), Outcomes(near, groups)

    @cached_property
    def balanced(self) -> tuple[Outcomes, Outcomes] | None:
        """What the network, and a linear model with balanced class weights, make of validation rows, each class alike.

        None where classes are weighed already, or there is nothing to tell.
        """
        if self.validation is None or self.weights is not None or not self.info.class_names:
            return None
        rows, train = self.validation.rows, self.train.rows
        weights = class_weights("balanced", np.bincount(train.y, minlength=len(self.info.class_names)), ())
        fit = logistic if any(each.kind == "logistic" for each in self.baselines) else linear
        answers = fit(self.info, train, rows.take(slice(0)), (), weights).answers
        assert answers is not None
        groups = rows.y.reshape(-1)
        said = self.measure.of(rows.y, answers(rows.rows))
        return Outcomes(self.validation.network.values, groups), Outcomes(said, groups)


def gather(
    info: DatasetInfo,
    splits: Splits,
    answers: Answers,
    baselines: Sequence[Baseline],
    *,
    metrics: Mapping[str, Mapping[str, float]],
    history: Sequence[Mapping[str, float]],
    best_epoch: int | None = None,
    weights: Sequence[float] | None = None,
) -> Evidence:
    """Ask the network and the simple models for their answers.

    Args:
        info: What is known about the data set.
        splits: The rows; of many a sample is looked at, and at the test rows not at all.
        answers: The network: raw rows (n, ...) to scores, dropout and the like switched off.
        baselines: Simple models, with the same class weights.
        metrics: Metrics of all rows of `train` and `validation`.
        history: The rows of `history.csv`.
        best_epoch: Epoch whose weights were kept, counted from 1; None for the last one.
        weights: How much each class counts in the loss that was trained; None for 1 each.
    """
    measure = measure_of(info.task, weighed=weights is not None)
    held_out = None if info.shared_rows else splits.validation
    curve = Curve.of(history, measure.name, best_epoch, validated=held_out is not None)
    models: dict[str, Callable[[Rows], NDArray[Any]]] = {
        each.kind: each.answers for each in baselines if each.answers is not None
    }
    trained = _split(measure, splits.train, answers, models, metrics.get("train", {}))
    unseen = None if held_out is None else _split(measure, held_out, answers, models, metrics.get("validation", {}))
    counted = None if weights is None else tuple(weights)
    return Evidence(info, measure, trained, unseen, tuple(baselines), curve, counted)


def _split(
    measure: Measure,
    samples: AnySamples,
    answers: Answers,
    models: Mapping[str, Callable[[Rows], NDArray[Any]]],
    metrics: Mapping[str, float],
) -> Split:
    rows = looked_at(samples)
    row_bytes = max(1, rows.x.nbytes // max(1, len(rows)))
    most = max(1, min(MOST_ROWS, SAMPLE_BYTES // row_bytes))
    if len(rows) > most:
        rows = rows.take(np.linspace(0, len(rows) - 1, most).astype(np.int64))
    groups = _groups(measure, rows)
    said = np.concatenate([answers(block) for block in ArrayRows(rows.x).blocks()])
    simple = {kind: Outcomes(measure.of(rows.y, model(rows.rows)), groups) for kind, model in models.items()}
    network = Outcomes(measure.of(rows.y, said), groups)
    sampled = len(rows) < len(samples)
    return Split(
        rows, len(samples), network, simple, metrics.get(measure.name, network.mean) if sampled else network.mean
    )


def _groups(measure: Measure, rows: Samples) -> NDArray[np.int64] | None:
    return rows.y.reshape(-1) if measure.name == "recall" else None


def _targets(info: DatasetInfo, y: NDArray[Any], weights: Sequence[float] | None) -> NDArray[np.float64]:
    """Return what is averaged over neighbours: numbers, or labels as weighed columns of 0 and 1."""
    if not info.class_names:
        return y.reshape(len(y), -1).astype(np.float64)
    shares = np.ones(len(info.class_names)) if weights is None else np.asarray(weights)
    return np.asarray(np.eye(len(info.class_names))[y.reshape(-1)] * shares)
