"""A network that answers: raw rows in, probabilities or values in the target's unit out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from dnnctl import memory
from dnnctl.data.preprocessing import Preprocessing
from dnnctl.datasets.base import DatasetInfo
from dnnctl.datasets.rows import ArrayRows, Rows
from dnnctl.datasets.samples import AnySamples, Samples, looked_at
from dnnctl.evaluation.by_class import counts_of, rows_of
from dnnctl.evaluation.classification import ClassRow
from dnnctl.evaluation.ensemble_diversity import Comparison
from dnnctl.evaluation.measure import measure, metric
from dnnctl.evaluation.running import RunningMetrics
from dnnctl.memory import ROWS, blocks
from dnnctl.network.losses.base import LossSpec

# Rows by which two engines are compared, and the largest difference at which they agree: of a probability, or of a
# value in standard deviations of the target. Where they agree, the light one answers in place of the heavy one.
COMPARED, TOLERANCE = 256, 1e-5
NO_ROWS = Samples(np.zeros((0, 0)), np.zeros(0))


class Forward(Protocol):
    """The part of an engine that answers."""

    def logits(self, x: NDArray[Any]) -> NDArray[Any]:
        """Return what the network says of raw rows before the last activation, (n, outputs)."""

    def penalty(self) -> float:
        """Return what the weights' penalties add to the loss."""


@dataclass(frozen=True)
class Measured:
    """What a network is worth on the rows of a split.

    Args:
        metrics: The loss, with penalties, and metrics by name.
        count: How many rows were measured.
        samples: Those that can be looked at: all of them, or a sample of a stream; none if they were not to be kept.
        scores: What the network says of `samples`.
        counts: Rows of a stream by true class and predicted one, of labels one each; None for numbers, and for rows in
            memory.
        auc_error: By how much the area under the curve may be off, where scores were counted in bins; else None.
    """

    metrics: dict[str, float]
    count: int
    samples: Samples = NO_ROWS
    scores: NDArray[Any] = field(default_factory=lambda: NO_ROWS.y)
    counts: NDArray[np.int64] | None = None
    auc_error: float | None = None

    def class_rows(self) -> Sequence[ClassRow]:
        """Return how each class or label fared, of all rows; where scores were kept or counts are there."""
        return rows_of(counts_of(self.samples.y, self.scores) if self.counts is None else self.counts)


