r"""What a network is told of a date: where it lies in the year, the month, the week and the day, and how late it is.

What comes round again is a point on a circle, so that December is beside January: for a position $p$ in a period of
length $P$ the two numbers $\sin(2\pi p / P)$ and $\cos(2\pi p / P)$.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

YEAR, DAYS = "year", "days since the first"
CYCLES = ("month", "day", "weekday", "hour")
# In the order in which they stand; those that the training rows do not vary in are left out.
PARTS = (YEAR, *(f"{cycle} ({wave})" for cycle in CYCLES for wave in ("sin", "cos")), DAYS)
# The parts that are standardized; the others lie between -1 and 1.
SCALED = frozenset({YEAR, DAYS})


def parts_of(dates: NDArray[Any], names: Sequence[str], first: float) -> NDArray[np.float64]:
    """Return parts of dates.

    Args:
        dates: Days since 1970-01-01, (rows,), without empty ones.
        names: Which of `PARTS`.
        first: The first day of the training rows.

    Returns:
        (rows, names): the year; sine and cosine of the month in the year, the day in its month, the day in the week and
        the hour in the day; the days since `first`.
    """
    dates = np.asarray(dates, np.float64)
    whole = np.floor(dates)
    days = whole.astype(np.int64).astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    starts, ends = months.astype("datetime64[D]"), (months + 1).astype("datetime64[D]")
    positions = {
        "month": (months.astype(np.int64) % 12) / 12,
        "day": (days - starts).astype(np.float64) / (ends - starts).astype(np.float64),
        # 1970-01-01 was a Thursday; weeks begin with Monday.
        "weekday": (whole + 3) % 7 / 7,
        "hour": dates - whole,
    }
    every: dict[str, NDArray[Any]] = {
        YEAR: months.astype("datetime64[Y]").astype(np.int64) + 1970.0,
        DAYS: dates - first,
    }
    for cycle, position in positions.items():
        angle = 2 * np.pi * position
        every |= {f"{cycle} (sin)": np.sin(angle), f"{cycle} (cos)": np.cos(angle)}
    return np.stack([every[name] for name in names], axis=1)


def varying_parts(dates: NDArray[Any]) -> tuple[str, ...]:
    """Return the parts that differ between dates, (rows,), both numbers of a cycle or none; the days if none does."""
    parts = parts_of(dates, PARTS, 0.0)
    varies = {name for name, own in zip(PARTS, parts.T, strict=True) if len(own) and np.ptp(own) > 0}
    # What happens on one day is told by its hour.
    varies -= set() if len(dates) and np.ptp(np.floor(dates)) > 0 else {DAYS}
    cycles = {cycle for cycle in CYCLES if any(name.startswith(f"{cycle} (") for name in varies)}
    kept = tuple(name for name in PARTS if name in varies or name.partition(" (")[0] in cycles)
    return kept or (DAYS,)


def told_parts(names: Sequence[str]) -> list[str]:
    """Return parts for people: of a cycle's two numbers its name, once."""
    return list(dict.fromkeys(name.partition(" (")[0] for name in names))
