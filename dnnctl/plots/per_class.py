"""Precision, recall and F1 of each class, or of each label."""

from typing import TYPE_CHECKING

import numpy as np

from dnnctl.evaluation import by_class, classification, multilabel
from dnnctl.plots.base import PlotContext
from dnnctl.plots.style.sheet import BLUE, EDGE, GREY, HEADING, INK, ORANGE, SKY, SMALL, key, label, place, sheet
from dnnctl.plots.style.text import counted, plain, width_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST = 40
BARS = (("precision", SKY), ("recall", ORANGE), ("f1", BLUE))


def draw(context: PlotContext) -> "Figure | None":
    """Draw three bars for each class, or label, measured on the test rows.

    Returns:
        The figure, with the `MOST` classes of lowest F1 if there are more; None for regression or without
        test rows.
    """
    if not context.info.judged or not len(context.test):
        return None
    matrix, labels = context.matrix, context.info.task == "multilabel"
    what, tested = ("label", int(matrix[0].sum())) if labels else ("class", int(matrix.sum()))
    f1 = multilabel.of_counts(matrix, "macro_f1") if labels else classification.macro(matrix, "f1")
    rows = by_class.rows_of(matrix)
    subtitle = f"{context.title} · {counted(tested, context.tested)} · mean F1 {f1:.3f}"
    if len(rows) > MOST:
        subtitle += f" · the {MOST} of {len(rows)} {'labels' if labels else 'classes'} with the lowest F1"
        rows = sorted(rows, key=lambda row: (row.f1, row.label))[:MOST]
    names = [plain(context.info.judged[row.label], 24) for row in rows]
    left = EDGE + max(width_of(name, SMALL) for name in names) + 0.12
    tall = 0.38 * len(rows)
    figure = sheet(left + 4.6 + 1.3, HEADING + 0.2 + tall + 0.5, f"Precision, recall and F1 by {what}", subtitle)
    axes = place(figure, left, 0.5, 4.6, tall)
    middles = np.arange(len(rows))
    handles: list[object] = []
    for number, (name, colour) in enumerate(BARS):
        values = [getattr(row, name) for row in rows]
        bars = axes.barh(middles + (number - 1) * 0.25, values, 0.23, color=colour)
        bars.set_label("F1" if name == "f1" else name)
        handles.append(bars)
    for middle, row in zip(middles, rows, strict=True):
        for x, text in ((1.10, f"{row.f1:.3f}"), (1.24, f"{row.support:,}")):
            axes.text(x, float(middle), text, size=SMALL, color=INK, ha="right", va="center")
    for x, text in ((1.10, "F1"), (1.24, "of 1" if labels else "rows")):
        axes.text(x, -0.72, text, size=SMALL, color=GREY, ha="right", va="center")
    axes.set_xlim(0, 1)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks(middles, names)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")
    label(axes, "share", "")
    key(figure, handles)
    return figure
