r"""Mix-up: a batch's rows are blended in pairs, inputs and targets alike.

Row $i$ becomes $\lambda x_i + (1 - \lambda) x_j$ with $j$ another row of the same batch and $\lambda$ drawn for each
row from $Beta(\alpha, \alpha)$. Of $\lambda$ and $1 - \lambda$ the larger one is the row's own share, so that every row
is the larger part of one blend an epoch; since the partner is drawn by lot, the blends have the same distribution.

Source: Zhang et al., mixup: Beyond Empirical Risk Minimization, 2018.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.random_streams import generator


@dataclass(frozen=True)
class Mixture:
    """How the rows of one batch are blended.

    Args:
        share: Each row's own share, 0.5 to 1, (rows,), float64.
        partner: Which row of the batch the rest comes from, (rows,), int32.
    """

    share: NDArray[np.float64]
    partner: NDArray[np.int32]

    def mix(self, rows: NDArray[Any]) -> NDArray[Any]:
        """Return the batch's inputs or numeric targets blended, (rows, ...), in their own type."""
        share = self.share.astype(rows.dtype).reshape(-1, *[1] * (rows.ndim - 1))
        return np.asarray(share * rows + (1 - share) * rows[self.partner])

    def of_rows(self, first: int, behind: int) -> "Mixture":
        """Return how the rows from one to before another are blended, where their partners follow behind them.

        Args:
            first: The first row.
            behind: The first one that is not among them.
        """
        count = behind - first
        share = np.concatenate([self.share[first:behind], np.ones(count)])
        return Mixture(share, np.tile(np.arange(count, 2 * count, dtype=np.int32), 2))


def mixture(rows: int, alpha: float, seed: int, epoch: int, batch: int) -> Mixture:
    """Return how one batch is blended: a function of its place, not of what was drawn before.

    Args:
        rows: Rows of the batch; a single one is its own partner.
        alpha: Of the Beta distribution, above 0; small values blend little.
        seed: The configuration's seed.
        epoch: The epoch, counted from 0.
        batch: The batch within it, counted from 0.
    """
    draw = generator("mix_up", seed, epoch, batch)
    share = draw.beta(alpha, alpha, rows)
    # Each row's partner is the next one in a random round, so none is its own.
    turn = draw.permutation(rows).astype(np.int32)
    partner = np.empty(rows, np.int32)
    partner[turn] = np.roll(turn, -1)
    return Mixture(np.maximum(share, 1 - share), partner)


def mixtures(rows: int, size: int, alpha: float, seed: int, epoch: int, first: int) -> list[Mixture]:
    """Return how batches that follow each other are blended.

    Args:
        rows: Rows of all of them; the last batch may be smaller.
        size: Rows a batch.
        alpha: See `mixture`.
        seed: The configuration's seed.
        epoch: The epoch, counted from 0.
        first: The first of these batches, counted from 0.
    """
    starts = range(0, rows, size)
    return [mixture(min(size, rows - start), alpha, seed, epoch, first + i) for i, start in enumerate(starts)]
