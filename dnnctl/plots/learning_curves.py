"""How loss and metrics went from epoch to epoch, on training and on validation rows."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.config.metrics import larger_is_better
from dnnctl.plots.base import PlotContext
from dnnctl.plots.style.sheet import BLUE, GREY, RED, SKY, key, label, panels, tidy
from dnnctl.plots.style.text import counted, listed, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NO_METRICS = frozenset({"epoch", "learning_rate", "seconds"})
BINS = 1000  # More points than a line can show are replaced by the lowest and highest in each bin.
FEW = 20  # So many epochs still get a dot each.

Values = NDArray[np.float64]


def draw(context: PlotContext) -> "Figure | None":
    """Draw the history of a run.

    Returns:
        A panel for the loss, one for each metric, and one for the loss of each step where it was kept;
        None if there is no history.
    """
    if not context.history:
        return None
    names = _names(context.history)
    steps = None if context.iterations is None or not len(context.iterations) else context.iterations
    subtitle = f"{context.title} · {counted(len(context.history), 'epoch')}{_why_lower(context)}"
    count = len(names) + (steps is not None)
    figure, places = panels("Learning curves", subtitle, count, columns=2 if count == 4 else 3)
    handles: dict[str, object] = {}
    for name, axes in zip(names, places, strict=False):
        handles |= _panel(axes, context, name)
    if steps is not None:
        _steps(places[-1], np.asarray(steps, np.float64).reshape(-1))
    key(figure, list(handles.values()))
    return figure


def _names(history: Sequence[Mapping[str, float]]) -> list[str]:
    """Return `loss` and the metrics, in the order of the columns, without `val_`."""
    found = dict.fromkeys(name.removeprefix("val_") for row in history for name in row)
    return sorted((name for name in found if name not in NO_METRICS), key=lambda name: name != "loss")


def _panel(axes: "Axes", context: PlotContext, name: str) -> dict[str, object]:
    """Draw one metric; return what a legend needs."""
    epochs = np.array([row.get("epoch", i) for i, row in enumerate(context.history, 1)], np.float64)
    handles: dict[str, object] = {}
    drawn = []
    for column, colour, words in ((name, BLUE, "training"), (f"val_{name}", RED, "validation")):
        values = np.array([row.get(column, np.nan) for row in context.history], np.float64)
        if not np.isfinite(values).any():
            continue
        drawn.append(values[np.isfinite(values)])
        marker = "o" if len(values) <= FEW else ""
        x, y = thinned(epochs, values)
        line = axes.plot(x, y, color=colour, linewidth=1.6, marker=marker, markersize=3.5)
        handles[words] = line[0]
        line[0].set_label(words)
    if context.hindered and np.isfinite(context.unhindered.get(name, np.nan)):
        handles["unhindered"] = _unhindered(axes, context, name, epochs)
        drawn.append(np.array([context.unhindered[name]]))
    if context.best_epoch is not None:
        mark = axes.axvline(context.best_epoch, color=GREY, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
        mark.set_label(f"weights kept (epoch {context.best_epoch})")
        handles["kept"] = mark
    if drawn and not larger_is_better(name):
        _log_if_wide(axes, np.concatenate(drawn))
    label(axes, "epoch", "", plain(name.replace("_", " ")))
    tidy(axes, whole="x")
    if len(epochs) == 1:
        axes.set_xlim(epochs[0] - 1, epochs[0] + 1)
        axes.set_xticks(epochs)
    return handles


def _why_lower(context: PlotContext) -> str:
    """Say why the training figures may be worse than those of validation rows; nothing if they are taken alike."""
    if not context.hindered:
        return ""
    return f" · training is measured with {listed(context.hindered)} at work, validation and the mark without"


def _unhindered(axes: "Axes", context: PlotContext, name: str, epochs: Values) -> object:
    """Mark what the weights that were kept come to on the training rows as they are; return it for the legend."""
    epoch = epochs[-1] if context.best_epoch is None else context.best_epoch
    (mark,) = axes.plot(
        [epoch], [context.unhindered[name]], color=BLUE, marker="D", markersize=5.5, markerfacecolor="white", ls=""
    )
    mark.set_label(f"training without {context.hindered[0] if len(context.hindered) == 1 else 'these'}")
    return mark


def _steps(axes: "Axes", losses: Values) -> None:
    """Draw the loss of every optimizer step, thin, and its moving mean."""
    steps = np.arange(1, len(losses) + 1, dtype=np.float64)
    axes.plot(*thinned(steps, losses), color=SKY, linewidth=0.5, alpha=0.6)
    width = max(1, len(losses) // 50)
    if width > 1:
        # Each mean stands in the middle of the steps it is taken over.
        middles = steps[: len(losses) - width + 1] + (width - 1) / 2
        sums = np.cumsum(np.insert(losses, 0, 0.0))
        axes.plot(*thinned(middles, (sums[width:] - sums[:-width]) / width), color=BLUE, linewidth=1.6)
    _log_if_wide(axes, losses[np.isfinite(losses)])
    title = f"loss of each step, and the mean of {width}" if width > 1 else "loss of each step"
    label(axes, "optimizer step", "", title)
    tidy(axes, whole="x")


def thinned(x: Values, y: Values) -> tuple[Values, Values]:
    """Return a line that looks the same with fewer points: the lowest and highest of each bin.

    Args:
        x: (n,), ascending.
        y: (n,).

    Returns:
        At most 2 * `BINS` points.
    """
    if len(x) <= 2 * BINS:
        return x, y
    bins = np.array_split(np.arange(len(x)), BINS)
    filled = np.where(np.isfinite(y), y, np.nan)
    kept = [
        row
        for part in bins
        if np.isfinite(filled[part]).any()
        for row in sorted({part[np.nanargmin(filled[part])], part[np.nanargmax(filled[part])]})
    ]
    return x[kept], y[kept]


def _log_if_wide(axes: "Axes", values: NDArray[Any]) -> None:
    """Use a logarithmic scale if positive values span more than two decades."""
    if len(values) and values.min() > 0 and values.max() > 100 * values.min():
        axes.set_yscale("log")
