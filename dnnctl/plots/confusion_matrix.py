"""Which classes are taken for which: counts of test rows by true and predicted class."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.plots.base import PlotContext
from dnnctl.plots.style.sheet import EDGE, HEADING, INK, SMALL, TEXT, label, place, sheet
from dnnctl.plots.style.text import counted, plain, width_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_COUNTED = 40  # With more classes the counts could not be read and are left out.
TICK = 0.12  # Inches a class name needs at least from the next.


def draw(context: PlotContext) -> "Figure | None":
    """Draw the confusion matrix of the test rows; a cell's colour is its share of its true class.

    Returns:
        The figure; None where there are no classes, or no test rows.
    """
    if not context.info.class_names or not len(context.test):
        return None
    matrix = context.matrix
    rows = int(matrix.sum())
    names = [plain(name, 18) for name in context.info.class_names]
    classes = len(names)
    cell = min(1.3, max(0.32, 6 / classes)) if classes <= MOST_COUNTED else 12 / classes
    longest = max(width_of(name, SMALL) for name in names)
    turn = 0 if longest < cell - 0.06 else 45 if cell > 0.4 else 90
    left = EDGE + 0.3 + longest
    below = EDGE + 0.36 + {0: 0.1, 45: 0.72 * longest, 90: longest}[turn]
    side = classes * cell
    accuracy = int(np.trace(matrix)) / rows
    subtitle = f"{context.title} · {counted(rows, context.tested)} · accuracy {accuracy:.3f}"
    figure = sheet(left + side + 0.4, below + side + HEADING + 0.05, "Confusion matrix", subtitle)
    axes = place(figure, left, below, side, side)
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto", interpolation="nearest")
    _ticks(axes, names, max(1, int(np.ceil(TICK / cell))), turn)
    _grid(axes, classes)
    if classes <= MOST_COUNTED:
        _counts(axes, matrix, shares, cell)
    label(axes, "predicted class", "true class (colour: share of it)")
    return figure


def _ticks(axes: "Axes", names: list[str], every: int, turn: int) -> None:
    """Write the names of the classes on both sides, or only some where they would overlap."""
    shown = range(0, len(names), every)
    axes.set_xticks(shown, [names[i] for i in shown], rotation=turn)
    axes.set_yticks(shown, [names[i] for i in shown])
    for text in axes.get_xticklabels() if turn else []:
        text.set(ha="right", va="center" if turn == 90 else "top", rotation_mode="anchor")
    axes.tick_params(length=0)


def _grid(axes: "Axes", classes: int) -> None:
    """Part the cells by white lines."""
    axes.grid(visible=False)
    edges = np.arange(classes - 1) + 0.5
    axes.vlines(edges, -0.5, classes - 0.5, color="white", linewidth=0.8)
    axes.hlines(edges, -0.5, classes - 0.5, color="white", linewidth=0.8)
    axes.spines[:].set_visible(False)


def _counts(axes: "Axes", matrix: NDArray[np.int64], shares: NDArray[Any], cell: float) -> None:
    """Write the counts that are not zero, as large as the largest of them allows."""
    digits = len(str(matrix.max()))
    size = min(TEXT + (2 if cell > 1 else 0), 72 * cell * 0.88 / (0.64 * digits))
    for row, column in np.argwhere(matrix):
        colour = "white" if shares[row, column] > 0.55 else INK
        axes.text(column, row, str(matrix[row, column]), size=size, color=colour, ha="center", va="center")
