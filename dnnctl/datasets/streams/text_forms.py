"""The forms of a stream's columns of text, settled on their words before its rows are read.

So each piece becomes numbers as it is read: of time stamps there may be more different texts than can be held.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dnnctl.datasets.forms.base import MisfitError
from dnnctl.datasets.tables.parsing import Parsed, Words
from dnnctl.datasets.tables.selection import Wanted
from dnnctl.datasets.tables.settled_forms import settled_form
from dnnctl.errors import Notice

# So many different words settle the form of a column; one behind them that does not have it is an error.
MOST = 200_000


@dataclass(frozen=True)
class Texts:
    """Where the words of columns are.

    Args:
        name: What to call the table.
        read: Yields the cells of some columns, a group of rows after the other, each with what to call the group.
        place: Returns what to call the place of a word of a column, given also what its group is called.
        decimal: The mark of decimals of plain numbers.
        likely: The one that other numbers are likely to have; empty if nothing is known.
    """

    name: str
    read: Callable[[Sequence[Wanted]], Iterator[tuple[Sequence[Parsed], str]]]
    place: Callable[[Wanted, str, str], str]
    decimal: str = "."
    likely: str = ""


def with_forms(
    wanted: Sequence[Wanted], candidates: Sequence[int], texts: Texts
) -> tuple[tuple[Wanted, ...], tuple[Notice, ...]]:
    """Settle the forms of some columns.

    Args:
        wanted: All columns.
        candidates: Which of them may have a form.
        texts: Where their words are.

    Returns:
        All columns, those that have a form with it; and what could be meant otherwise.

    Raises:
        DataError: If a column does not have the form that was asked for, or nearly has one.
    """
    settled, warnings = list(wanted), []
    for i, found in _words(wanted, candidates, texts).items():
        one, words = wanted[i], list(found)
        if not words:
            continue

        def place(word: int, one: Wanted = one, found: dict[str, str] = found, words: list[str] = words) -> str:
            return texts.place(one, words[word], found[words[word]])

        form = settled_form(one, words, texts.decimal, texts.likely, place, texts.name)
        if form is not None and form.column.form is not None:
            settled[i] = replace(one, kind=form.column.kind, form=form.column.form, asked="")
            warnings += form.warnings
    return tuple(settled), tuple(warnings)


def _words(wanted: Sequence[Wanted], candidates: Sequence[int], texts: Texts) -> dict[int, dict[str, str]]:
    """Return the different words of the columns that may have a form, each with the group of its first row."""
    found: dict[int, dict[str, str]] = {i: {} for i in candidates}
    if not found:
        return found
    columns = [Wanted(wanted[i].name, wanted[i].position, "category") for i in candidates]
    for cells, group in texts.read(columns):
        for i, each in zip(candidates, cells, strict=True):
            if i not in found or len(found[i]) >= MOST:
                continue
            assert isinstance(each, Words)
            # Files may list words that no row has.
            for code in np.unique(each.codes[~np.isnan(each.codes)]).astype(np.int64):
                found[i].setdefault(each.words[code], group)
            if not (wanted[i].asked or may_have_form(list(found[i]), texts.likely)):
                del found[i]
        if all(len(words) >= MOST for words in found.values()):
            break
    return found


def may_have_form(words: Sequence[str], likely: str) -> bool:
    """Tell whether some words of a column have a form that others may have too."""
    from dnnctl.datasets.forms.finding import find_form

    try:
        return not words or find_form(words, likely) is not None
    except MisfitError:
        return True
