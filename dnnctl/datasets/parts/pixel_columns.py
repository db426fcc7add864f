"""Columns of a table that are the pixels of a picture, told by their names."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import isqrt

# As `pixel0`, `pixel_12`, `px 3`; as `2x13`, `pixel_1_12`: the row, then the column.
_NUMBERED = re.compile(r"(?:pixels?|pix|px)[ _-]*(\d+)", re.IGNORECASE)
_PLACED = re.compile(
    r"(?:(?:pixels?|pix|px)[ _-]*)?(\d+) *x *(\d+)|(?:pixels?|pix|px)[ _-]*(\d+)[ _,-]+(\d+)", re.IGNORECASE
)
# A few columns of such names are no picture.
FEWEST = 16


@dataclass(frozen=True)
class PixelColumns:
    """Columns that together are one grey picture.

    Args:
        height: Its rows.
        width: Its columns.
        positions: Where its pixels stand among the columns of the table, row after row.
    """

    height: int
    width: int
    positions: tuple[int, ...]


def find_pixels(names: Sequence[str]) -> PixelColumns | None:
    """Return the columns of a table that are the pixels of a picture; None if there are none, or one is missing.

    Args:
        names: Of all columns, in their order: `pixel0` to `pixel783` or `pixel1` to `pixel784`, which are as many as a
            square has, or `1x1` to `28x28` and `pixel_0_0` to `pixel_27_27`, by row and column.
    """
    numbers: dict[int, int] = {}
    places: dict[tuple[int, int], int] = {}
    for position, name in enumerate(names):
        if found := _NUMBERED.fullmatch(name):
            numbers.setdefault(int(found[1]), position)
        elif found := _PLACED.fullmatch(name):
            row, column = (int(each) for each in found.groups() if each is not None)
            places.setdefault((row, column), position)
    return _of_numbers(numbers) or _of_places(places)


def _of_numbers(found: dict[int, int]) -> PixelColumns | None:
    side = isqrt(len(found))
    first = min(found, default=0)
    if len(found) < FEWEST or side * side != len(found) or first > 1 or max(found) - first != len(found) - 1:
        return None
    return PixelColumns(side, side, tuple(found[number] for number in sorted(found)))


def _of_places(found: dict[tuple[int, int], int]) -> PixelColumns | None:
    if len(found) < FEWEST:
        return None
    rows, columns = (sorted({place[axis] for place in found}) for axis in (0, 1))
    gapless = all(each[0] <= 1 and each[-1] - each[0] == len(each) - 1 for each in (rows, columns))
    if not gapless or len(rows) * len(columns) != len(found):
        return None
    return PixelColumns(len(rows), len(columns), tuple(found[place] for place in sorted(found)))
