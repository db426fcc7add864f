"""Training rows, to look at before anything else: pictures of each class, or points."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.base import DatasetInfo
from dnnctl.datasets.samples import Samples
from dnnctl.plots.base import PlotContext
from dnnctl.plots.style.categories import best_category, boxes, inputs_of, shares
from dnnctl.plots.style.mosaic import captioned, pin
from dnnctl.plots.style.points import MOST, dot_size, evenly, feature, key_scale, padded, scatter_classes, target
from dnnctl.plots.style.sheet import (
    BESIDE,
    BLUE,
    EDGE,
    GREY,
    HEADING,
    INK,
    TEXT,
    colours_of,
    key,
    key_beside,
    label,
    panels,
    paper,
    place,
    sheet,
    tidy,
)
from dnnctl.plots.style.text import counted, cut, plain, width_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PER_CLASS, MOST_CLASSES, CLASSES_A_BLOCK = 10, 48, 12
MOST_PANELS = 6
MOST_KEYS = 20  # More classes than this get no legend.
SIDE = 4.2  # Inches of a scatter plot.


def draw(context: PlotContext) -> "Figure | None":
    """Draw samples of the training rows.

    Returns:
        A grid of pictures by class, or a scatter plot; None if there are no rows.
    """
    return picture(context.info, context.train, context.title, context.train_rows) if len(context.train) else None


def picture(info: DatasetInfo, rows: Samples, name: str, amount: str | None = None) -> "Figure":
    """Draw samples of rows that need not be those of a run.

    Args:
        info: What is known about them.
        rows: The rows; at least one.
        name: What the subtitle opens with.
        amount: How many rows there are, in words; the training rows are counted if None.
    """
    words = f"{name} · {amount or counted(len(rows), 'training row')}"
    if info.is_image:
        return _classes(info, rows, words) if info.class_names else _told_pictures(info, rows, words)
    if info.task == "multilabel":
        return _labelled_points(info, rows, words)
    return _against_target(info, rows, words) if info.task == "regression" else _points(info, rows, words)


def _range(info: DatasetInfo, images: NDArray[Any]) -> tuple[float, float]:
    return info.input_range or (float(images.min()), float(images.max()))


def _classes(info: DatasetInfo, rows: Samples, words: str) -> "Figure":
    """Draw a line of pictures for each class, in blocks beside each other where there are many."""
    shown = min(len(info.class_names), MOST_CLASSES)
    blocks = -(-shown // CLASSES_A_BLOCK)
    lines = -(-shown // blocks)
    each = PER_CLASS if blocks == 1 else 6
    size, gap = 0.5, 0.06
    names = [plain(text, 20) for text in info.class_names[:shown]]
    margin = max(width_of(text, TEXT) for text in names) + 0.12
    across = margin + each * (size + gap) + 0.2
    note = "" if shown == len(info.class_names) else f", first {shown} of {len(info.class_names)} classes"
    subtitle = f"{words}{note}"
    height = HEADING + lines * (size + gap) + EDGE / 2
    figure = sheet(blocks * across + 2 * EDGE - 0.2, height, "Samples of each class", subtitle)
    axes = paper(figure)
    chosen, spots = [], []
    for number, text in enumerate(names):
        left = EDGE + number // lines * across + margin
        top = height - HEADING - number % lines * (size + gap)
        axes.text(left - 0.08, top - size / 2, text, size=TEXT, color=INK, ha="right", va="center")
        found = np.flatnonzero(rows.y.reshape(-1) == number)
        # Spread over the rows: those that follow each other may be of one kind.
        for spot, row in enumerate(found[evenly(len(found), each)]):
            chosen.append(rows.x[row])
            spots.append((left + spot * (size + gap), top))
    pin(axes, chosen, _range(info, rows.x[:1000]), spots, size)
    return figure


def _told_pictures(info: DatasetInfo, rows: Samples, words: str) -> "Figure":
    """Draw pictures with the values of the targets, or the labels that it has, under each."""
    chosen = rows.take(evenly(len(rows), 24))
    captions = [(_told(info, y.reshape(-1)), "") for y in chosen.y]
    subtitle = f"{words} · below: {info.target if info.task == 'regression' else 'the labels that each has'}"
    return captioned("Samples", subtitle, list(chosen.x), captions, _range(info, chosen.x))


def _told(info: DatasetInfo, y: NDArray[Any]) -> str:
    if info.task == "regression":
        return ", ".join(f"{value:.4g}" for value in y) + f" {info.unit}"
    return cut(", ".join(name for name, value in zip(info.targets, y, strict=True) if value > 0.5) or "none", 40)


def _labelled_points(info: DatasetInfo, rows: Samples, words: str) -> "Figure":
    """Draw the rows once for each label, in the two inputs that tell best whether it is 1."""
    few = rows.take(evenly(len(rows)))
    shown = min(len(info.targets), MOST_PANELS)
    subtitle = f"{words}{_drawn(rows)}"
    if len(info.targets) > shown:
        subtitle += f", first {shown} of {len(info.targets)} labels"
    figure, places = panels("Samples by each label", subtitle, shown)
    handles: list[object] = []
    for number, axes in enumerate(places):
        one = few.y[:, number] > 0.5
        order = np.argsort(-_separation(Samples(few.x, one)), kind="stable")[:2].tolist()
        first, second = sorted(order) if len(order) > 1 else order * 2
        handles = []
        for part, colour, name in ((~one, GREY, "0"), (one, BLUE, "1")):
            dots = axes.scatter(
                few.x[part, first],
                few.x[part, second],
                s=dot_size(len(few)),
                color=colour,
                edgecolors="white",
                linewidths=0.5,
                label=name,
            )
            handles.append(dots)
        label(axes, feature(info, first), feature(info, second), plain(info.targets[number], 30))
        tidy(axes)
    key(figure, handles, key_scale(len(few)))
    return figure


def _against_target(info: DatasetInfo, rows: Samples, words: str) -> "Figure":
    """Draw the first target against each of the inputs."""
    few = rows.take(evenly(len(rows)))
    inputs = inputs_of(info, few)
    subtitle = f"{words}{_drawn(rows)}"
    if len(inputs) > MOST_PANELS:
        subtitle += f", first {MOST_PANELS} of {len(inputs)} inputs"
    targets = few.y.reshape(len(few), -1)
    several = targets.shape[1]
    if several > 1:
        subtitle += f", first of {several} targets"
    drawn = target(info, 0, several)
    figure, places = panels(f"Samples: {drawn} against each input", subtitle, min(len(inputs), MOST_PANELS))
    for one, axes in zip(inputs, places, strict=False):
        if one.words:
            boxes(axes, one, few, targets[:, 0])
        else:
            style: dict[str, Any] = {"s": dot_size(len(few)), "color": BLUE, "edgecolors": "white", "linewidths": 0.5}
            axes.scatter(few.x[:, one.columns[0]], targets[:, 0], **style)
            tidy(axes)
        label(axes, one.name, drawn)
    return figure


def _points(info: DatasetInfo, rows: Samples, words: str) -> "Figure":
    """Draw rows in the two inputs that tell the classes apart best, or one input's distributions."""
    few = rows.take(evenly(len(rows)))
    inputs = inputs_of(info, few)
    numbers = [one for one in inputs if not one.words]
    # Two inputs of 0 and 1, as those of a logic gate, are corners of a square.
    square = len(inputs) == few.x.shape[1] == 2
    category = None if numbers or square else best_category(inputs, few)
    alone = len(numbers) < 2 and not square
    title = (
        "Samples by their input" if len(inputs) == 1 else "Samples by one input" if alone else "Samples in two inputs"
    )
    figure = sheet(0.85 + SIDE + BESIDE, 0.6 + SIDE + HEADING, title, f"{words}{_drawn(rows)}")
    axes = place(figure, 0.85, 0.6, SIDE, SIDE)
    if category is not None:
        handles = shares(axes, category, few, info)
        label(axes, "rows", category.name)
    elif alone:
        handles = _distributions(axes, info, few, numbers[0].columns[0])
    else:
        first, second = sorted(np.argsort(-_separation(few), kind="stable")[:2].tolist())
        handles = scatter_classes(axes, info, few, (first, second))
        label(axes, feature(info, first), feature(info, second))
        axes.set_xlim(padded(few.x[:, first], 0.12))
        axes.set_ylim(padded(few.x[:, second], 0.12))
    if category is None:
        tidy(axes, whole="y" if alone else "")
    if len(handles) <= MOST_KEYS:
        key_beside(axes, handles, key_scale(len(few)))
    return figure


