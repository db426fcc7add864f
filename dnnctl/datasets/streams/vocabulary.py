"""The words of categories, merged over groups that each have codes of their own."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.columns import Column
from dnnctl.datasets.streams.row_sample import SampledRows
from dnnctl.datasets.tables.parsing import Parsed, Words
from dnnctl.errors import DataError

# Words of a column that are kept; a column with more of them names rows.
MOST = 1 << 20


class Vocabularies:
    """The words of a table's categories in the order of the groups, and how many training rows have each.

    Args:
        name: What to call the table.
        columns: Its inputs.
    """

    def __init__(self, name: str, columns: Sequence[Column]) -> None:
        self._name, self._columns = name, tuple(columns)
        self._codes: list[dict[str, int]] = [{} for _ in columns]
        self._counts: list[NDArray[np.int64]] = [np.zeros(0, np.int64) for _ in columns]

    def add(self, columns: Sequence[Column], counts: Sequence[NDArray[np.int64]], sample: SampledRows) -> SampledRows:
        """Take in the words of a group.

        Args:
            columns: The inputs, with its words.
            counts: For each category how many training rows of it have each of these words.
            sample: Rows of it, with its codes.

        Returns:
            The rows with the codes of these vocabularies.

        Raises:
            DataError: If a column has too many different words.
        """
        for i, (column, own) in enumerate(zip(columns, counts, strict=False)):
            if column.kind != "category":
                continue
            codes = self._codes_of(i, column.words, own)
            sample = sample.recoded(i, codes)
        return sample

    def coded(self, read: Sequence[Parsed]) -> list[NDArray[Any]]:
        """Return the cells of a group, a column each, with the codes of these vocabularies; all its rows are counted.

        Args:
            read: The cells of each column.

        Raises:
            DataError: If a column has too many different words.
        """
        cells = []
        for i, each in enumerate(read):
            if not isinstance(each, Words):
                cells.append(each)
                continue
            full = each.codes[~np.isnan(each.codes)].astype(np.int64)
            codes = self._codes_of(i, each.words, np.bincount(full, minlength=len(each.words)))
            table = np.array([*codes.tolist(), np.nan])
            cells.append(table[np.where(np.isnan(each.codes), len(codes), each.codes).astype(np.int64)])
        return cells

    def _codes_of(self, i: int, words: Sequence[str], counts: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the codes of words of a column, new ones behind those that are known."""
        known = self._codes[i]
        codes = np.array([known.setdefault(word, len(known)) for word in words], np.int64)
        if len(known) > MOST:
            name = self._columns[i].name
            raise DataError(
                f"{self._name}: column {name!r} holds more than {MOST:,} different texts, so it names rows; "
                f"leave it out (exclude: [{name}])"
            )
        self._counts[i] = np.pad(self._counts[i], (0, len(known) - len(self._counts[i])))
        np.add.at(self._counts[i], codes, counts)
        return codes

    @property
    def columns(self) -> tuple[Column, ...]:
        """The inputs with all words."""
        return tuple(
            Column(column.name, "category", tuple(codes)) if codes or column.kind == "category" else column
            for column, codes in zip(self._columns, self._codes, strict=True)
        )

    @property
    def counts(self) -> tuple[NDArray[np.int64], ...]:
        """For each category how many training rows have each word."""
        return tuple(self._counts)
