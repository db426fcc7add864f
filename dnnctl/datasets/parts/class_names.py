"""What classes are called, and their order: no two have one name, and numbers come in the order of numbers."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

# A number in a text, as that of a folder called 10.
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def names_of(values: NDArray[Any]) -> tuple[str, ...]:
    """Return what numbers are called as classes: whole ones as such, others by the fewest digits that tell them apart.

    Args:
        values: Finite numbers of any type, (k,).
    """
    if values.dtype.kind != "f":
        return tuple(str(int(value)) for value in values)
    return tuple(str(int(value)) if value == np.rint(value) else str(value) for value in values)


def in_order(names: Iterable[str]) -> list[str]:
    """Return names of classes in their order: those that are numbers first, as 1, 2, 10; then the others, as texts."""
    return sorted(names, key=_place)


def _place(name: str) -> tuple[bool, Decimal, str]:
    is_number = _NUMBER.fullmatch(name) is not None
    return not is_number, Decimal(name) if is_number else Decimal(0), name


def label_of(name: str, labels: Mapping[str, int]) -> int | None:
    """Return the label of a class; None if there is none of this name.

    Args:
        name: Its name, as `names_of` gives it to a number.
        labels: The label of each class. Those of runs of version 0.1 may be called by seven digits, as 1.001991e+07.
    """
    if name in labels or not _NUMBER.fullmatch(name):
        return labels.get(name)
    rounded = f"{float(np.float32(name)):.7g}"
    return None if rounded == name or "e" not in rounded else labels.get(rounded)
