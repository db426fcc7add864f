"""All rows of a table that is read in groups, where they are few enough to be held."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.columns import Column
from dnnctl.datasets.samples import Samples
from dnnctl.datasets.streams.base import Stream
from dnnctl.datasets.streams.cell_checks import told_cells
from dnnctl.datasets.streams.reading import ahead, put
from dnnctl.datasets.streams.row_sample import SampledRows
from dnnctl.datasets.streams.vocabulary import Vocabularies
from dnnctl.errors import DataError

THREADS = 2


@dataclass(frozen=True)
class Gathered:
    """The rows of a table.

    Args:
        samples: The rows that are kept, with the codes of `columns`.
        columns: What the inputs hold.
        keys: A number for each row that rows of one group share; None without groups.
        notes: What was done with empty cells.
    """

    samples: Samples
    columns: tuple[Column, ...]
    keys: NDArray[np.uint64] | None
    notes: tuple[str, ...]


def gathered(stream: Stream) -> Gathered:
    """Read all rows.

    Args:
        stream: Where they are.

    Raises:
        DataError: If a cell is empty that must not be, a number is infinite, or no row is left.
    """
    rows = int(stream.sizes.sum())
    x, y = (np.empty((rows, *shape), dtype) for shape, dtype in (stream.x, stream.y))
    vocabularies: Vocabularies | None = None
    keys: list[NDArray[np.uint64]] = []
    at = 0
    empty = np.zeros(x.shape[1], np.int64)
    for block in ahead(stream.read_as_written, range(len(stream.sizes)), THREADS):
        vocabularies = vocabularies or Vocabularies(stream.name, block.columns)
        kept = slice(None) if block.marks.kept is None else np.flatnonzero(block.marks.kept)
        count = len(block.y[kept])
        here = slice(at, at + count)
        put(block.x, kept, x[here])
        y[here] = block.y[kept]
        nothing = [np.zeros(len(column.words), np.int64) for column in block.columns]
        vocabularies.add(block.columns, nothing, SampledRows(x[here], y[here]))
        empty += np.isnan(x[here]).sum(axis=0)
        if block.marks.keys is not None:
            keys.append(block.marks.keys[kept])
        at += count
    assert vocabularies is not None
    names = [column.name for column in vocabularies.columns]
    counts = {name: count for name, count in zip(names, empty.tolist(), strict=True) if count}
    if not at:
        raise DataError(f"{stream.name}: every row has an empty cell, so none is left; leave columns out (exclude)")
    notes = []
    if at < rows:
        notes.append(f"{stream.name}: left out {rows - at:,} of {rows:,} rows, which have empty cells or no target")
    if counts:
        notes.append(f"{stream.name}: empty cells filled from the training rows: {told_cells(counts)}")
    # Rows of which nothing is kept must not be held.
    samples = Samples(x if at == rows else x[:at].copy(), y if at == rows else y[:at].copy())
    return Gathered(samples, vocabularies.columns, np.concatenate(keys) if keys else None, tuple(notes))
