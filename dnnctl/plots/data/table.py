"""A look at a table: how the values of each column are distributed, and how the column goes with the target."""

from typing import TYPE_CHECKING, Any

import numpy as np

from dnnctl.datasets.base import Dataset
from dnnctl.datasets.columns import Column
from dnnctl.datasets.samples import held
from dnnctl.evaluation.association import association
from dnnctl.plots.style.sheet import BLUE, colours_of, key, label, panels, tidy
from dnnctl.plots.style.text import counted, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

MOST_TARGETS, MOST_COLUMNS, MOST_WORDS, MOST_CLASSES = 4, 15, 8, 5
BINS = 24


def draw(dataset: Dataset) -> "Figure":
    """Draw the target and the columns that say most about it.

    Args:
        dataset: A table that was read.

    Returns:
        A panel for each column, the strongest connection with the target first; numbers as histograms, of
        each class its own where there are few, categories as bars.
    """
    assert dataset.table is not None
    info, rows = dataset.info, held(dataset.train)
    columns = dataset.table.columns
    found = [_best(rows.x[:, i], rows.y, column) for i, column in enumerate(columns)]
    order = sorted(range(len(columns)), key=lambda i: -abs(found[i][1]))[:MOST_COLUMNS]
    subtitle = f"{info.title} · {counted(len(rows), 'row')} · r, η, V: how a column goes with the target, 0 to 1"
    if len(columns) > MOST_COLUMNS:
        subtitle += f" · {MOST_COLUMNS} of {len(columns):,} columns"
    targets = min(len(info.targets) or 1, MOST_TARGETS)
    if len(info.targets) > targets:
        subtitle += f" · {targets} of {len(info.targets):,} targets"
    figure, places = panels("The table's columns", subtitle, targets + len(order), (2.3, 1.6), columns=4)
    for number in range(targets):
        _target(places[number], dataset, number)
    by_class = bool(info.class_names) and len(info.class_names) <= MOST_CLASSES
    handles: list[object] = []
    for axes, i in zip(places[targets:], order, strict=True):
        sign, value, number = found[i]
        of = f" with {plain(info.targets[number], 16)}" if info.targets else ""
        column, values = columns[i], rows.x[:, i]
        if column.kind == "category":
            _bars(axes, column, values)
        else:
            groups = [values[rows.y == number] for number in range(len(info.class_names))] if by_class else [values]
            drawn = _histogram(axes, groups, info.class_names if by_class else ())
            handles = handles or (drawn if by_class else [])
        label(axes, plain(column.name, 30), "", f"{sign} = {value:.2f}{of}")
        tidy(axes) if column.kind != "category" else None
        if column.kind == "date":
            _date_axis(axes)
    if handles:
        key(figure, handles)
    return figure


def _date_axis(axes: "Axes") -> None:
    """Write days since 1970-01-01, which matplotlib counts too, as dates."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = AutoDateLocator(minticks=3, maxticks=5)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    formatter = ConciseDateFormatter(locator, show_offset=False)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_formatter(formatter)


def _best(values: "NDArray[Any]", y: "NDArray[Any]", column: Column) -> tuple[str, float, int]:
    """Return how a column goes with the target that it goes with best, and which that is."""
    parts = [y] if y.ndim == 1 else [y[:, [number]] for number in range(y.shape[1])]
    found = [association(values, part, groups=column.kind == "category") for part in parts]
    best = max(range(len(found)), key=lambda number: abs(found[number][1]))
    return (*found[best], best)


def _target(axes: "Axes", dataset: Dataset, number: int) -> None:
    info, y = dataset.info, held(dataset.train).y
    if info.class_names:
        counts = np.bincount(y, minlength=len(info.class_names))
        _counts(axes, list(info.class_names), counts, BLUE)
    elif info.task == "multilabel":
        _counts(axes, ["0", "1"], np.bincount(y[:, number] > 0.5, minlength=2), BLUE)
    else:
        axes.hist(y[:, number].astype(np.float64), bins=BINS, color=BLUE)
        tidy(axes)
    label(
        axes,
        plain(info.targets[number] if info.targets else info.target, 30),
        "rows" if info.task == "regression" else "",
        "a target" if info.targets else "the target",
    )


def _bars(axes: "Axes", column: Column, values: "NDArray[Any]") -> None:
    codes = values[~np.isnan(values)].astype(np.int64)
    _counts(axes, list(column.words), np.bincount(codes, minlength=len(column.words)), BLUE)


def _counts(axes: "Axes", names: list[str], counts: "NDArray[np.int64]", colour: str) -> None:
    """Draw the most frequent names as bars, and how many others there are."""
    order = np.argsort(-counts, kind="stable")
    shown = [(plain(names[i], 14), int(counts[i])) for i in order[:MOST_WORDS]]
    if len(order) > MOST_WORDS:
        shown.append((f"{len(order) - MOST_WORDS:,} more", int(counts[order[MOST_WORDS:]].sum())))
    spots = np.arange(len(shown))
    axes.barh(spots, [count for _, count in shown], 0.7, color=colour)
    axes.set_yticks(spots, [name for name, _ in shown])
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")


def _histogram(axes: Any, groups: "list[NDArray[Any]]", names: tuple[str, ...]) -> list[object]:
    # In float32 there may be no room for edges between large values.
    full = [values[~np.isnan(values)].astype(np.float64) for values in groups]
    every = np.concatenate(full)
    if not len(every):
        return []
    edges = np.histogram_bin_edges(every, bins=BINS)
    if not names:
        axes.hist(every, edges, color=BLUE)
        return []
    handles: list[object] = []
    for values, name, colour in zip(full, names, colours_of(len(names)), strict=True):
        _, _, patches = axes.hist(values, edges, histtype="step", color=colour, linewidth=1.4, label=plain(name, 16))
        handles.append(patches[0])
    return handles
