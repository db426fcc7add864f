"""What every plot is drawn from, and how plots become files.

Each plot's file defines `draw(context) -> Figure | None`; None says that it does not apply to this run.
How all of them look is in `style/`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dnnctl import files, plugins
from dnnctl.datasets.base import DatasetInfo
from dnnctl.datasets.samples import Samples, looked_at
from dnnctl.evaluation.by_class import counts_of
from dnnctl.evaluation.ensemble_diversity import Comparison
from dnnctl.plots.style.text import counted

if TYPE_CHECKING:
    from dnnctl.inference.evaluate import Evaluation
    from dnnctl.inference.open import OpenedRun

PACKAGE = "dnnctl.plots"
# The pictures that speak of the rows evaluated rather than of the training.
OF_AN_EVALUATION = (
    "confusion_matrix",
    "members",
    "misclassified",
    "per_class",
    "fit",
    "predicted_vs_true",
    "residuals",
    "decision_boundary",
)


@dataclass(frozen=True)
class PlotContext:
    """A finished run, as far as plots need it.

    Args:
        title: Name of the run's configuration.
        info: What is known about the data set.
        train: Training rows, raw.
        test: Test rows, raw.
        scores: What the network says of the test rows: (n, classes) probabilities, (n,) probabilities of
            class 1 for two classes with one output unit, (n, labels) probabilities of several labels, (n, targets)
            values in the target's unit.
        predict: The network: raw inputs (n, ...) to scores as above.
        history: The rows of `history.csv`: `epoch`, `loss`, metrics, `val_loss`, `val_...`,
            `learning_rate`, `seconds`; the `val_` columns are absent where there is no validation split. Of an
            ensemble, a cross-validation and an evaluation there is none.
        best_epoch: Epoch whose weights were kept, counted from 1; None if the last one was.
        iterations: Loss of each optimizer step, (steps,), where it was kept; else None.
        members: The members of an ensemble on the test rows; None for a single network.
        tested: What a test row is called: in a cross-validation each row is held out once, and the test rows are not
            among them.
        counts: All test rows by true class and predicted one, of labels one each, where `test` may be a sample of a
            stream; else None.
        of: How many training and test rows there are, where `train` and `test` may be samples; else None.
        hindered: What the training figures of the history were taken with and validation's without, as `dropout`; empty
            if nothing.
        unhindered: Final metrics of the training rows without it, of the weights that were kept.
    """

    title: str
    info: DatasetInfo
    train: Samples
    test: Samples
    scores: NDArray[Any]
    predict: Callable[[NDArray[Any]], NDArray[Any]]
    history: Sequence[Mapping[str, float]] = ()
    best_epoch: int | None = None
    iterations: NDArray[Any] | None = None
    members: Comparison | None = None
    tested: str = "test row"
    counts: NDArray[np.int64] | None = None
    of: tuple[int, int] | None = None
    hindered: tuple[str, ...] = ()
    unhindered: Mapping[str, float] = field(default_factory=dict)

    @property
    def matrix(self) -> NDArray[np.int64]:
        """All test rows by true class (rows of the matrix) and predicted one (columns), of labels one each."""
        return counts_of(self.test.y, self.scores) if self.counts is None else self.counts

    @property
    def test_rows(self) -> str:
        """How many test rows are looked at, in words."""
        sampled = self.of is not None and len(self.test) < self.of[1]
        return ("a sample of " if sampled else "") + counted(len(self.test), self.tested)

    @property
    def train_rows(self) -> str:
        """How many training rows are looked at, in words."""
        sampled = self.of is not None and len(self.train) < self.of[0]
        return ("a sample of " if sampled else "") + counted(len(self.train), "training row")


def draw_all(context: PlotContext, folder: Path, names: Sequence[str] | None = None) -> list[Path]:
    """Draw plots of a run into `<folder>/<name>.png`, each file whole or not at all.

    Args:
        context: The run.
        folder: Where to; made if it is not there.
        names: Which plots; all there are if None.

    Returns:
        The files written, in the order of the names; plots that do not apply to the run are left out.

    Raises:
        UsageError: If there is no such plot; nothing is drawn then.
        OSError: If the folder cannot be written.
    """
    chosen = [(name, plugins.load(PACKAGE, name)) for name in (plugins.names(PACKAGE) if names is None else names)]
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, plot in chosen:
        figure = plot.draw(context)
        if figure is None:
            continue
        path = folder / f"{name}.png"
        with files.replacing(path) as stream:
            # Without the version of matplotlib inside, equal pictures are equal files.
            figure.savefig(stream, format="png", dpi="figure", metadata={"Software": None})
        written.append(path)
    return written


def draw_evaluation(opened: "OpenedRun", result: "Evaluation", folder: Path) -> list[Path]:
    """Draw the plots that speak of the rows that a run was measured on; arguments and returns as of `draw_all`.

    Args:
        opened: The run.
        result: What it is worth on them.
        folder: Where to.
    """
    context = PlotContext(
        title=opened.config.name,
        info=opened.info,
        train=looked_at(result.train),
        test=result.samples,
        scores=result.scores,
        predict=result.network.scores,
        members=result.members,
        counts=result.counts,
        of=(len(result.train), result.count),
    )
    return draw_all(context, folder, OF_AN_EVALUATION)
