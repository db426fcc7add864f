"""Which columns of a table are read: those that its options choose, or those of a table that is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from dnnctl.datasets.columns import Column, Kind, TableInfo
from dnnctl.datasets.forms.base import Form
from dnnctl.datasets.parts.faults import WrongOptionError, quoted
from dnnctl.datasets.tables.names import NamedColumns, position_of
from dnnctl.datasets.tables.options import ColumnOptions
from dnnctl.errors import DataError

Options = TypeVar("Options", bound=ColumnOptions)


@dataclass(frozen=True)
class Wanted:
    """A column to read.

    Args:
        name: What to call it.
        position: Where it stands in the table, counted from 0.
        kind: What it holds; None if that is to be found out.
        words: Of a known boolean: how false and true are written.
        form: How its cells are written, where that is known and not plain.
        asked: What it is said to hold that is to be settled on its cells, as `amount`; empty if nothing is.
    """

    name: str
    position: int
    kind: Kind | None = None
    words: tuple[str, ...] = ()
    form: Form | None = None
    asked: str = ""

    @classmethod
    def known(cls, column: Column, position: int) -> "Wanted":
        """Return a column of which it is known what it holds.

        Args:
            column: What it holds.
            position: Where it stands.
        """
        return cls(column.name, position, column.kind, column.words, column.form)

    @property
    def is_open(self) -> bool:
        """Whether it may turn out that its texts have a form."""
        return self.form is None and (bool(self.asked) or self.kind is None)


def known_columns(table: NamedColumns, columns: Sequence[Column]) -> list[Wanted]:
    """Find columns of which it is known what they hold, wherever they stand and with others beside them.

    Raises:
        DataError: If one is missing.
    """
    # A column that another one is called like to the letter is not there for one that only sounds like it.
    wanted = {column.name for column in columns}
    free = {name.casefold() for name in table.names if name not in wanted}
    missing = [c.name for c in columns if c.name not in table.names and c.name.casefold() not in free]
    if missing:
        raise DataError(
            f"{table.name}: missing column{'s' * (len(missing) != 1)} {quoted(missing)}; it has {quoted(table.names)}"
        )
    return [Wanted.known(column, position_of(table, column.name)) for column in columns]


def chosen_columns(table: NamedColumns, options: ColumnOptions, trained: TableInfo | None = None) -> list[Wanted]:
    """Find the inputs, in the order of the table or in the order they were chosen in, and behind them the targets.

    Args:
        table: The table.
        options: Its options.
        trained: What its columns were taken for by a run; None where that is to be found out.

    Raises:
        WrongOptionError: If a column is not there, or is chosen for two things.
    """
    targets = [position_of(table, name, "target") for name in options.target]
    if len(set(targets)) < len(targets):
        raise WrongOptionError("target", f"expected different columns; received {quoted(options.target)}")
    every = list(range(len(table.names)))
    chosen = every if options.columns is None else [position_of(table, name) for name in options.columns]
    left_out = {position_of(table, name, "exclude") for name in options.exclude}
    if options.columns is not None and (both := [i for i in chosen if i in targets]):
        raise WrongOptionError("columns", f"{quoted(table.names[i] for i in both)} cannot be an input and the target")
    if both := [i for i in targets if i in left_out]:
        raise WrongOptionError(
            "exclude", f"{quoted(table.names[i] for i in both)} cannot be left out and be the target"
        )
    identifier = None if options.id is None else position_of(table, options.id, "id")
    if identifier in targets:
        raise WrongOptionError("id", f"{options.id!r} is what is predicted; expected a column that names the rows")
    left_out |= {identifier} if identifier is not None else set()
    inputs = [i for i in dict.fromkeys(chosen) if i not in left_out and i not in targets]
    if not inputs:
        raise WrongOptionError("columns", f"no column is left to predict from; {table.name} has {quoted(table.names)}")
    said = {position_of(table, name, "types"): kind for name, kind in options.types.items()}
    plain = {i: kind for i, kind in said.items() if kind in {"number", "boolean", "category"}}
    then = {} if trained is None else {column.name: column for column in (*trained.columns, *trained.targets)}

    def wanted(position: int) -> Wanted:
        name = table.names[position]
        if position in plain:
            return Wanted(name, position, plain[position])
        if name in then:
            return Wanted.known(then[name], position)
        return Wanted(name, position, asked=said.get(position, ""))

    return [wanted(position) for position in (*inputs, *targets)]


def without_absent(table: NamedColumns, options: Options) -> Options:
    """Return options without the columns that a further table need not have: those that nothing is predicted from.

    Args:
        table: The further table.
        options: How the table of a run was described.
    """
    there = {name.casefold() for name in table.names}

    def kept(name: str) -> bool:
        return name.casefold() in there

    beside = {name.casefold() for name in (*options.exclude, options.id, options.group) if name is not None}
    columns = options.columns
    return options.model_copy(
        update={
            "id": options.id if options.id is not None and kept(options.id) else None,
            "group": options.group if options.group is not None and kept(options.group) else None,
            "exclude": list(filter(kept, options.exclude)),
            "types": {name: kind for name, kind in options.types.items() if kept(name)},
            "columns": columns and [name for name in columns if kept(name) or name.casefold() not in beside],
        }
    )


def split_off_group(table: NamedColumns, wanted: Sequence[Wanted], targets: int, group: str | None) -> list[Wanted]:
    """Return columns without the column of `data.group`, which says who a row is of and is nothing to learn from.

    Args:
        table: The table.
        wanted: The inputs, behind them the targets.
        targets: How many are targets.
        group: The column; None for none.

    Raises:
        WrongOptionError: If it is a target, or no input is left.
    """
    if group is None:
        return list(wanted)
    position = position_of(table, group, "group")
    if position in [one.position for one in wanted[-targets:]]:
        raise WrongOptionError("group", f"{group!r} is what is predicted; expected a column that says who a row is of")
    left = [one for one in wanted if one.position != position]
    if len(left) == targets:
        raise WrongOptionError("group", f"no column is left to predict from beside {group!r}")
    return left
