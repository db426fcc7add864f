"""Predictions against the truth: regression."""

from typing import TYPE_CHECKING

import numpy as np

from dnnctl.evaluation import regression
from dnnctl.plots.base import PlotContext
from dnnctl.plots.style.points import dot_size, evenly, padded, target
from dnnctl.plots.style.sheet import BLUE, GREY, label, panels, tidy
from dnnctl.plots.style.text import amount

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw(context: PlotContext) -> "Figure | None":
    """Draw each test row's prediction against its true value; a perfect network meets the diagonal.

    Returns:
        A panel for each target; None for classes or without test rows.
    """
    info = context.info
    if info.task != "regression" or not len(context.test):
        return None
    truth, answers = (context.test.y.reshape(len(context.test), -1), context.scores.reshape(len(context.test), -1))
    explained, error = regression.r2(truth, answers), regression.mae(truth, answers)
    figures = "" if explained is None else f"R² {explained:.3f} · "
    unit = f" {info.unit}" if info.unit else ""
    figures += f"mean absolute error {amount(error)}{unit}"
    subtitle = f"{context.title} · {context.test_rows} · {figures}"
    figure, places = panels("Predicted against true values", subtitle, truth.shape[1], (2.6, 2.6))
    few = evenly(len(truth))
    for column, axes in enumerate(places):
        x, y = truth[few, column], answers[few, column]
        low, high = padded(np.concatenate([x, y]), 0.06)
        axes.plot((low, high), (low, high), color=GREY, linewidth=1, linestyle=(0, (4, 3)))
        axes.scatter(x, y, s=dot_size(len(few)), color=BLUE, edgecolors="white", linewidths=0.5, zorder=2)
        axes.set_xlim(low, high)
        axes.set_ylim(low, high)
        name = target(info, column, truth.shape[1])
        label(axes, f"true {name}", f"predicted {name}")
        tidy(axes)
    return figure
