"""Do both engines say the same of a network? Where they do, the light one answers in place of the heavy one."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.data.preprocessing import Preprocessing
from dnnctl.inference.network import Network

ROWS = 256
# Of a probability; of a value in the target's unit, in standard deviations of the target.
TOLERANCE = 1e-5


@dataclass(frozen=True)
class Agreement:
    """How near two engines are on the same rows.

    Args:
        rows: How many rows were compared.
        largest_difference: Of a probability, or of a value in standard deviations of the target; None if an
            engine gave no finite number.
        passed: Whether it is at most `TOLERANCE`.
    """

    rows: int
    largest_difference: float | None
    passed: bool

    def to_json(self) -> dict[str, Any]:
        """Return this as plain values."""
        return asdict(self)


def compare(one: Network, other: Network, x: NDArray[Any], preprocessing: Preprocessing) -> Agreement:
    """Compare what two engines say of rows.

    Args:
        one: The network as one engine answers.
        other: The same weights in the other.
        x: Raw rows, (n, ...); the first `ROWS` are compared.
        preprocessing: Statistics of the training rows.
    """
    rows = x[:ROWS]
    with np.errstate(over="ignore", invalid="ignore"):
        difference = np.abs(one.scores(rows) - other.scores(rows))
        if preprocessing.target_std:
            difference = difference / np.array(preprocessing.target_std)
        largest = float(difference.max(initial=0.0))
    return Agreement(len(rows), largest if np.isfinite(largest) else None, largest <= TOLERANCE)
