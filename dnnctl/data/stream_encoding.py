"""From the cells of a stream to the numbers a network takes, a few rows at a time and straight into their place."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.data.encoding import Encoding
from dnnctl.data.fitted_column import MISSING, FittedColumn
from dnnctl.datasets.columns import Column
from dnnctl.memory import blocks

# Rows written at a time, so that they stay in the cache.
TOGETHER = 2048


@dataclass(frozen=True)
class _Category:
    """Where a category's cells stand, where its columns begin, and which of them is 1 for each code, NaN the last."""

    cell: int
    at: int
    places: NDArray[np.int64]
    shares: NDArray[np.float32] | None

    @cached_property
    def width(self) -> int:
        """How many columns it becomes."""
        return int(self.places[-2]) + 1

    @cached_property
    def plain(self) -> bool:
        """Whether each code is the place of its own column."""
        return bool((self.places[:-1] == np.arange(len(self.places) - 1)).all())


class StreamEncoder:
    """What `Encoding.apply` does, to the same bits.

    Args:
        encoding: How columns become numbers.
        columns: What the cells hold; a code behind the words of a category is of a word that nobody knows.
    """

    def __init__(self, encoding: Encoding, columns: Sequence[Column]) -> None:
        self.width = len(encoding.names)
        self._filled = encoding.missing == "impute"
        self._fills = np.array([column.fill for column in encoding.columns])
        # Columns that stay as they are, those that follow each other together: from where, to where, how many.
        self._runs: list[tuple[int, int, int]] = []
        self._categories: list[_Category] = []
        # Dates: where their cells stand, and where their parts begin.
        self._dates: list[tuple[int, int, FittedColumn]] = []
        at = 0
        for i, (fitted, column) in enumerate(zip(encoding.columns, columns, strict=True)):
            if fitted.kind == "category":
                place = {word: number for number, word in enumerate(fitted.words)}
                unknown = len(fitted.words)
                known = [place.get(word, unknown) for word in column.words]
                places = np.array([*known, unknown, place.get(MISSING, unknown)], np.int64)
                shares = None if fitted.shares[-1] else np.array(fitted.shares, np.float32)
                self._categories.append(_Category(i, at, places, shares))
            elif fitted.kind == "date":
                self._dates.append((i, at, fitted))
            elif self._runs and sum(self._runs[-1][::2]) == i and self._runs[-1][1] + self._runs[-1][2] == at:
                start, to, count = self._runs[-1]
                self._runs[-1] = (start, to, count + 1)
            else:
                self._runs.append((i, at, 1))
            at += fitted.width

    @property
    def plain(self) -> bool:
        """Whether cells are what the network takes, but for empty ones."""
        return not self._categories and not self._dates

    def __call__(self, cells: NDArray[Any], out: NDArray[Any]) -> None:
        """Write cells (rows, columns) as numbers into an array (rows, encoded); it may be the same one."""
        if self.plain and not self._filled:
            if out is not cells:
                out[...] = cells
            return
        for here in blocks(len(cells), TOGETHER):
            self._write(cells[here], out[here])

    def _write(self, cells: NDArray[Any], out: NDArray[Any]) -> None:
        for start, to, count in self._runs:
            part = cells[:, start : start + count]
            if self._filled:
                part = np.where(np.isnan(part), self._fills[start : start + count].astype(part.dtype), part)
            out[:, to : to + count] = part
        for cell, at, dates in self._dates:
            out[:, at : at + dates.width] = dates.parts(cells[:, cell])
        rows = np.arange(len(cells))
        for category in self._categories:
            codes, width = cells[:, category.cell], category.width
            if self._filled:
                # The last place is that of an empty cell.
                codes = np.where(np.isnan(codes), len(category.places) - 1, codes)
            where = codes.astype(np.int64)
            if self._filled or not category.plain:
                where = category.places[where]
            own = out[:, category.at : category.at + width]
            own[...] = 0
            own[rows, where] = 1
            if category.shares is not None:
                own[where == width - 1] = category.shares