class Network:
    """An engine's network with what is needed to read its answers.

    Args:
        engine: What computes the logits.
        info: What is known about the data set.
        preprocessing: From raw rows to the first layer, and back to the target's unit.
        loss: The loss it is trained with.
    """

    def __init__(self, engine: Forward, info: DatasetInfo, preprocessing: Preprocessing, loss: LossSpec) -> None:
        self._engine = engine
        self._info = info
        self._preprocessing = preprocessing
        self._spec = loss
        self._loss = loss.to_numpy()

    def scores(self, x: NDArray[Any]) -> NDArray[Any]:
        """Return what the network says of raw rows.

        Args:
            x: Raw rows, (n, ...).

        Returns:
            Probabilities (n, classes); (n,) of class 1 for two classes with one output unit; probabilities of several
            labels (n, labels); values in the target's unit (n, targets). float64.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            return self.read(self._engine.logits(x))

    def penalty(self) -> float:
        """Return what the weights' penalties add to the loss."""
        with np.errstate(over="ignore", invalid="ignore"):
            return self._engine.penalty()

    def read(self, logits: NDArray[Any]) -> NDArray[Any]:
        """Return what logits (n, outputs) mean, as `scores` does."""
        result = self._spec.answers(logits)
        if self._info.task == "regression":
            return self._preprocessing.restore_targets(result)
        return result[:, 0] if result.shape[1] == 1 else result

    def evaluate(self, x: Rows, y: NDArray[Any], metrics: Sequence[str]) -> tuple[dict[str, float], NDArray[Any]]:
        """Measure the network on rows.

        Args:
            x: Raw rows, (n, ...), at least one.
            y: Their raw targets, (n,) labels or (n, targets).
            metrics: Names of metrics.

        Returns:
            The loss, with penalties, and the metrics by name; and the scores of the rows, float64, but probabilities of
            more than `ROWS` rows in the type of the logits.
        """
        return self._evaluate(map(self._engine.logits, x.blocks(ROWS)), y, metrics, self.penalty())

    def measure(self, samples: AnySamples, metrics: Sequence[str], *, keep: bool = True) -> Measured:
        """Measure the network on the rows of a split; of a stream no more than a sample's scores are held.

        Args:
            samples: The rows, at least one.
            metrics: Names of metrics.
            keep: Whether scores are wanted beyond the metrics.
        """
        if isinstance(samples, Samples):
            found, scores = self.evaluate(samples.rows, samples.y, metrics)
            return Measured(found, len(samples), samples, scores) if keep else Measured(found, len(samples))
        found, sums = self.evaluate_stream(samples, metrics)
        if not keep:
            return Measured(found, len(samples), counts=sums.confusion_matrix, auc_error=sums.auc_error)
        few = looked_at(samples)
        scores = np.concatenate([self.scores(part.x) for part in few.blocks()])
        return Measured(found, len(samples), few, scores, sums.confusion_matrix, sums.auc_error)

    def measure_members(self, samples: AnySamples, metrics: Sequence[str]) -> tuple[Measured, Comparison | None]:
        """Return what `measure` does, and the members of an ensemble beside each other; None for a single network."""
        return self.measure(samples, metrics), None

    def evaluate_stream(self, samples: AnySamples, metrics: Sequence[str]) -> tuple[dict[str, float], RunningMetrics]:
        """Measure the network on rows that are never held together, as `evaluate` does.

        Args:
            samples: The rows, at least one.
            metrics: Names of metrics.

        Returns:
            The loss, with penalties, and the metrics by name; and the sums that they come from.
        """
        sums, total = self.running(metrics), 0.0
        with np.errstate(over="ignore", invalid="ignore"):
            for part in samples.blocks(ROWS):
                logits = self._engine.logits(part.x)
                targets = self._preprocessing.prepare_targets(part.y, str(logits.dtype))
                total += self._loss.value(logits, targets) * len(part)
                self.add_to(sums, logits, part.y)
            found = sums.values()
        memory.give_back()
        return {"loss": total / sums.rows + self.penalty(), **found}, sums

    def running(self, metrics: Sequence[str]) -> RunningMetrics:
        """Return the sums of metrics before the first row."""
        info = self._info
        return RunningMetrics(info.task, len(info.class_names) or info.outputs, metrics)

    def add_to(self, sums: RunningMetrics, logits: NDArray[Any], y: NDArray[Any], together: int | None = None) -> None:
        """Add rows to running sums.

        Args:
            sums: Out of `running`.
            logits: What the network says of the rows, (n, outputs).
            y: Their raw targets.
            together: As of `RunningMetrics.add`.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            if self._by_order(sums.metrics) and np.isfinite(logits).all():
                sums.add(y, logits)
                return
            scores = self.read(logits)
            # As of very many rows in memory.
            sums.add(
                y, scores if self._info.task == "regression" else scores.astype(logits.dtype, copy=False), together
            )

    def _by_order(self, metrics: Sequence[str]) -> bool:
        """Tell whether logits are as good as scores.

        Probabilities come in the order of their logits, and need not be computed to tell which is the largest.
        """
        return self._spec.activation == "softmax" and all(metric(name).by_order for name in metrics)

    def evaluate_logits(
        self, logits: NDArray[Any], y: NDArray[Any], metrics: Sequence[str], *, penalty: float
    ) -> tuple[dict[str, float], NDArray[Any]]:
        """Measure logits (n, outputs) against raw targets, as `evaluate` does.

        Args:
            logits: What the network says.
            y: Raw targets.
            metrics: Names of metrics.
            penalty: What the weights' penalties add to the loss.
        """
        return self._evaluate(ArrayRows(logits).blocks(ROWS), y, metrics, penalty)

    def metrics_of(
        self, logits: NDArray[Any], y: NDArray[Any], metrics: Sequence[str], *, spend: bool = False
    ) -> dict[str, float]:
        """Measure logits (n, outputs) against raw targets, but for the loss.

        Args:
            logits: What the network says.
            y: Raw targets.
            metrics: Names of metrics.
            spend: Whether the scores of very many rows may be written over their logits.
        """
        if self._by_order(metrics) and all(np.isfinite(logits[here]).all() for here in blocks(len(logits))):
            return measure(self._info.task, y, logits, metrics)
        measured, _ = self._evaluate(ArrayRows(logits).blocks(ROWS), y, metrics, 0.0, logits if spend else None)
        return {name: measured[name] for name in metrics if name in measured}

    def _evaluate(
        self,
        parts: Iterator[NDArray[Any]],
        y: NDArray[Any],
        metrics: Sequence[str],
        penalty: float,
        into: NDArray[Any] | None = None,
    ) -> tuple[dict[str, float], NDArray[Any]]:
        """Measure rows by the logits of each block of `ROWS`; what is computed of them is never held for all rows."""
        # What is too large for its type is infinite, and said to be so.
        with np.errstate(over="ignore", invalid="ignore"):
            # Without any row `measure` says what is wrong.
            first, *others = blocks(max(1, len(y)), ROWS)
            logits = next(parts)
            loss, scores = self._block(logits, y[first])
            if others:
                # Probabilities have no more digits than the network computes with; values in a target's unit may, since
                # a mean was added to them.
                number = scores.dtype if self._info.task == "regression" else logits.dtype
                fits = into is not None and (len(y), *scores.shape[1:], number) == (*into.shape, into.dtype)
                whole = into if into is not None and fits else np.empty((len(y), *scores.shape[1:]), number)
                whole[first], total = scores, loss * len(scores)
                for here, logits in zip(others, parts, strict=True):
                    loss, whole[here] = self._block(logits, y[here])
                    total += loss * len(y[here])
                loss, scores = total / len(y), whole
            measured = {"loss": loss + penalty, **measure(self._info.task, y, scores, metrics)}
        if others:
            memory.give_back()
        return measured, scores

    def _block(self, logits: NDArray[Any], y: NDArray[Any]) -> tuple[float, NDArray[Any]]:
        """Return the mean loss and the scores of some rows; what is computed on the way is several times as large."""
        targets = self._preprocessing.prepare_targets(y, str(logits.dtype))
        return self._loss.value(logits, targets), self.read(logits)


@dataclass(frozen=True)
class Agreement:
    """How near two engines are on the same rows.

    Args:
        rows: How many rows were compared.
        largest_difference: Of a probability, or of a value in standard deviations of the target; None if an
            engine gave no finite number.
        passed: Whether it is at most `TOLERANCE`.
    """

    rows: int
    largest_difference: float | None
    passed: bool

    def to_json(self) -> dict[str, Any]:
        """Return this as plain values."""
        return {"rows": self.rows, "largest_difference": self.largest_difference, "passed": self.passed}


def compare_engines(one: Network, other: Network, x: Rows, preprocessing: Preprocessing) -> Agreement:
    """Compare what two engines say of rows.

    Args:
        one: The network as one engine answers.
        other: The same weights in the other.
        x: Raw rows, (n, ...); the first `COMPARED` are compared.
        preprocessing: Statistics of the training rows.
    """
    rows = next(x.blocks(COMPARED))
    with np.errstate(over="ignore", invalid="ignore"):
        difference = np.abs(one.scores(rows) - other.scores(rows))
        if preprocessing.target_std:
            difference = difference / np.array(preprocessing.target_std)
        largest = float(difference.max(initial=0.0))
    return Agreement(len(rows), largest if np.isfinite(largest) else None, largest <= TOLERANCE)
