"""One pass over a stream: who is in which split, the words of its categories, and the statistics of its training rows.

Groups are read by several threads and their statistics merged in the order of the groups, so that what comes out is the
same bits however many threads there are. Sums are added up in float64.

Source: means and sums of squares are merged as in Chan et al., Updating Formulae and a Pairwise Algorithm for Computing
Sample Variances, 1979.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.columns import Column
from dnnctl.datasets.streams.base import Stream
from dnnctl.datasets.streams.membership import TRAIN, Membership
from dnnctl.datasets.streams.moments import Moments, moments
from dnnctl.datasets.streams.reading import ahead
from dnnctl.datasets.streams.row_sample import SampledRows, sampling
from dnnctl.datasets.streams.vocabulary import Vocabularies

THREADS = 2


@dataclass(frozen=True)
class Statistics:
    """What the training rows say.

    Args:
        columns: What the inputs hold, with the words of all rows; empty where they are no table.
        x: Of the inputs, each a column; of pictures nothing.
        y: Of numbers to predict; of classes nothing.
        words: For each category how many training rows have each word; for other columns nothing.
        ground: Mean of the pixels along the border of pictures; None for what is none.
        sample: Some of the training rows, as they are read.
    """

    columns: tuple[Column, ...]
    x: Moments
    y: Moments
    words: tuple[NDArray[np.int64], ...]
    ground: float | None
    sample: SampledRows


@dataclass(frozen=True)
class Survey:
    """What came of the pass.

    Args:
        counts: Rows of each split and group, (4, groups), in the order of `membership`.
        classes: Rows of each split and class, (4, classes); no classes for numbers.
        train: What the training rows say.
    """

    counts: NDArray[np.int64]
    classes: NDArray[np.int64]
    train: Statistics


@dataclass(frozen=True)
class _Group:
    """What one group says."""

    counts: NDArray[np.int64]
    columns: tuple[Column, ...]
    x: Moments
    y: Moments
    words: list[NDArray[np.int64]]
    classes: NDArray[np.int64]
    border: tuple[float, int]
    sample: SampledRows


def survey(stream: Stream, membership: Membership, classes: int, threads: int = THREADS) -> Survey:
    """Go through a stream once.

    Args:
        stream: The rows.
        membership: How they are split.
        classes: How many classes there are; 0 for numbers to predict.
        threads: How many groups are read at once; they change nothing but the time.

    Raises:
        DataError: If a number is infinite, an input is empty that must not be, or a file cannot be read.
    """
    whole = stream.coarse()
    firsts = np.cumsum(whole.sizes) - whole.sizes
    fine = np.cumsum(stream.sizes) - stream.sizes
    borders = np.searchsorted(fine, [*firsts, int(whole.sizes.sum())])
    kept = sampling(int(whole.sizes.sum()), stream)

    def look(group: int) -> _Group:
        starts = fine[borders[group] : borders[group + 1]] - firsts[group]
        return _look(whole, group, int(firsts[group]), starts, membership, classes, kept)

    vocabularies: Vocabularies | None = None
    x = y = None
    by_class, border, pixels = np.zeros((4, classes), np.int64), 0.0, 0
    counts, samples = [], []
    for group in ahead(look, range(len(whole.sizes)), threads):
        vocabularies = Vocabularies(whole.name, group.columns) if vocabularies is None else vocabularies
        samples.append(vocabularies.add(group.columns, group.words, group.sample))
        x, y = (group.x, group.y) if x is None or y is None else (x.merged(group.x), y.merged(group.y))
        by_class += group.classes
        border, pixels = border + group.border[0], pixels + group.border[1]
        counts.append(group.counts)
    assert vocabularies is not None
    assert x is not None
    assert y is not None
    ground = border / pixels if pixels else None
    columns, words = vocabularies.columns, vocabularies.counts
    train = Statistics(columns, x, y, words, ground, SampledRows.joined(samples))
    return Survey(np.concatenate(counts, axis=1), by_class, train)


def _look(
    stream: Stream,
    group: int,
    first: int,
    starts: NDArray[np.int64],
    membership: Membership,
    classes: int,
    share: float,
) -> _Group:
    block = stream.read_as_written(group)
    rows = int(stream.sizes[group])
    split = membership.of(first, rows, block.marks)
    counts = np.stack([np.add.reduceat(split == each, starts, dtype=np.int64) for each in range(4)])
    train = np.flatnonzero(split == TRAIN)
    picture = block.x.ndim > 2
    y = moments(block.y[train].T) if not classes else Moments.of_nothing(0)
    words: list[NDArray[np.int64]] = []
    border, x = (0.0, 0), Moments.of_nothing(0)
    if picture:
        edges = _edges(block.x, train)
        border = sum(float(edge.sum(dtype=np.float64)) for edge in edges), sum(edge.size for edge in edges)
    else:
        cells = block.x.T
        own = np.ascontiguousarray(cells if len(train) == rows else cells.take(train, axis=1))
        x = moments(own)
        words = [
            np.bincount(row[~np.isnan(row)].astype(np.int64), minlength=len(column.words))
            if column.kind == "category"
            else np.zeros(0, np.int64)
            for row, column in zip(own, block.columns, strict=False)
        ]
    by_class = np.zeros((4, classes), np.int64)
    if classes:
        by_class = np.bincount(split * np.int64(classes) + block.y, minlength=4 * classes).reshape(4, classes)
    sample = SampledRows.of(block, train, first, share)
    return _Group(counts, block.columns, x, y, words, by_class, border, sample)


def _edges(x: NDArray[Any], train: NDArray[np.int64]) -> tuple[NDArray[Any], ...]:
    """Return the pixels along the borders of pictures (n, height, width, ...)."""
    own = x[train]
    return own[:, 0], own[:, -1], own[:, :, 0], own[:, :, -1]
