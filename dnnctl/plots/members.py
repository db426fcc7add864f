"""The members of an ensemble against the ensemble: one figure of each, and how much each two disagree."""

from typing import TYPE_CHECKING

import numpy as np

from dnnctl.evaluation.ensemble_diversity import Comparison
from dnnctl.plots.base import PlotContext
from dnnctl.plots.style.sheet import BLUE, EDGE, GREY, HEADING, INK, ORANGE, SMALL, key, label, place, sheet, tidy
from dnnctl.plots.style.text import amount, named, plain, width_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_COUNTED = 12  # With more members the figures of the pairs could not be read and are left out.
WIDE = 3.6  # Inches of the metrics' axes.
MARGIN = 0.12  # Share of their range that is left free at both ends.


def draw(context: PlotContext) -> "Figure | None":
    """Draw a point a member, the mean member and the ensemble as lines, and the pairs as a square.

    Returns:
        The figure; None for a single network.
    """
    members = context.members
    if members is None:
        return None
    numbers = context.info.task == "regression"
    metric = "rmse" if numbers else "accuracy"
    names = [plain(f"{name}  {text}", 44) for name, text in zip(members.names, members.labels, strict=True)]
    left = EDGE + max(width_of(name, SMALL) for name in names) + 0.15
    tall = max(2.0, 0.27 * len(names))
    side = max(tall, 2.4)
    gain = members.together[metric] - members.mean[metric]
    mean, together = (
        amount(value) if numbers else f"{value:.4f}" for value in (members.mean[metric], members.together[metric])
    )
    figures = f"{mean} to {together} ({gain:+.2g})" if numbers else f"{mean} to {together} ({gain:+.4f})"
    subtitle = f"{context.title} · {context.test_rows} · {metric} from the mean member's to the ensemble's: {figures}"
    width, height = left + WIDE + 1.1 + side + 0.35, HEADING + side + 0.95
    figure = sheet(width, height, "The members and the ensemble", subtitle)
    middle = 0.6 + (side - tall) / 2
    axes = place(figure, left, middle, WIDE, tall)
    handles = _figures(axes, members, metric)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    label(axes, named(metric, context.info.unit if numbers else ""), "")
    axes.set_xlim(*_range(members, metric))
    axes.locator_params(axis="x", nbins=5)
    asked = "labels" if context.info.task == "multilabel" else "rows"
    words = "root mean square difference of two" if numbers else f"% of {asked} that two answer differently"
    _pairs(place(figure, left + WIDE + 1.1, 0.6, side, side), members, words, numbers=numbers)
    key(figure, handles)
    return figure


def _figures(axes: "Axes", members: Comparison, metric: str) -> list[object]:
    """Draw the members' metrics as points, and two lines; return what a legend needs."""
    values = [each[metric] for each in members.metrics]
    handles: list[object] = [
        axes.scatter(values, range(len(values)), s=42, color=BLUE, edgecolors="white", linewidths=0.6, zorder=3)
    ]
    handles[0].set_label("member")  # type: ignore[attr-defined]
    lines = (
        (members.mean[metric], GREY, "mean member", (0, (4, 2))),
        (members.together[metric], ORANGE, "ensemble", "-"),
    )
    for value, colour, name, dashes in lines:
        handles.append(axes.axvline(value, color=colour, linewidth=1.8, linestyle=dashes, label=name, zorder=2))
    tidy(axes)
    return handles


def _range(members: Comparison, metric: str) -> tuple[float, float]:
    values = [each[metric] for each in (*members.metrics, members.mean, members.together)]
    low, high = min(values), max(values)
    margin = MARGIN * (high - low) or 0.01 * abs(high) or 0.01
    return low - margin, high + margin


def _pairs(axes: "Axes", members: Comparison, words: str, *, numbers: bool) -> None:
    """Draw how much each two members disagree, as a square of colours."""
    pairs, count = members.pairs, len(members.names)
    axes.imshow(pairs, cmap="Blues", vmin=0, vmax=max(float(pairs.max()), 1e-12), interpolation="nearest")
    every = max(1, count // MOST_COUNTED)
    axes.set_xticks(range(0, count, every), members.names[::every])
    axes.set_yticks(range(0, count, every), members.names[::every])
    axes.tick_params(length=0)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    label(axes, words, "")
    if count > MOST_COUNTED:
        return
    for row, column in np.ndindex(count, count):
        if row != column:
            value = float(pairs[row, column])
            text = amount(value) if numbers else f"{100 * value:.1f}"
            colour = "white" if value > 0.55 * float(pairs.max()) else INK
            axes.text(
                column, row, text, size=SMALL - 1.5 if count > 7 else SMALL, color=colour, ha="center", va="center"
            )
