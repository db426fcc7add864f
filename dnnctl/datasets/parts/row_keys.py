"""Rows that are there more than once, or with different targets, or in two splits: found by a number for each row.

Of very many rows those are kept whose inputs' number ends in some zero bits. Equal rows are kept or left out together,
so what is found among those kept is found of all rows in the same share.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.samples import AnySamples, Samples
from dnnctl.memory import blocks

# Rows of a stream that are compared at most; of rows in memory all are.
MOST = 1_000_000
GOLDEN, TARGETS = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93)


@dataclass(frozen=True)
class RowKeys:
    """Numbers of the rows of a split.

    Args:
        inputs: A number for the inputs of each row that is kept, (kept,), which equal inputs share.
        rows: A number for inputs and targets together, (kept,).
        count: How many rows there are.
        bits: Of $2^b$ rows with different inputs one is kept.
    """

    inputs: NDArray[np.uint64]
    rows: NDArray[np.uint64]
    count: int
    bits: int = 0

    @classmethod
    def of(cls, samples: AnySamples) -> "RowKeys":
        """Return the numbers of all rows that are in memory, or of so many rows of a stream as can be held."""
        nothing = np.zeros(0, np.uint64)
        found = cls(nothing, nothing, 0)
        if isinstance(samples, Samples):
            inputs = row_keys(samples.x)
            return cls(inputs, inputs ^ (row_keys(samples.y) * TARGETS), len(samples))
        for block in samples.blocks():
            own = cls.of(block).thinned(found.bits)
            inputs = np.concatenate([found.inputs, own.inputs])
            found = cls(inputs, np.concatenate([found.rows, own.rows]), found.count + own.count, found.bits)
            while len(found.rows) > MOST:
                found = found.thinned(found.bits + 1)
        return found

    def thinned(self, bits: int) -> "RowKeys":
        """Return the numbers of fewer rows."""
        if bits <= self.bits:
            return self
        kept = (self.inputs * GOLDEN) >> np.uint64(64 - bits) == 0
        return RowKeys(self.inputs[kept], self.rows[kept], self.count, bits)

    def of_all(self, found: int) -> int:
        """Return how many of all rows it is, as far as can be judged, that are so many of those kept."""
        return found if not self.bits else round(found / max(1, len(self.rows)) * self.count)

    @property
    def duplicates(self) -> int:
        """How many rows are copies of an earlier one, target and all."""
        return self.of_all(len(self.rows) - len(np.unique(self.rows)))

    @property
    def contradicting(self) -> int:
        """How many rows have the inputs of another one, and another target than it."""
        _, inputs = np.unique(self.inputs, return_inverse=True)
        _, first = np.unique(self.rows, return_index=True)
        # How many different targets occur with the inputs of each row.
        targets = np.bincount(inputs[first], minlength=len(self.rows))[inputs]
        return self.of_all(int((targets > 1).sum()))

    def shared_with(self, other: "RowKeys") -> int:
        """Return how many of these rows are among others too, with the same target."""
        bits = max(self.bits, other.bits)
        own, theirs = self.thinned(bits), other.thinned(bits)
        return own.of_all(int(np.isin(own.rows, theirs.rows).sum()))


def row_keys(x: NDArray[Any]) -> NDArray[np.uint64]:
    """Return a number for each row that equal rows share and others all but never do, (n,).

    Args:
        x: (n, ...) of any number type.
    """
    flat = np.ascontiguousarray(x.reshape(len(x), int(np.prod(x.shape[1:]))))
    width = flat.dtype.itemsize
    bits = flat.view(f"u{width}")
    if flat.dtype.kind == "f":
        # Minus zero is zero.
        bits = (flat + flat.dtype.type(0)).view(f"u{width}")
    draw = np.random.Generator(np.random.Philox(key=2026))
    factors = draw.integers(1, 2**63, size=bits.shape[1], dtype=np.uint64) | np.uint64(1)
    keys = np.zeros(len(x), np.uint64)
    for block in blocks(len(x), max(1, (1 << 22) // bits.shape[1])):
        part = bits[block].astype(np.uint64)
        part ^= part >> np.uint64(15)
        part *= factors
        part ^= part >> np.uint64(29)
        keys[block] = (part * GOLDEN).sum(axis=1, dtype=np.uint64)
    return keys
