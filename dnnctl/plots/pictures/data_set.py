"""A look at a data set: samples of each class for images, a scatter plot for numbers."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.base import Dataset, DatasetInfo, Samples
from dnnctl.errors import UsageError
from dnnctl.files import write_with
from dnnctl.plots.pictures import table

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Samples of a class, and classes in a column of the grid.
PER_CLASS, PER_COLUMN = 10, 12
# Scatter plots beside each other, for regression on several features.
MOST_PANELS = 4
# Okabe and Ito's colours, which people with a colour vision deficiency can tell apart, and a shape for each.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
SHAPES = "osD^vPX"
GREY = "#555555"
FORMATS = (".png", ".svg", ".pdf", ".jpg", ".jpeg", ".webp")
MARGIN: dict[str, Any] = {"bbox_inches": "tight", "pad_inches": 0.18}


def draw(dataset: Dataset) -> "Figure":
    """Draw a data set's training rows.

    Args:
        dataset: A data set that was read.

    Returns:
        For images the same number of samples of each class, spread evenly over the rows; for numbers the
        target against each feature, or the first two features coloured by class; for a table of one's own
        each column's distribution.
    """
    if dataset.table is not None:
        return table.draw(dataset)
    figure = _grid(dataset) if dataset.info.is_image else _scatter(dataset)
    figure.suptitle(dataset.info.title, x=0.01, ha="left", fontsize=13, fontweight="bold")
    return figure


def save(figure: "Figure", path: Path) -> None:
    """Write a picture into a file, whole or not at all.

    Args:
        figure: The picture.
        path: The file; its ending decides on the format, as `.png`, `.svg` or `.pdf`.

    Raises:
        UsageError: If it cannot be written, or its ending is not one of `FORMATS`.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    if path.suffix.lower() not in FORMATS:
        raise UsageError(f"{path}: expected a name that ends in one of {', '.join(FORMATS)}")
    FigureCanvasAgg(figure)
    try:
        write_with(path, lambda temporary: figure.savefig(temporary, dpi=130, **MARGIN))
    except OSError as fault:
        raise UsageError(f"{path}: cannot be written, {fault.strerror}; name another file") from None


def _figure(width: float, height: float) -> "Figure":
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained", facecolor="white")


def _grid(dataset: Dataset) -> "Figure":
    """Draw a row of samples for each class, in as many columns as the classes need."""
    info, samples = dataset.info, dataset.train
    counts = np.bincount(samples.y, minlength=len(info.class_names))
    columns = -(-len(info.class_names) // PER_COLUMN)
    per_column = -(-len(info.class_names) // columns)
    each = int(min(PER_CLASS, counts[counts > 0].min()))
    names = 0.3 + 0.09 * max(map(len, info.class_names))
    figure = _figure((names + 5.2) * columns, 1.1 + 0.52 * per_column)
    axes = figure.subplots(1, columns, squeeze=False)[0]
    for column, axis in enumerate(axes):
        labels = range(column * per_column, min((column + 1) * per_column, len(info.class_names)))
        _class_rows(axis, samples, info, labels, each)
    figure.supxlabel(
        f"{each} of {len(samples):,} training rows for each {info.target}, spread over the file",
        x=0.01,
        ha="left",
        fontsize=9,
        color=GREY,
    )
    return figure


def _class_rows(axis: "Axes", samples: Samples, info: DatasetInfo, labels: range, each: int) -> None:
    """Draw some classes below each other, as one picture with the names at its side."""
    height, width, *colours = info.input_shape
    gap = max(1, height // 14)
    page = np.full((len(labels) * (height + gap) - gap, each * (width + gap) - gap, *colours), np.nan)
    for row, label in enumerate(labels):
        of_class = np.flatnonzero(samples.y == label)
        for column, sample in enumerate(of_class[_spread(len(of_class), each)]):
            top, left = row * (height + gap), column * (width + gap)
            page[top : top + height, left : left + width] = samples.x[sample]
    low, high = info.input_range or (np.nanmin(page), np.nanmax(page))
    if colours:
        page = np.nan_to_num((page - low) / (high - low), nan=1.0)
    axis.imshow(page, cmap="gray", vmin=low, vmax=high, interpolation="nearest")
    middles = [row * (height + gap) + (height - 1) / 2 for row in range(len(labels))]
    axis.set_yticks(middles, [info.class_names[label] for label in labels], fontsize=10)
    axis.set_xticks([])
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)


def _spread(count: int, each: int) -> NDArray[Any]:
    """Return `each` of `count` positions, or all there are, evenly spread."""
    return np.linspace(0, count - 1, min(count, each)).astype(np.int64)


def _scatter(dataset: Dataset) -> "Figure":
    """Draw the target against each feature, or two features coloured by class."""
    info = dataset.info
    panels = min(len(info.feature_names), MOST_PANELS) if info.task == "regression" else 1
    figure = _figure(1.4 + 4.8 * panels, 4.8)
    for panel, axis in enumerate(figure.subplots(1, panels, squeeze=False)[0]):
        if info.task == "regression":
            _target_against(axis, dataset, panel)
        else:
            _by_class(axis, dataset)
        axis.grid(color="#E5E5E5", linewidth=0.8)
        axis.set_axisbelow(True)
        axis.spines[["top", "right"]].set_visible(False)
        axis.spines[["left", "bottom"]].set_color(GREY)
    return figure


def _target_against(axis: "Axes", dataset: Dataset, feature: int) -> None:
    info, samples = dataset.info, dataset.train
    axis.scatter(samples.x[:, feature], samples.y[:, 0], s=52, color=COLOURS[0], edgecolor="white")
    axis.set_xlabel(_feature(info, feature), fontsize=11)
    axis.set_ylabel(f"{info.target} ({info.unit})" if info.unit else info.target, fontsize=11)


def _by_class(axis: "Axes", dataset: Dataset) -> None:
    """Draw two features as a point each, or one feature against the class."""
    info, samples = dataset.info, dataset.train
    single = info.input_shape == (1,)
    for label, name in enumerate(info.class_names):
        x = samples.x[samples.y == label]
        style: dict[str, Any] = {
            "color": COLOURS[label % len(COLOURS)],
            "marker": SHAPES[label % len(SHAPES)],
        }
        height = np.full(len(x), label) if single else x[:, 1]
        size = 260 if len(samples) < 10 else 40
        axis.scatter(x[:, 0], height, s=size, edgecolor="white", label=name, zorder=3, **style)
    axis.set_xlabel(_feature(info, 0), fontsize=11)
    axis.set_ylabel(info.target if single else _feature(info, 1), fontsize=11)
    if set(np.unique(samples.x)) == {0.0, 1.0}:
        axis.set(xticks=[0, 1], yticks=[0, 1], xlim=(-0.3, 1.3), ylim=(-0.3, 1.3), aspect="equal")
    beside = (1.02, 0.5)
    axis.legend(title=info.target, loc="center left", bbox_to_anchor=beside, frameon=False, markerscale=0.7)


def _feature(info: DatasetInfo, feature: int) -> str:
    """Return a feature's name, with its unit where it has one."""
    name = info.feature_names[feature]
    unit = info.feature_units[feature] if info.feature_units else ""
    return f"{name} ({unit})" if unit else name
