"""What every plot is drawn from, and how all of them look.

Each plot's file defines `draw(context) -> Figure | None`; None says that it does not apply to this run.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from dnnctl.datasets.base import DatasetInfo, Samples


@dataclass(frozen=True)
class PlotContext:
    """A finished run, as far as plots need it.

    Args:
        title: Name of the run's configuration.
        info: What is known about the data set.
        history: The rows of `history.csv`: `epoch`, `loss`, metrics, `val_loss`, `val_...`,
            `learning_rate`, `seconds`; the `val_` columns are absent where there is no validation split.
        best_epoch: Epoch whose weights were kept, counted from 1; None if the last one was.
        iterations: Loss of each optimizer step, (steps,), where it was kept; else None.
        train: Training rows, raw.
        test: Test rows, raw.
        scores: What the network says of the test rows: (n, classes) probabilities, (n,) probabilities of
            class 1 for two classes with one output unit, (n, targets) values in the target's unit.
        predict: The network: raw inputs (n, ...) to scores as above.
    """

    title: str
    info: DatasetInfo
    history: Sequence[Mapping[str, float]]
    best_epoch: int | None
    iterations: NDArray[Any] | None
    train: Samples
    test: Samples
    scores: NDArray[Any]
    predict: Callable[[NDArray[Any]], NDArray[Any]]
