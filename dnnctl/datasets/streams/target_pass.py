"""The targets of a stream, looked at before anything else of it: what is to be predicted, and how the rows lie.

Where the file is sorted by its target, or by what goes with it, a window of rows that follow each other shows the
network one side of the data at a time. How far that is so is told by the share of the target's variance that the group
of rows explains: 0 where every group is a fair sample, 1 where each holds one class only,

    1 - (sum_g n_g v_g / (N - G)) / v,

with the variance v (for classes the Gini impurity) of all N rows and v_g of the n_g rows of each of G groups.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.columns import Column
from dnnctl.datasets.parts.precision import is_too_large
from dnnctl.datasets.parts.several_targets import Flags
from dnnctl.datasets.parts.target import Counted
from dnnctl.datasets.parts.whole_numbers import MOST_CLASSES
from dnnctl.datasets.streams.columns import ColumnSource
from dnnctl.datasets.streams.reading import ahead
from dnnctl.datasets.streams.table import bare
from dnnctl.datasets.tables.parsing import Words
from dnnctl.datasets.tables.selection import Wanted
from dnnctl.errors import DataError

THREADS = 2
# Different texts of a target that are kept.
MOST_WORDS = 100_000


@dataclass(frozen=True)
class Targets:
    """What the target's columns hold.

    Args:
        columns: Their kinds, and the words of all rows.
        cells: Their different cells.
        untargeted: Rows without a target.
        explained: The share of their variance that the group of rows explains.
        first_empty: The first group that has a row without a target; None for none.
    """

    columns: tuple[Column, ...]
    cells: Counted
    untargeted: int
    explained: float
    first_empty: int | None


@dataclass(frozen=True)
class _Group:
    """Targets of a group: of one column its different cells and how often they are there; sums of every column."""

    rows: int
    empty: int
    words: tuple[str, ...] | None
    values: NDArray[Any]
    counts: NDArray[Any]
    mean: NDArray[np.float64]
    squares: NDArray[np.float64]
    flags: Flags | None


def look_at_targets(source: ColumnSource, targets: Sequence[Wanted]) -> Targets:
    """Read the columns of the target, and no others.

    Args:
        source: The table.
        targets: The columns.

    Raises:
        DataError: If a number is infinite, or a column of text has too many different ones.
    """
    known: dict[Any, int] = {}
    more, first_empty = False, None
    found: list[_Group] = []
    counted: list[tuple[NDArray[Any], NDArray[Any]]] = []
    for number, group in enumerate(ahead(lambda i: _look(source, i, targets), range(len(source.sizes)), THREADS)):
        values = group.words if group.words is not None else group.values.tolist()
        if not more:
            codes = np.array([known.setdefault(value, len(known)) for value in values], np.int64)
            counted.append((codes, group.counts))
            more = len(known) > (MOST_CLASSES if group.words is None else MOST_WORDS)
        if more and group.words is not None:
            raise DataError(
                f"{source.name}: {targets[0].name!r} holds more than {MOST_WORDS:,} different texts, so it names the "
                "rows and cannot be predicted. Choose another target"
            )
        if group.empty and first_empty is None:
            first_empty = number
        found.append(group)
    rows = sum(group.rows for group in found)
    text = found[0].words is not None
    columns = tuple(Column(t.name, "category", tuple(known)) if text else bare(t) for t in targets)
    kinds = {group.values.dtype for group in found}
    different = np.arange(len(known)) if text else np.sort(np.array(list(known), np.result_type(*kinds)))
    rarest = 1
    if known and not more:
        rarest = int(np.sum([np.bincount(codes, counts, len(known)) for codes, counts in counted], axis=0).min())
    if more:
        different = different[:MOST_CLASSES]
    classes = not more and len(targets) == 1 and len(known) <= MOST_CLASSES
    explained = _by_class(counted, len(known)) if classes else _by_number(found)
    empty = sum(group.empty for group in found)
    flags = [group.flags for group in found if group.flags is not None]
    counted_cells = Counted(rows, different, more, rarest, reduce(Flags.merged, flags) if flags else None)
    return Targets(columns, counted_cells, empty, explained, first_empty)


def _look(source: ColumnSource, number: int, targets: Sequence[Wanted]) -> _Group:
    cells = source.read(number, targets)
    columns = np.stack([each.codes if isinstance(each, Words) else each for each in cells])
    full = ~np.isnan(columns).any(axis=0)
    empty = int(len(full) - full.sum())
    if empty:
        columns = columns[:, full]
    if is_too_large(columns.T):
        raise DataError(
            f"{source.place(number)}: column {targets[0].name!r}: expected finite numbers that fit into 32 bits; "
            "received infinity"
        )
    single = len(targets) == 1
    values, counts = np.unique(columns[0], return_counts=True) if single else (columns[0][:0], np.zeros(0, np.int64))
    words = None
    if isinstance(cells[0], Words) and single:
        # Files may list words that no row has.
        words = tuple(cells[0].words[int(code)] for code in values)
    if len(values) > MOST_CLASSES and words is None:
        values, counts = values[: MOST_CLASSES + 1], counts[: MOST_CLASSES + 1]
    mean = columns.mean(axis=1, dtype=np.float64) if columns.size else np.zeros(len(columns))
    squares = np.array([float(np.square(c - m).sum()) for c, m in zip(columns.astype(np.float64), mean, strict=True)])
    flags = None if single else Flags.of(columns.T)
    return _Group(columns.shape[1], empty, words, values, counts, mean, squares, flags)


def _by_class(groups: Sequence[tuple[NDArray[Any], NDArray[Any]]], classes: int) -> float:
    """Return the share that groups explain of the impurity of classes."""
    totals, within, rows = np.zeros(classes), 0.0, 0.0
    for codes, counts in groups:
        np.add.at(totals, codes, counts)
        size = float(counts.sum())
        rows += size
        within += size - float(np.square(counts.astype(np.float64)).sum()) / size if size else 0.0
    whole = 1 - float(np.square(totals / max(1.0, rows)).sum())
    return _explained(within, whole, rows, len(groups))


def _by_number(groups: Sequence[_Group]) -> float:
    """Return the largest share that groups explain of the variance of a number."""
    sizes = np.array([float(group.rows) for group in groups])
    means = np.stack([group.mean for group in groups])
    rows = float(sizes.sum())
    if not rows:
        return 0.0
    within = np.sum([group.squares for group in groups], axis=0)
    around = np.square(means - np.average(means, axis=0, weights=sizes)) * sizes[:, None]
    whole = (within + around.sum(axis=0)) / rows
    return max(_explained(float(w), float(v), rows, len(groups)) for w, v in zip(within, whole, strict=True))


def _explained(within: float, whole: float, rows: float, groups: int) -> float:
    if not whole or rows <= groups:
        return 0.0
    return max(0.0, 1 - within / (rows - groups) / whole)
