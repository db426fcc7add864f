"""What a form of cells is: how the texts of a column are written, and what number each of them is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

# What a column can be said to hold, besides numbers, booleans and categories.
Asked = Literal[
    "amount",
    "amount_decimal_point",
    "amount_decimal_comma",
    "percent",
    "percent_decimal_point",
    "percent_decimal_comma",
    "date",
    "date_day_first",
    "date_month_first",
    "date_year_first",
]


class Form(Protocol):
    """How the texts of a column are written, settled on all of them."""

    kind: ClassVar[Literal["number", "date"]]

    @property
    def unit(self) -> str:
        """The unit of the numbers, as `원`; empty for none."""

    @property
    def described(self) -> str:
        """What the column holds, for people, as `amounts in 원, as '5,217원'`."""

    @property
    def expected(self) -> str:
        """What a cell has to be, for messages, as `an amount in 원, as '5,217원'`."""

    def convert(self, words: Sequence[str], decimal: str = "") -> NDArray[np.float64]:
        """Return the number that each text is, (words,); NaN for one that does not have this form.

        Args:
            words: The texts.
            decimal: The mark of decimals that the table they are in is sure to have; empty if nothing tells.
        """

    def written(self, number: float) -> str:
        """Return a number so that `convert` reads it."""

    def to_json(self) -> dict[str, Any]:
        """Return this as plain values."""


@dataclass(frozen=True)
class Found:
    """The form of a column.

    Args:
        form: The form.
        values: The number that each of its different texts is, float64 (words,).
        doubt: What could be meant otherwise, and the line that asks for it; empty where nothing could.
    """

    form: Form
    values: NDArray[np.float64]
    doubt: str = ""


class MisfitError(Exception):
    """Texts that should have a form, or nearly have one.

    Args:
        problem: What is wrong.
        word: The number of the text that does not fit; None where they do not fit each other.
    """

    def __init__(self, problem: str, word: int | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.word = word


# A column is meant to have a form if this share of its texts has it; the rest are mistakes.
NEARLY = 0.9
# So many texts tell whether the others are worth looking at.
FIRST = 50


def nearly(fitting: Sequence[bool]) -> bool:
    """Tell whether so many texts have a form that the others are mistakes."""
    return sum(fitting) >= NEARLY * len(fitting)
