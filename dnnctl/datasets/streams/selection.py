"""Some of the rows of a stream: those of a split, or all that count."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.streams.base import Marks
from dnnctl.datasets.streams.membership import Membership


@dataclass(frozen=True)
class Selection:
    """Some of the rows of a stream.

    Args:
        counts: How many of them are in each group, (groups,).
        membership: How rows are split; None for all rows that count.
        split: Which split these are.
    """

    counts: NDArray[np.int64]
    membership: Membership | None = None
    split: int = 0

    def rows(self, first: int, size: int, marks: Marks) -> NDArray[np.int64] | slice:
        """Return where these rows stand in a group.

        Args:
            first: The number of the group's first row.
            size: Rows of the group.
            marks: What decides about them.
        """
        if self.membership is not None:
            return np.flatnonzero(self.membership.of(first, size, marks) == self.split)
        return slice(None) if marks.kept is None else np.flatnonzero(marks.kept)