def _distributions(axes: Any, info: DatasetInfo, rows: Samples, column: int) -> list[object]:
    """Draw a histogram of an input for each class."""
    # In float32 there may be no room for edges between large values.
    x = rows.x[:, column].astype(np.float64)
    edges = np.histogram_bin_edges(x, bins=min(30, max(4, len(rows) // 10)))
    handles: list[object] = []
    for number, colour in enumerate(colours_of(len(info.class_names))):
        values = x[rows.y.reshape(-1) == number]
        name = plain(info.class_names[number], 22)
        _, _, patches = axes.hist(values, edges, histtype="step", color=colour, linewidth=1.6, label=name)
        handles.append(patches[0])
    label(axes, feature(info, column), "rows")
    return handles


def _separation(rows: Samples) -> NDArray[np.float64]:
    """Return how far apart the classes' means are in each input, against its standard deviation: (features,).

    Inputs of two values, such as the columns of categories, come last: their points would lie on each other.
    """
    labels = rows.y.reshape(-1)
    means = np.array([rows.x[labels == c].mean(axis=0, dtype=np.float64) for c in np.unique(labels)])
    std = np.maximum(rows.x.std(axis=0, dtype=np.float64), 1e-12)
    two = np.all((rows.x == rows.x.min(axis=0)) | (rows.x == rows.x.max(axis=0)), axis=0)
    return np.asarray(means.std(axis=0) / std - 1e6 * two, np.float64)


def _drawn(rows: Samples) -> str:
    return f", {MOST:,} drawn" if len(rows) > MOST else ""
