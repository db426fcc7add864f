"""Inputs as a table has them: a category is one, though the network takes a column of 0 and 1 for each value."""

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.base import DatasetInfo
from dnnctl.datasets.samples import Samples
from dnnctl.evaluation.association import association
from dnnctl.plots.style.points import feature
from dnnctl.plots.style.sheet import BLUE, INK, colours_of
from dnnctl.plots.style.text import plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_WORDS = 8


@dataclass(frozen=True)
class Input:
    """An input as it is drawn.

    Args:
        name: The label of its axis.
        columns: Where it stands among the columns; several for a category.
        words: What each column of a category stands for, or what a single one is, 0 or 1; empty for a number.
    """

    name: str
    columns: tuple[int, ...]
    words: tuple[str, ...] = ()

    def codes(self, rows: Samples) -> NDArray[np.int64]:
        """Return which of the words each row has, (rows,)."""
        own = rows.x[:, list(self.columns)]
        return np.asarray(own[:, 0] if len(self.columns) == 1 else own.argmax(axis=1), np.int64)

    def frequent(self, rows: Samples) -> NDArray[np.int64]:
        """Return the words that rows have, the most frequent first, at most `MOST_WORDS`."""
        counts = np.bincount(self.codes(rows), minlength=len(self.words))
        order = np.argsort(-counts, kind="stable")
        return np.asarray(order[counts[order] > 0][:MOST_WORDS])


def inputs_of(info: DatasetInfo, rows: Samples) -> list[Input]:
    """Return the inputs of rows in their order, the columns of a category, as `town=Bonn`, as one."""
    flags = np.all((rows.x == 0) | (rows.x == 1), axis=0)
    groups: dict[str, list[int]] = defaultdict(list)
    for i in range(rows.x.shape[1]):
        name = info.feature_names[i] if i < len(info.feature_names) else ""
        before, mark, _ = name.partition("=")
        groups[f"={before}" if mark and flags[i] else str(i)].append(i)
    found = []
    for key, columns in groups.items():
        if key.startswith("=") and len(columns) > 1:
            words = tuple(info.feature_names[i].partition("=")[2] for i in columns)
            found.append(Input(plain(key[1:], 60), tuple(columns), words))
        else:
            found += [Input(feature(info, i), (i,), ("0", "1") if flags[i] else ()) for i in columns]
    return found


def best_category(inputs: list[Input], rows: Samples) -> Input | None:
    """Return the category that says most about the classes; None if there is none."""
    categories = [one for one in inputs if one.words]
    labels = rows.y.reshape(-1)
    return max(categories, key=lambda one: association(one.codes(rows), labels, groups=True)[1], default=None)


def boxes(axes: "Axes", category: Input, rows: Samples, values: NDArray[np.float64]) -> None:
    """Draw how values are distributed beside each word of a category: median, quartiles, and 1.5 times their range.

    Args:
        axes: Where to draw.
        category: The category.
        rows: The rows.
        values: The values, (rows,).
    """
    codes, shown = category.codes(rows), category.frequent(rows)
    axes.boxplot(
        [values[codes == code] for code in shown],
        widths=0.6,
        flierprops={"markersize": 3, "markeredgecolor": BLUE},
        boxprops={"color": BLUE},
        whiskerprops={"color": BLUE},
        capprops={"color": BLUE},
        medianprops={"color": INK},
    )
    axes.set_xticks(range(1, len(shown) + 1), [plain(category.words[code], 64 // len(shown)) for code in shown])
    axes.grid(visible=False, axis="x")


def shares(axes: "Axes", category: Input, rows: Samples, info: DatasetInfo) -> list[object]:
    """Draw how many rows of each class have each word of a category, as bars; return what a legend needs."""
    codes, shown, labels = category.codes(rows), category.frequent(rows), rows.y.reshape(-1)
    spots, left = np.arange(len(shown)), np.zeros(len(shown))
    handles: list[object] = []
    for number, colour in enumerate(colours_of(len(info.class_names))):
        counts = np.bincount(codes[labels == number], minlength=len(category.words))[shown]
        name = plain(info.class_names[number], 22)
        handles.append(axes.barh(spots, counts, 0.7, left=left, color=colour, label=name))
        left += counts
    axes.set_yticks(spots, [plain(category.words[code], 14) for code in shown])
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    return handles
