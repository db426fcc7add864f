"""What predictions leave unexplained: regression."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dnnctl.evaluation import regression
from dnnctl.plots.base import PlotContext
from dnnctl.plots.style.points import dot_size, evenly, padded, target
from dnnctl.plots.style.sheet import BLUE, INK, SKY, label, panels, tidy
from dnnctl.plots.style.text import amount, named

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw(context: PlotContext) -> "Figure | None":
    """Draw truth less prediction against the prediction, and how often each size of it occurs.

    A good fit leaves a level band around zero; a bend or a funnel shows what the network missed.

    Returns:
        Two panels for each target; None for classes or without test rows.
    """
    info = context.info
    if info.task != "regression" or not len(context.test):
        return None
    answers = context.scores.reshape(len(context.test), -1)
    left = regression.residuals(context.test.y, answers)
    targets = left.shape[1]
    unit = f" {info.unit}" if info.unit else ""
    subtitle = f"{context.title} · {context.test_rows} · standard deviation {_deviations(left)}{unit}"
    figure, places = panels("Residuals: true less predicted", subtitle, 2 * targets, (3.2, 2.4), columns=2)
    few = evenly(len(left))
    for column in range(targets):
        points, bars = places[2 * column : 2 * column + 2]
        name, measured = target(info, column, targets), named("residual", info.unit)
        size, limits = dot_size(len(few)), padded(left[:, column], 0.08)
        points.axhline(0, color=INK, linewidth=1)
        points.scatter(
            answers[few, column], left[few, column], s=size, color=BLUE, edgecolors="white", linewidths=0.5, zorder=2
        )
        points.set_ylim(limits)
        label(points, f"predicted {name}", measured)
        bars.hist(left[:, column], bins=min(40, max(5, len(left) // 8)), color=SKY, edgecolor="white", linewidth=0.5)
        bars.axvline(0, color=INK, linewidth=1)
        bars.set_xlim(limits)
        label(bars, measured, "rows")
        tidy(points)
        tidy(bars, whole="y")
    return figure


def _deviations(left: NDArray[np.float64]) -> str:
    """Return the standard deviation of each target's residuals."""
    return ", ".join(amount(float(std)) for std in left.std(axis=0))
