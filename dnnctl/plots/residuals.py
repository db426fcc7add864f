"""What predictions leave unexplained: regression."""

from typing import TYPE_CHECKING

import numpy as np

from dnnctl.evaluation import regression
from dnnctl.plots.base import PlotContext
from dnnctl.plots.style.points import dot_size, evenly, padded, target
from dnnctl.plots.style.sheet import BLUE, INK, SKY, label, no_offsets, panels
from dnnctl.plots.style.text import counted

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw(context: PlotContext) -> "Figure | None":
    """Draw truth less prediction against the prediction, and how often each size of it occurs.

    A good fit leaves a level band around zero; a bend or a funnel shows what the network missed.

    Args:
        context: The run.

    Returns:
        Two panels for each target; None for classes or without test rows.
    """
    info = context.info
    if info.task != "regression" or not len(context.test):
        return None
    answers = context.scores.reshape(len(context.test), -1)
    left = regression.residuals(context.test.y, answers)
    targets = left.shape[1]
    subtitle = f"{context.title} · {counted(len(left), 'test row')} · spread {_spreads(left)} {info.unit}"
    figure, places = panels("Residuals: true less predicted", subtitle, 2 * targets, (3.2, 2.4), columns=2)
    few = evenly(len(left))
    for column in range(targets):
        points, bars = places[2 * column : 2 * column + 2]
        name, unit = target(info, column, targets), f" ({info.unit})" if info.unit else ""
        size, limits = dot_size(len(few)), padded(left[:, column], 0.08)
        points.axhline(0, color=INK, linewidth=1)
        points.scatter(
            answers[few, column],
            left[few, column],
            s=size,
            color=BLUE,
            edgecolors="white",
            linewidths=0.5,
            zorder=2,
        )
        points.set_ylim(limits)
        label(points, f"predicted {name}", f"residual{unit}")
        bars.hist(
            left[:, column], bins=min(40, max(5, len(left) // 8)), color=SKY, edgecolor="white", linewidth=0.5
        )
        bars.axvline(0, color=INK, linewidth=1)
        bars.set_xlim(limits)
        label(bars, f"residual{unit}", "rows")
        for axes in (points, bars):
            no_offsets(axes)
    return figure


def _spreads(left: np.ndarray) -> str:
    """Return the standard deviation of each target's residuals."""
    return ", ".join(f"{spread:.3g}" for spread in left.std(axis=0))
