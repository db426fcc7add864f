"""The network as a curve through its data: regression with one input."""

from typing import TYPE_CHECKING, Any

import numpy as np

from dnnctl.plots.base import PlotContext
from dnnctl.plots.style.points import dot_size, evenly, feature, padded, target
from dnnctl.plots.style.sheet import BLUE, GREY, INK, ORANGE, key, label, panels, tidy

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STEPS = 300


def draw(context: PlotContext) -> "Figure | None":
    """Draw the data and the network's answer over the range of the input and a little beyond.

    Returns:
        A panel for each target; None unless the task is regression on one number.
    """
    info = context.info
    if info.task != "regression" or info.input_shape != (1,) or not len(context.train):
        return None
    groups = [("training rows", context.train, BLUE, "o")]
    if not info.shared_rows and len(context.test):
        groups.append(("test rows", context.test, ORANGE, "^"))
    inputs = np.concatenate([rows.x for _, rows, _, _ in groups])
    grid = np.linspace(*padded(inputs, 0.08), STEPS, dtype=inputs.dtype)[:, None]
    answers = np.asarray(context.predict(grid)).reshape(STEPS, -1)
    targets = answers.shape[1]
    note = " (also the test rows)" if info.shared_rows else ""
    subtitle = f"{context.title} · {context.train_rows}{note}"
    figure, places = panels("The network's curve through the data", subtitle, targets, (3.4, 2.5))
    handles: list[object] = []
    for column, axes in enumerate(places):
        handles = []
        for name, rows, colour, marker in groups:
            few = rows.take(evenly(len(rows)))
            y, size = few.y.reshape(len(few), -1)[:, column], dot_size(len(few))
            style: dict[str, Any] = {"color": colour, "marker": marker, "edgecolors": "white", "linewidths": 0.6}
            handles.append(axes.scatter(few.x[:, 0], y, s=size, label=name, zorder=2, **style))
        handles += axes.plot(grid[:, 0], answers[:, column], color=INK, linewidth=1.8, label="network", zorder=3)
        for edge in (float(inputs.min()), float(inputs.max())):
            axes.axvline(edge, color=GREY, linewidth=0.8, linestyle=(0, (1, 3)), zorder=1)
        axes.set_xlim(float(grid[0, 0]), float(grid[-1, 0]))
        label(axes, feature(info, 0), target(info, column, targets))
        tidy(axes)
    key(figure, handles)
    return figure
