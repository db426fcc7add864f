"""Which columns of a table a network of numbers or of pictures takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from dnnctl.datasets.parts.faults import quoted
from dnnctl.datasets.parts.pixel_columns import find_pixels
from dnnctl.errors import DataError
from dnnctl.inference.inputs.base import InputSpec

LABELS = ("label", "class", "target", "y")


class Heading(Protocol):
    """A table's columns."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""

    @property
    def header(self) -> bool:
        """Whether the table itself has these names."""

    @property
    def unnamed(self) -> tuple[str, ...]:
        """Those of the names that it does not have."""


@dataclass(frozen=True)
class ChosenColumns:
    """The columns that a network takes.

    Args:
        positions: Where they stand, in the network's order.
        names: Names of all columns.
        note: What is to be said of the choice; empty if nothing is.
    """

    positions: tuple[int, ...]
    names: tuple[str, ...]
    note: str = ""


def choose_columns(table: Heading, spec: InputSpec, where: str) -> ChosenColumns:
    """Return the columns of pixels, beside which a label may stand, or those with the names of the features.

    Args:
        table: What columns there are.
        spec: What the network takes.
        where: What to call the table's header.

    Raises:
        DataError: If there are others, or too few.
    """
    return _pixels(table, spec, where) if spec.info.is_image else _features(table, spec, where)


def _pixels(table: Heading, spec: InputSpec, where: str) -> ChosenColumns:
    names = table.names
    found = find_pixels(names) if table.header else None
    if found is not None and len(found.positions) == spec.cells:
        untold = {spec.info.target, spec.id, *(names[position] for position in found.positions)}
        return ChosenColumns(found.positions, names, *ignored("", [name for name in names if name not in untold]))
    identifier = column_of_ids(names, spec.id)
    every = tuple(i for i in range(len(names)) if i != identifier)
    pixels = tuple(f"pixel{i + 1}" for i in range(spec.cells))
    if len(every) == spec.cells:
        return ChosenColumns(every, names if table.header else pixels)
    if len(every) != spec.cells + 1:
        raise DataError(
            f"{where}: the network takes {spec.described}: expected {spec.cells} columns, "
            f"or {spec.cells + 1} with a label first; received {len(every)}"
        )
    first, end = every[0], every[-1]
    last = table.header and names[end].casefold() in LABELS and names[first].casefold() not in LABELS
    label = end if last else first
    named = f" {'' if names[label] in table.unnamed else names[label]!r}" if table.header else ""
    note = f"{'last' if last else 'first'} column{named} ignored; it is taken for a label"
    positions = tuple(position for position in every if position != label)
    return ChosenColumns(positions, names if table.header else ("label", *pixels), note)


def _features(table: Heading, spec: InputSpec, where: str) -> ChosenColumns:
    """Return the columns with the features' names or, where there are none of these, all columns."""
    names, features = table.names, spec.info.feature_names
    folded = [name.casefold() for name in names] if table.header else []
    missing = [name for name in features if name.casefold() not in folded]
    if len(missing) < len(features):
        if missing:
            raise DataError(
                f"{where}: missing column{'s' * (len(missing) != 1)} {', '.join(map(repr, missing))}; "
                f"expected {', '.join(features)}; received {', '.join(names[:20])}"
            )
        double = next((name for name in features if folded.count(name.casefold()) > 1), None)
        if double is not None:
            raise DataError(f"{where}: there is more than one column {double!r}")
        positions = tuple(folded.index(name.casefold()) for name in features)
        others = [name for position, name in enumerate(names) if position not in positions]
        return ChosenColumns(positions, names, *ignored("", others))
    if len(names) != spec.cells:
        received = f"{len(names)} column{'s' * (len(names) != 1)}"
        shown = f" ({', '.join(names[:10])}{', ...' * (len(names) > 10)})" if table.header else ""
        hint = "" if table.header else "; a first row with names lets other columns be there too"
        raise DataError(f"{where}: the network takes {spec.described}; received {received}{shown}{hint}")
    if not table.header:
        return ChosenColumns(tuple(range(spec.cells)), spec.columns)
    note = f"columns taken by position: {', '.join(names)}" if features else ""
    return ChosenColumns(tuple(range(spec.cells)), names, note)


def ignored(name: str, others: Sequence[str]) -> tuple[str, ...]:
    """Return the note of columns that are not looked at; none if there are none."""
    return (f"{name}: columns ignored: {quoted(others)}".removeprefix(": "),) if others else ()


def column_of_ids(names: Sequence[str], name: str) -> int | None:
    """Return where the column stands that names the rows, in capitals or not; None if there is none."""
    return next((i for i, each in enumerate(names) if name and each.casefold() == name.casefold()), None)


def unnamed(table: str, names: Sequence[str], name: str) -> tuple[str, ...]:
    """Return the note of a table that lacks the column that names its rows; none if that is there, or not asked for."""
    lacks = name and column_of_ids(names, name) is None
    return (f"{table}: has no column {name!r} to pass through to the answers",) if lacks else ()
