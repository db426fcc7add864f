"""Columns found by their names."""

from collections import Counter
from typing import Protocol

from dnnctl.datasets.parts.faults import WrongOptionError, clipped, quoted
from dnnctl.errors import DataError


class NamedColumns(Protocol):
    """A table whose columns have names."""

    @property
    def name(self) -> str:
        """What to call it in messages."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""

    @property
    def hint(self) -> str:
        """What may be the reason why a column is not there, as the end of a sentence; empty for nothing."""


def check_names(table: NamedColumns, advice: str) -> None:
    """Raise `DataError` if two columns have one name.

    Args:
        table: The table.
        advice: What to do then.
    """
    doubled = [name for name, count in Counter(table.names).items() if count > 1]
    if doubled:
        raise DataError(f"{table.name}: more than one column is called {quoted(doubled)}; {advice}")


def position_of(table: NamedColumns, name: str, option: str = "columns") -> int:
    """Return where a column stands, counted from 0.

    Args:
        table: The table.
        name: The column's name; capitals matter only where two columns differ in nothing else.
        option: The option that names it.

    Raises:
        WrongOptionError: If there is no such column; the message names the nearest.
    """
    from dnnctl.plugins import nearest, suggestion

    if name in table.names:
        return table.names.index(name)
    alike = [known for known in table.names if known.casefold() == name.casefold()]
    if len(alike) == 1:
        return table.names.index(alike[0])
    told = f"{table.name} has no column {clipped(name)}"
    if alike:
        raise WrongOptionError(option, f"{told}, but {quoted(alike)}: which is meant?")
    hint = suggestion(name, table.names) if len(table.names) <= 30 or nearest(name, table.names) else ""
    known = hint or "; it has " + quoted(table.names)
    raise WrongOptionError(option, f"{told}{known}{table.hint}")
