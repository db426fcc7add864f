"""What a network takes, and what reading an input gives.

Each kind of input is one file with `ENDINGS`, the file endings it reads, and
`read(stream, name, spec, invert) -> Inputs`, where `stream` is an open binary file.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from dnnctl.data.encoding import Encoding
from dnnctl.datasets.base import DatasetInfo
from dnnctl.datasets.images.appearance import Appearance, published
from dnnctl.datasets.parts.faults import quoted
from dnnctl.datasets.tables.guessing import Clues, clues_of_columns

# No input may have more rows than this.
MAX_ROWS = 4_000_000
# No array may need more than this: so what a damaged or hostile header claims, and what a small compressed file
# expands to, stay below 1 GB with all that is made of it. Text does not expand; its own size is its bound.
# All 60,000 training images of MNIST in double precision are within it.
MAX_BYTES = 384 * 1024**2


@dataclass(frozen=True)
class InputSpec:
    """What the network takes.

    Args:
        info: What is known about the data set it was trained on.
        ground: Mean of the border pixels of the training images, from 0 (black) to 1 (white); None for
            numbers.
        table: How its columns become numbers, where it was trained on a table; None for everything else.
        encoding: What tables are said to be encoded in, or `auto`.
        separator: What is said to separate the cells of the table that it was trained on, or `auto`.
        likely: What the table that it was trained on was encoded in; empty where that is not known.
        said: Whether its configuration says so.
        id: The column that names the rows in the answers; empty for none.
        appearance: How the training pictures look; None for numbers, and for runs that did not store it.
    """

    info: DatasetInfo
    ground: float | None = None
    table: Encoding | None = None
    encoding: str = "auto"
    separator: str = "auto"
    likely: str = ""
    said: bool = False
    id: str = ""
    appearance: Appearance | None = None

    @cached_property
    def look(self) -> Appearance | None:
        """How the training pictures look, by their measures or else by what their makers said; None if not known."""
        return self.appearance or published(self.info.framing, self.ground or 0.0)

    @property
    def drawn(self) -> bool:
        """Whether the training pictures are drawings on an even ground, black or white."""
        return self.info.drawing or (self.appearance is not None and self.appearance.drawn)

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns of a row; of numbers without names, what they are called in a table without a header."""
        if self.table is not None:
            return tuple(column.name for column in self.table.columns)
        return self.info.feature_names or tuple(f"column_{i + 1}" for i in range(self.cells))

    @property
    def clues(self) -> Clues:
        """What is known of a table of such rows before it is read."""
        if self.table is None:
            return Clues(self.likely, (*self.info.feature_names, *self.info.class_names), self.said)
        own = clues_of_columns(self.table.table, self.info.class_names)
        return replace(own, likely=self.likely, said=self.said)

    @property
    def cells(self) -> int:
        """How many numbers a row has."""
        return int(np.prod(self.info.input_shape))

    @property
    def range(self) -> tuple[float, float]:
        """Smallest and largest value of a pixel."""
        return self.info.input_range or (0.0, 255.0)

    @property
    def described(self) -> str:
        """What the network takes, for messages."""
        shape = self.info.input_shape
        if self.info.is_image:
            colours = " in colour" * (len(shape) == 3)
            return f"images of {shape[0]} x {shape[1]} pixels{colours} from {self.range[0]:g} to {self.range[1]:g}"
        if self.table is not None:
            return f"rows of a table with the columns {quoted(self.columns)}"
        names = ", ".join(self.info.feature_names)
        return f"{shape[0]} number{'s' * (shape[0] != 1)} a row" + (f" ({names})" if names else "")


@dataclass(frozen=True, eq=False)
class Numbered(Sequence[str]):
    """Names that differ in their number only, as `people.csv:2`: a million of them are no million objects.

    Args:
        before: What stands before the number.
        numbers: The numbers.
        behind: What stands behind it.
    """

    before: str
    numbers: range | NDArray[np.int64]
    behind: str = ""

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.numbers)

    @overload
    def __getitem__(self, at: int) -> str: ...

    @overload
    def __getitem__(self, at: slice) -> list[str]: ...

    def __getitem__(self, at: int | slice) -> str | list[str]:
        """Return one name, or a list of some."""
        if isinstance(at, slice):
            numbers = self.numbers[at]
            counted = numbers if isinstance(numbers, range) else numbers.tolist()
            return [f"{self.before}{number}{self.behind}" for number in counted]
        return f"{self.before}{self.numbers[at]}{self.behind}"

    def __eq__(self, other: object) -> bool:
        """Compare with another sequence of names."""
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True)
class Inputs:
    """Rows that are ready for the network.

    Args:
        x: (n, *input_shape): for images uint8, or float32 where the values are not whole, on the scale of
            the data set's `input_range`; for numbers as they are, with all their digits.
        names: One a row, as `photo.png`, `people.csv:2` (the line) or `batch.npy[3]` (counted from 0).
        notes: What was done to the inputs that the user should know.
        ids: What names each row in the answers, as its cell in the column `InputSpec.id`, or the name of a picture's
            file; None where nothing does, so that rows are counted.
        gaps: Whether rows are missing that stood between these, so that they cannot be counted.
    """

    x: NDArray[Any]
    names: Sequence[str]
    notes: tuple[str, ...] = ()
    ids: Sequence[str] | None = None
    gaps: bool = False

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.x)

    @property
    def called(self) -> Sequence[str]:
        """What the answers call each row: its identifier or, where it has none, its name."""
        return self.names if self.ids is None else self.ids


def joined(parts: Sequence[Inputs]) -> Inputs:
    """Return the rows of several inputs, one after the other.

    Args:
        parts: At least one; of one whose rows were all left out only notes and gaps count.
    """
    if len(parts) == 1:
        return parts[0]
    notes, gaps = tuple(dict.fromkeys(note for part in parts for note in part.notes)), any(p.gaps for p in parts)
    full = [part for part in parts if len(part)] or parts[:1]
    if len(full) == 1:
        return replace(full[0], notes=notes, gaps=gaps)
    return Inputs(
        np.concatenate([part.x for part in full]),
        tuple(name for part in full for name in part.names),
        notes,
        None if all(part.ids is None for part in full) else tuple(each for part in full for each in part.called),
        gaps,
    )
