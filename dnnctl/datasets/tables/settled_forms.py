"""Columns of text that become numbers: their form settled on all of their words, or known and applied to them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.columns import Column
from dnnctl.datasets.forms.base import Form, MisfitError
from dnnctl.datasets.forms.numerals import number_of
from dnnctl.datasets.parts.faults import clipped
from dnnctl.datasets.tables.selection import Wanted
from dnnctl.errors import DataError, Notice

# Given the number of a word: the place of the first row with it.
Place = Callable[[int], str]


@dataclass(frozen=True)
class SettledForm:
    """What a column of text turned out to hold.

    Args:
        column: What it holds.
        values: The number that each of its words is, (words,).
        warnings: What could be meant otherwise.
    """

    column: Column
    values: NDArray[np.float64]
    warnings: list[Notice]


def settled_form(
    wanted: Wanted, words: Sequence[str], decimal: str, likely: str, place: Place, name: str
) -> SettledForm | None:
    """Find out whether the words of a column have a form.

    Args:
        wanted: The column.
        words: Its different words, at least one.
        decimal: The mark of decimals of the table's plain numbers.
        likely: The one that these words are likely to have; empty if nothing is known.
        place: Returns the place of the first row with a word, given by its number.
        name: What to call the table.

    Returns:
        What it holds; None where the words have none.

    Raises:
        DataError: If they do not have the form that was asked for, or all but a few have one.
    """
    # Most tables need none of this.
    from dnnctl.datasets.forms.finding import find_form

    # Numbers in other digits or signs than those of programs, of which all else is as in plain ones.
    plain = [] if wanted.asked else _numbers(words, decimal)
    if plain:
        return SettledForm(Column(wanted.name, "number"), np.array(plain), [])
    try:
        found = find_form(words, likely, wanted.asked)
    except MisfitError as misfit:
        raise _error(misfit, wanted, words, place, name) from None
    if found is None:
        return None
    column = Column(wanted.name, found.form.kind, (), found.form)
    return SettledForm(column, found.values, doubts(wanted.name, found.doubt, found.form))


def _numbers(words: Sequence[str], decimal: str) -> list[float]:
    """Return the numbers that words are; nothing if one is none."""
    numbers: list[float] = []
    for word in words:
        number = number_of(word, decimal)
        if number is None or not np.isfinite(number):
            return []
        numbers.append(number)
    return numbers


def doubts(name: str, other: str, form: Form) -> list[Notice]:
    """Return the warning of a column whose cells could be other numbers, or other dates.

    Args:
        name: The column.
        other: The type that asks for the other reading; empty if there is none.
        form: The form that was taken.
    """
    if not other:
        return []
    told = f"could be read in two ways; taken for {form.described}; `types: {{{name}: {other}}}` takes the other"
    return [Notice("ambiguous_cells", told, f"column {name!r}")]


def converted(
    wanted: Wanted, form: Form, words: Sequence[str], place: Place, decimal: str = "", first: Sequence[str] = ()
) -> NDArray[np.float64]:
    """Return the number that each word of a column is, whose form is known.

    Args:
        wanted: The column.
        form: Its form.
        words: Its words.
        place: Returns the place of the first row with a word, given by its number.
        decimal: The mark of decimals that the table is sure to have; empty if nothing tells.
        first: The column's first cells, which words of a later part of the table are written as.

    Raises:
        DataError: If a word does not have the form.
    """
    more = [] if form.kind == "date" else sorted(set(first))
    values = form.convert([*words, *more], decimal)[: len(words)]
    wrong = np.flatnonzero(np.isnan(values))
    if len(wrong):
        word = int(wrong[0])
        raise DataError(f"{place(word)}: {misfit(wanted.name, form, words[word])}")
    return values


def misfit(name: str, form: Form, word: str) -> str:
    """Say what is wrong with a cell of a column whose form is known."""
    return f"column {name!r}: expected {form.expected}; received {clipped(word)}"


def _error(fault: MisfitError, wanted: Wanted, words: Sequence[str], place: Place, name: str) -> DataError:
    """Return what is wrong with texts that should have a form, with what can be done."""
    other = f"or write `types: {{{wanted.name}: category}}`, which takes each text for a category"
    if fault.word is None:
        return DataError(
            f"{name}: column {wanted.name!r} {fault.problem}. Write all cells alike, leave the column out (exclude: "
            f"[{wanted.name}]), {other}"
        )
    return DataError(
        f"{place(fault.word)}: column {wanted.name!r}: {fault.problem}; received {clipped(words[fault.word])}. Correct "
        f"the cell, name it in missing_values, {other}"
    )
