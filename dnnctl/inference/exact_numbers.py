"""Numbers as they are written: with the digits that their own precision has, and no others."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray


def exact(values: NDArray[Any]) -> list[float | None]:
    """Return numbers whose shortest decimal form is that of `values` in their own precision.

    A float32 of 0.9 becomes 0.9, not 0.8999999761581421.

    Args:
        values: (n,) numbers.

    Returns:
        The numbers; None for those that are infinite or none.
    """
    short = values.dtype.kind == "f" and values.dtype.itemsize < 8
    numbers: list[float | None] = list(map(float, values.astype("U").tolist() if short else values.tolist()))
    return (
        numbers if np.isfinite(values).all() else [n if n is not None and math.isfinite(n) else None for n in numbers]
    )
