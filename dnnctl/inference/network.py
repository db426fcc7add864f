"""A network that answers: raw rows in, probabilities or values in the target's unit out."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from dnnctl import memory
from dnnctl.data.preprocessing import Preprocessing
from dnnctl.datasets.base import DatasetInfo, Samples
from dnnctl.engines.numpy.losses import answers, build_loss
from dnnctl.evaluation.measure import measure, metric
from dnnctl.memory import ROWS, blocks
from dnnctl.network.losses import LossSpec


class Forward(Protocol):
    """The part of an engine that answers."""

    def logits(self, x: NDArray[Any]) -> NDArray[Any]:
        """Return what the network says of raw rows before the last activation, (n, outputs)."""

    def penalty(self) -> float:
        """Return what the weights' penalties add to the loss."""


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
        self._loss = build_loss(loss)

    def scores(self, x: NDArray[Any]) -> NDArray[Any]:
        """Return what the network says of raw rows.

        Args:
            x: Raw rows, (n, ...).

        Returns:
            Probabilities (n, classes); (n,) of class 1 for two classes with one output unit; values in the
            target's unit (n, targets). float64.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            return self.read(self._engine.logits(x))

    def penalty(self) -> float:
        """Return what the weights' penalties add to the loss."""
        with np.errstate(over="ignore", invalid="ignore"):
            return self._engine.penalty()

    def read(self, logits: NDArray[Any]) -> NDArray[Any]:
        """Return what logits (n, outputs) mean, as `scores` does."""
        result = answers(self._spec, logits)
        if self._info.task == "regression":
            return self._preprocessing.restore_targets(result)
        return result[:, 0] if result.shape[1] == 1 else result

    def figures(self, samples: Samples, metrics: Sequence[str]) -> tuple[dict[str, float], NDArray[Any]]:
        """Measure the network on rows.

        Args:
            samples: Raw rows with their targets, at least one.
            metrics: Names of metrics.

        Returns:
            The loss, with penalties, and the metrics by name; and the scores of the rows, float64, but probabilities of
            more than `ROWS` rows in the type of the logits.
        """
        return self._figures(lambda here: self._engine.logits(samples.x[here]), samples.y, metrics, self.penalty())

    def figures_of(
        self, logits: NDArray[Any], y: NDArray[Any], metrics: Sequence[str], *, penalty: float
    ) -> tuple[dict[str, float], NDArray[Any]]:
        """Measure logits (n, outputs) against raw targets, as `figures` does.

        Args:
            logits: What the network says.
            y: Raw targets.
            metrics: Names of metrics.
            penalty: What the weights' penalties add to the loss.
        """
        return self._figures(lambda here: logits[here], y, metrics, penalty)

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
        # Probabilities come in the order of their logits, and need not be computed to tell which is the largest.
        enough = self._spec.activation == "softmax" and all(metric(name).by_order for name in metrics)
        if enough and all(np.isfinite(logits[here]).all() for here in blocks(len(logits))):
            return measure(self._info.task, y, logits, metrics)
        figures, _ = self._figures(lambda here: logits[here], y, metrics, 0.0, logits if spend else None)
        return {name: figures[name] for name in metrics if name in figures}

    def _figures(
        self,
        logits_of: Callable[[slice], NDArray[Any]],
        y: NDArray[Any],
        metrics: Sequence[str],
        penalty: float,
        into: NDArray[Any] | None = None,
    ) -> tuple[dict[str, float], NDArray[Any]]:
        """Measure rows block by block: logits and what is computed of them are never held for all of very many rows."""
        # What is too large for its type is infinite, and said to be so.
        with np.errstate(over="ignore", invalid="ignore"):
            # Without any row `measure` says what is wrong.
            first, *others = blocks(max(1, len(y)), ROWS)
            logits = logits_of(first)
            loss, scores = self._block(logits, y[first])
            if others:
                # Probabilities have no more digits than the network computes with; values in a target's unit may, since
                # a mean was added to them.
                number = scores.dtype if self._info.task == "regression" else logits.dtype
                fits = into is not None and (len(y), *scores.shape[1:], number) == (*into.shape, into.dtype)
                whole = into if into is not None and fits else np.empty((len(y), *scores.shape[1:]), number)
                whole[first], total = scores, loss * len(scores)
                for here in others:
                    loss, whole[here] = self._block(logits_of(here), y[here])
                    total += loss * len(y[here])
                loss, scores = total / len(y), whole
            figures = {"loss": loss + penalty, **measure(self._info.task, y, scores, metrics)}
        if others:
            memory.give_back()
        return figures, scores

    def _block(self, logits: NDArray[Any], y: NDArray[Any]) -> tuple[float, NDArray[Any]]:
        """Return the mean loss and the scores of some rows; what is computed on the way is several times as large."""
        targets = self._preprocessing.prepare_targets(y, str(logits.dtype))
        return self._loss.value(logits, targets), self.read(logits)
