r"""Nearest neighbours: what can be had from the inputs without assuming any form of the connection.

A row gets the mean target (of classes: the weighed shares) of the $k$ training rows that are nearest to it. Where
this does better than a network on rows neither has seen, the inputs say more than the network has learned. Where it
does not, nothing follows: in many dimensions no rows are near.

Source: Cover and Hart, Nearest neighbor pattern classification, IEEE Transactions on Information Theory 13, 1967.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.memory import blocks

MOST_ROWS = 5_000
MOST_VALUES = 5_000_000  # Of those rows; of large pictures there are fewer, so that memory and time stay bounded.
NEIGHBOURS = 15


def nearest_means(known: NDArray[Any], targets: NDArray[Any], asked: NDArray[Any]) -> NDArray[np.float64]:
    """Return the mean target of the nearest rows.

    Args:
        known: (n, ...) rows to look among; some of them, evenly by position, if they are many or large.
        targets: (n, outputs) their targets.
        asked: (m, ...) rows to answer.

    Returns:
        (m, outputs).
    """
    features = max(1, int(np.prod(known.shape[1:])))
    rows = np.linspace(0, len(known) - 1, min(len(known), MOST_ROWS, max(1, MOST_VALUES // features))).astype(np.int64)
    x, y = known[rows].reshape(len(rows), -1).astype(np.float64), targets[rows].astype(np.float64)
    centre, spread = x.mean(axis=0), x.std(axis=0)
    # Pixels share their unit; columns have units of their own.
    scale = np.where(spread > 0, spread, 1.0) if known.dtype != np.uint8 else np.full_like(spread, 255.0)
    x = ((x - centre) / scale).astype(np.float32)
    lengths = np.einsum("ij,ij->i", x, x)
    count = max(1, min(NEIGHBOURS, len(rows) // 10))
    answers = np.empty((len(asked), y.shape[1]))
    for here in blocks(len(asked), max(1, MOST_VALUES // (len(rows) + features) // 2)):
        part = ((asked[here].reshape(len(asked[here]), -1) - centre) / scale).astype(np.float32)
        distances = lengths - 2 * (part @ x.T)
        near = np.argpartition(distances, count - 1, axis=1)[:, :count]
        answers[here] = y[near].mean(axis=1)
    return answers
