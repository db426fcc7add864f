"""Who is in which split of a stream: decided by a hash, row by row, so that nothing has to be held.

A row's number in the files, or what it has in the column of `data.group`, is hashed with `split_seed` and the purpose;
the hash, as a fraction of its range, is compared with the share. A row's split so depends neither on how many rows
there are nor on how they are grouped in files. Shares come out right but for the noise of drawing: of n rows, a share p
is met to about sqrt(p (1 - p) / n).

Source: the mixing function is that of SplitMix64, Steele et al., Fast Splittable Pseudorandom Number Generators, 2014.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.streams.base import Marks
from dnnctl.random_streams import generator

NOWHERE, TRAIN, VALIDATION, TEST = range(4)


@dataclass(frozen=True)
class Membership:
    """How rows are split.

    Args:
        split_seed: Decides who is where.
        validation: Share of the training rows to validate on.
        test: Share of all rows to test on; 0 where test rows are set apart.
        fold: Which part of the training rows to test on instead, counted from 1, and of how many; None for none.
        limit: The number of the first row that is too late to train on; None for no limit.
    """

    split_seed: int
    validation: float = 0.0
    test: float = 0.0
    fold: tuple[int, int] | None = None
    limit: int | None = None

    def of(self, first: int, rows: int, marks: Marks) -> NDArray[np.uint8]:
        """Return the split of each row, (rows,): `NOWHERE`, `TRAIN`, `VALIDATION` or `TEST`.

        Args:
            first: The number of the first of them.
            rows: How many there are.
            marks: What else decides about them.
        """
        numbers = np.arange(first, first + rows, dtype=np.uint64)
        ids = numbers if marks.keys is None else marks.keys
        split = np.full(rows, TRAIN, np.uint8)
        if self.test:
            split[self._share(ids, "test", self.test)] = TEST
        if self.limit is not None:
            split[max(0, self.limit - first) :][split[max(0, self.limit - first) :] == TRAIN] = NOWHERE
        if self.fold is not None:
            index, of = self.fold
            split[split == TEST] = NOWHERE
            # The upper half of the hash, cut into equal parts.
            part = ((self._hash(ids, "fold") >> np.uint64(32)) * np.uint64(of)) >> np.uint64(32)
            split[(split == TRAIN) & (part == index - 1)] = TEST
        if self.validation:
            split[(split == TRAIN) & self._share(ids, "validation", self.validation)] = VALIDATION
        if marks.kept is not None:
            split[~marks.kept] = NOWHERE
        return split

    def _hash(self, ids: NDArray[np.uint64], purpose: str) -> NDArray[np.uint64]:
        return mixed(ids + generator("split of a stream", purpose, self.split_seed).integers(2**64, dtype=np.uint64))

    def _share(self, ids: NDArray[np.uint64], purpose: str, share: float) -> NDArray[np.bool_]:
        return self._hash(ids, purpose) < np.uint64(int(share * 2.0**64))


def mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return numbers mixed so that any two different ones differ in about half of their bits, (n,)."""
    z = numbers + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    result: NDArray[np.uint64] = z ^ (z >> np.uint64(31))
    return result
