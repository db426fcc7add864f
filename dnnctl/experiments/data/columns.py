"""Checks of the columns of the training rows: empty cells, rare words, ranges, columns that never vary."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.data.encoding import Encoding
from dnnctl.data.split import Splits
from dnnctl.datasets.base import DatasetInfo
from dnnctl.datasets.columns import Cells
from dnnctl.datasets.parts.faults import quoted
from dnnctl.datasets.samples import AnySamples, held, looked_at
from dnnctl.datasets.streams.samples import StreamedSamples
from dnnctl.experiments.data.finding import Check

FEW_ROWS = 30
# Beyond this share of unknown cells, a column of text says little.
MUCH_UNKNOWN = 0.2
FAR = 20  # Standard deviations from the mean.
ALONE = 0.9  # Of the most that is possible.
# float64 has 53 bits: where values differ by less than this share of themselves, little of them is left.
FINE = 1e-12


@dataclass(frozen=True)
class ColumnSummary:
    """What the columns of the training rows hold, as the network takes them.

    Args:
        rows: How many rows there are.
        low: The smallest value of each, (columns,).
        high: The largest, likewise.
        mean: Their means, likewise.
        std: Their standard deviations, likewise.
        several: Whether there are more values than these two, likewise.
    """

    rows: int
    low: NDArray[Any]
    high: NDArray[Any]
    mean: NDArray[np.float64]
    std: NDArray[np.float64]
    several: NDArray[np.bool_]

    @property
    def span(self) -> str:
        """The smallest and the largest value of all, in words."""
        return f"{self.low.min():.6g} to {self.high.max():.6g}"


def summarize(info: DatasetInfo, train: AnySamples, encoding: Encoding | None) -> ColumnSummary:
    """Return what the columns hold; of pixels no more than the smallest and the largest value.

    Args:
        info: What is known about them.
        train: The training rows. Of a stream the numbers come from the pass over all rows, and 0 and 1 from a sample.
        encoding: How they were encoded, if they are of a table.
    """
    x = looked_at(train).x.reshape(len(looked_at(train)), -1)
    low, high = x.min(axis=0), x.max(axis=0)
    if info.is_image:
        nothing = np.zeros(len(low))
        return ColumnSummary(len(train), low, high, nothing, nothing, nothing > 0)
    # Where there are two values only, a rare one is no mistake.
    several = ((x != low) & (x != high)).any(axis=0)
    mean, std = x.mean(axis=0, dtype=np.float64), x.std(axis=0, dtype=np.float64)
    # The mean of equal numbers is rounded, and would be off from all of them.
    std = np.where(low == high, 0.0, std)
    if isinstance(train, StreamedSamples):
        found = train.statistics.x
        numbers, own = np.ones(len(mean), bool), np.ones(len(found.mean), bool)
        if encoding is not None:
            found = found.filled(np.array([column.fill for column in encoding.columns]))
            own = np.array([column.kind == "number" for column in encoding.columns])
            numbers = np.repeat(own, [column.width for column in encoding.columns])
        low[numbers], high[numbers] = found.low[own], found.high[own]
        mean[numbers], std[numbers] = found.mean[own], found.std()[own]
    return ColumnSummary(len(train), low, high, mean, std, several)


def categories(cells: Cells, encoding: Encoding, min_count: int) -> Iterator[Check]:
    """Look for columns of text of which the network sees little, since few rows share a category."""
    for i, (column, fitted) in enumerate(zip(cells.columns, encoding.columns, strict=True)):
        if fitted.kind != "category" or fitted.shares[-1] < MUCH_UNKNOWN:
            continue
        values = cells.values[:, i]
        present = {column.words[int(code)] for code in np.unique(values[~np.isnan(values)])}
        rare = len(present - set(fitted.words))
        yield Check(
            "rare_categories",
            "warned",
            f"{column.name}: {rare:,} of {len(present):,} categories have fewer than {min_count} training "
            f"rows (min_count), so to the network {fitted.shares[-1]:.0%} of these rows are (unknown); group them, or "
            f"leave the column out: exclude: [{column.name}]",
        )


def missing(info: DatasetInfo, written: Splits | None) -> Check:
    """Tell which columns have empty cells; of a stream those of the training rows.

    Args:
        info: What is known about the table.
        written: Its rows as they are written; None for what is no table.
    """
    counts, rows = _empty_cells(written)
    if not counts.any():
        return Check("missing_values", "passed", "none")
    empty = np.flatnonzero(counts)
    named = [f"{info.feature_names[i]} {counts[i]:,}" for i in empty[:8]]
    more = f" and {len(empty) - 8:,} more columns" if len(empty) > 8 else ""
    return Check("missing_values", "warned", f"of {rows:,} rows: {', '.join(named)}{more}; filled from training rows")


def _empty_cells(written: Splits | None) -> tuple[NDArray[np.int64], int]:
    """Return the number of empty cells of each column, (columns,), and the number of rows."""
    if written is None:
        # What is no table was read without empty cells, or not at all.
        return np.zeros(0, np.int64), 0
    if isinstance(written.train, StreamedSamples):
        return written.train.statistics.x.empty, written.train.statistics.x.rows
    parts = [held(part) for part in (written.train, written.validation, written.test) if part is not None]
    return np.sum([np.isnan(part.x).sum(axis=0) for part in parts], axis=0), sum(map(len, parts))


def ranges(info: DatasetInfo, columns: ColumnSummary) -> Check:
    """Look for pictures that are hardly above black, numbers that vary too little, and values that are far off."""
    if info.is_image:
        low, high = info.input_range or (0.0, 255.0)
        brightest = columns.high.max()
        found = f"pixels {columns.low.min():g} to {brightest:g} of {low:g} to {high:g}"
        dim = bool(brightest < low + 0.2 * (high - low))
        return Check("value_range", "warned" if dim else "passed", found + "; they are hardly above black" * dim)
    mean, std, varied = columns.mean, columns.std, columns.std > 0
    found = f"values from {columns.span}"
    coarse = [name for name, is_so in _named(info, varied & (std < FINE * np.abs(mean))) if is_so]
    if coarse:
        return Check(
            "value_range", "warned", f"{found}; {quoted(coarse)} vary too little for their size: subtract a constant"
        )
    away = np.abs(np.stack([columns.low, columns.high]) - mean).max(axis=0)
    # Of n values, none can be (n - 1) / sqrt(n) standard deviations off; one that nearly is, makes up the deviation.
    rows = columns.rows
    limit = min(FAR, ALONE * (rows - 1) / rows**0.5) if rows >= FEW_ROWS else FAR
    is_far = columns.several & (away > limit * np.where(varied, std, 1))
    far = [name for name, is_so in _named(info, is_far) if is_so]
    if far:
        off = f"have values more than {limit:.0f} standard deviations off: mistakes?"
        return Check("value_range", "warned", f"{found}; {quoted(far)} {off}")
    return Check("value_range", "passed", found)


def _named(info: DatasetInfo, flags: NDArray[np.bool_]) -> Iterator[tuple[str, bool]]:
    return zip(info.feature_names, flags.tolist(), strict=True)


def constant(info: DatasetInfo, columns: ColumnSummary, same: Sequence[str], total: int) -> Check:
    """Tell of columns that never vary.

    Args:
        info: What is known about the training rows.
        columns: What they hold, as the network takes them.
        same: Of numbers and tables, the columns as they are written that never vary.
        total: How many columns are written.
    """
    never = "never vary in the training rows"
    if info.is_image:
        dark = columns.low == columns.high
        found = (
            f"{dark.sum():,} of {len(dark):,} pixels {never}" if dark.any() else f"each of {len(dark):,} pixels varies"
        )
        return Check("constant_column", "passed", found)
    if not same:
        return Check("constant_column", "passed", "each column varies")
    found = f"{len(same):,} of {total:,} columns never vary in the training rows: {quoted(same)}"
    return Check("constant_column", "warned", found)
