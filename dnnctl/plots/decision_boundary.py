"""What the network says everywhere between its rows: two numbers in."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.evaluation import classification
from dnnctl.plots.base import PlotContext
from dnnctl.plots.style.points import dot_size, evenly, feature, key_scale, padded, scatter_classes, target
from dnnctl.plots.style.sheet import (
    BESIDE,
    BLUE,
    EDGE,
    GREY,
    HEADING,
    INK,
    RED,
    SMALL,
    TEXT,
    colours_of,
    key,
    key_beside,
    label,
    place,
    sheet,
    tidy,
)
from dnnctl.plots.style.text import plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

STEPS = 160  # Points along each side of the grid that the network is asked about.
SIDE = 4.2  # Inches.
MOST_KEYS = 20

Extent = tuple[float, float, float, float]


def draw(context: PlotContext) -> "Figure | None":
    """Draw the network's answer over the plane of its two inputs, and the training rows on it.

    Returns:
        Probabilities for two classes, regions for several, a surface for regression (of the first
        target); None unless a row is two numbers, and for several labels.
    """
    info = context.info
    if info.input_shape != (2,) or not len(context.train) or info.task == "multilabel":
        return None
    rows = context.train.take(evenly(len(context.train)))
    x, y = padded(context.train.x[:, 0], 0.18), padded(context.train.x[:, 1], 0.18)
    number = context.train.x.dtype
    across, up = np.meshgrid(np.linspace(*x, STEPS, dtype=number), np.linspace(*y, STEPS, dtype=number))
    answers = np.asarray(context.predict(np.stack([across.reshape(-1), up.reshape(-1)], axis=1)))
    title = "The network's surface" if info.task == "regression" else "Decision regions"
    subtitle = f"{context.title} · {context.train_rows}"
    beside = BESIDE if info.task == "multiclass" else 1.3
    figure = sheet(0.85 + SIDE + beside, 0.6 + SIDE + HEADING, title, subtitle)
    axes = place(figure, EDGE + 0.67, 0.6, SIDE, SIDE)
    axes.grid(visible=False)
    extent = (*x, *y)
    if info.task == "regression":
        _surface(axes, context, answers, extent, rows)
    else:
        _regions(axes, context, answers, extent)
        handles = scatter_classes(axes, info, rows, (0, 1))
        if info.task == "binary":
            key(figure, handles, key_scale(len(rows)))
        elif len(handles) <= MOST_KEYS:
            key_beside(axes, handles, key_scale(len(rows)))
    label(axes, feature(info, 0), feature(info, 1))
    tidy(axes)
    return figure


def _regions(axes: "Axes", context: PlotContext, answers: NDArray[Any], extent: Extent) -> None:
    """Colour the plane by probability, and draw where the most likely class changes."""
    from matplotlib.colors import LinearSegmentedColormap, to_rgb

    table = classification.columns(answers)
    style: dict[str, Any] = {"extent": extent, "origin": "lower", "aspect": "auto", "interpolation": "bilinear"}
    if table.shape[1] == 2:
        ramp = LinearSegmentedColormap.from_list("two classes", [_pale(BLUE), (1.0, 1.0, 1.0), _pale(RED)])
        shares = table[:, 1].reshape(STEPS, STEPS)
        image = axes.imshow(shares, cmap=ramp, vmin=0, vmax=1, **style)
        _bar(axes, image, f"probability of {plain(context.info.class_names[1], 24)}")
        if shares.min() < 0.5 < shares.max():
            axes.contour(shares, levels=[0.5], colors=INK, linewidths=1.4, extent=extent)
        return
    winner = table.argmax(axis=1)
    colours = np.array([to_rgb(colour) for colour in colours_of(table.shape[1])])
    weight = 0.15 + 0.45 * table.max(axis=1, keepdims=True)
    blend = 1 - weight * (1 - colours[winner])
    axes.imshow(blend.reshape(STEPS, STEPS, 3), **style)


def _surface(axes: "Axes", context: PlotContext, answers: NDArray[Any], extent: Extent, rows: Any) -> None:
    """Draw a regression's answers as filled contours, and the rows in the same colours."""
    from matplotlib.colors import Normalize

    heights = answers.reshape(len(answers), -1)
    truth = rows.y.reshape(len(rows), -1)
    first = heights[:, 0].reshape(STEPS, STEPS)
    norm = Normalize(min(first.min(), truth[:, 0].min()), max(first.max(), truth[:, 0].max()))
    filled = axes.contourf(first, levels=14, cmap="cividis", norm=norm, extent=extent)
    size = dot_size(len(rows)) * 1.4
    axes.scatter(
        rows.x[:, 0], rows.x[:, 1], s=size, c=truth[:, 0], cmap="cividis", norm=norm, edgecolors="white", linewidths=0.9
    )
    _bar(axes, filled, target(context.info, 0, heights.shape[1]))


def _bar(axes: "Axes", mappable: Any, words: str) -> None:
    """Put a colour bar at the right of the axes."""
    figure = axes.get_figure(root=True)
    assert figure is not None  # `place` put the axes on one.
    bar = figure.colorbar(mappable, cax=place(figure, EDGE + 0.67 + SIDE + 0.15, 0.6, 0.16, SIDE))
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=SMALL, length=3, color=GREY)
    bar.set_label(words, size=TEXT, color=INK)


def _pale(colour: str) -> tuple[float, float, float]:
    """Return a colour mixed with as much white again, so that points stand out on it."""
    from matplotlib.colors import to_rgb

    red, green, blue = (0.45 + 0.55 * part for part in to_rgb(colour))
    return red, green, blue
