"""Which rows are drawn, when there are more than can be told apart."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.base import DatasetInfo
from dnnctl.datasets.samples import Samples
from dnnctl.plots.style.sheet import MARKERS, colours_of
from dnnctl.plots.style.text import named, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST = 2000


def evenly(count: int, most: int = MOST) -> NDArray[np.int64]:
    """Return at most `most` of the positions 0 to `count` - 1, evenly spread: int64 (positions,)."""
    return np.linspace(0, count - 1, min(count, most)).astype(np.int64)


def feature(info: DatasetInfo, column: int) -> str:
    """Return the label of an input's axis, with its unit where it is known."""
    name = info.feature_names[column] if column < len(info.feature_names) else f"input {column + 1}"
    unit = info.feature_units[column] if column < len(info.feature_units) else ""
    return named(name, unit)


def target(info: DatasetInfo, column: int, targets: int) -> str:
    """Return the label of a target's axis, with its unit; numbered where there are several targets."""
    several = info.targets or tuple(f"{info.target} {i + 1}" for i in range(targets))
    name = info.target if targets == 1 else several[column]
    return named(name, info.unit)


def padded(values: NDArray[Any], share: float) -> tuple[float, float]:
    """Return the range of values, wider by a share of itself at both ends; never empty."""
    low, high = float(values.min()), float(values.max())
    margin = share * (high - low) or 0.5
    return low - margin, high + margin


def dot_size(count: int) -> float:
    """Return the area of a point, in points squared: large for a few of them, small for many."""
    return float(np.clip(2000 / max(count, 1), 9, 60))


def key_scale(count: int) -> float:
    """Return how many times as large points must be in a legend to be seen well."""
    return float(np.sqrt(40 / dot_size(count)))


def scatter_classes(axes: "Axes", info: DatasetInfo, rows: Samples, pair: tuple[int, int]) -> list[object]:
    """Draw rows as points in two of their columns, in a colour and a shape for each class.

    Args:
        axes: Where to draw.
        info: Names of the classes.
        rows: Inputs (n, features) and labels (n,).
        pair: The two columns.

    Returns:
        What a legend needs.
    """
    colours = colours_of(len(info.class_names))
    handles: list[object] = []
    for number, name in enumerate(info.class_names):
        part = rows.x[rows.y.reshape(-1) == number]
        handles.append(
            axes.scatter(
                part[:, pair[0]],
                part[:, pair[1]],
                s=dot_size(len(rows)),
                color=colours[number],
                marker=MARKERS[number % len(MARKERS)],
                edgecolors="white",
                linewidths=0.6,
                label=plain(name, 22),
                zorder=3,
            )
        )
    return handles
