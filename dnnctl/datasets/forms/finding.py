"""Which form the texts of a column have, if any; and forms that were stored."""

from collections.abc import Sequence
from typing import Any

from dnnctl.datasets.forms.amount import Amount, find_amounts
from dnnctl.datasets.forms.base import Form, Found
from dnnctl.datasets.forms.dates import Dates, find_dates


def find_form(words: Sequence[str], decimal: str, asked: str = "") -> Found | None:
    """Find out which form the texts of a column have.

    Args:
        words: The different texts, at least one.
        decimal: The mark of decimals that is more likely; empty if nothing is known.
        asked: What they are said to be, one of `Asked`; empty if nothing is said: then every text has to have the form.

    Returns:
        The form; None if they have none and nothing was said.

    Raises:
        MisfitError: If they do not have the form that was asked for, or all but a few of them have one.
    """
    if asked.startswith("date"):
        return find_dates(words, asked)
    if asked:
        return find_amounts(words, decimal, asked)
    return find_dates(words) or find_amounts(words, decimal)


def form_of(value: Any) -> Form:
    """Return a form that was stored.

    Raises:
        TypeError, KeyError: If it is none.
    """
    kinds: dict[str, type[Amount] | type[Dates]] = {"amount": Amount, "date": Dates}
    return kinds[value["form"]].from_json(value)
