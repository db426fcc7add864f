"""Rows of a stream that are looked at together: spread over all of it, and out of few groups where there are many."""

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.columns import Column
from dnnctl.datasets.samples import Samples
from dnnctl.datasets.streams.base import Stream
from dnnctl.datasets.streams.row_sample import SampledRows
from dnnctl.datasets.streams.vocabulary import Vocabularies
from dnnctl.random_streams import generator

# A sample is taken from at most so many groups, unless these have less than so many times its rows.
GROUPS, TIMES = 64, 4


def chosen(counts: NDArray[np.int64], most: int) -> tuple[list[int], list[NDArray[np.int64]]]:
    """Return which groups a sample is taken from, and which of their rows, counted within each, ascending.

    Args:
        counts: Rows of each group that may be taken, (groups,).
        most: How many rows are wanted at most.
    """
    full, rows = np.flatnonzero(counts), int(counts.sum())
    wanted = len(full) if most >= rows else max(GROUPS, -(-TIMES * most * len(full) // rows))
    groups = full[spread(min(len(full), wanted), len(full), "groups")]
    own = counts[groups]
    picked, ends = spread(min(most, int(own.sum())), int(own.sum()), "rows"), np.cumsum(own)
    parts = np.split(picked, np.searchsorted(picked, ends[:-1]))
    return groups.tolist(), [part - (end - count) for part, end, count in zip(parts, ends, own, strict=True)]


def spread(wanted: int, among: int, purpose: str) -> NDArray[np.int64]:
    """Return so many different whole numbers below `among`, ascending: one drawn from each of equal stretches."""
    if wanted >= among:
        return np.arange(among)
    borders = np.arange(wanted + 1) * among // wanted
    drawn = generator("sample of a stream", purpose).random(wanted)
    picked: NDArray[np.int64] = borders[:-1] + (drawn * np.diff(borders)).astype(np.int64)
    return picked


def first_look(stream: Stream, most: int) -> tuple[Samples, tuple[Column, ...]]:
    """Return rows of a stream before it is split, and of a table what its columns hold, with the words of these rows.

    Args:
        stream: The rows.
        most: How many at most.
    """
    groups, picked = chosen(stream.sizes, most)
    vocabularies: Vocabularies | None = None
    samples = []
    for group, wanted in zip(groups, picked, strict=True):
        block = stream.read_as_written(group)
        rows = wanted if block.marks.kept is None else wanted[block.marks.kept[wanted]]
        own = SampledRows(block.x[rows], block.y[rows])
        if block.columns:
            vocabularies = vocabularies or Vocabularies(stream.name, block.columns)
            own = vocabularies.add(block.columns, [np.zeros(len(c.words), np.int64) for c in block.columns], own)
        samples.append(own)
    every = SampledRows.joined(samples)
    return Samples(every.x, every.y), vocabularies.columns if vocabularies else ()
