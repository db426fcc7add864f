"""From the options of a table to the columns that are read, in the order in which they become inputs and targets."""

from dataclasses import dataclass

from dnnctl.datasets.columns import TableInfo
from dnnctl.datasets.tables.names import NamedColumns, position_of
from dnnctl.datasets.tables.options import ColumnOptions
from dnnctl.datasets.tables.pictures import pixels_first
from dnnctl.datasets.tables.selection import Wanted, chosen_columns, split_off_group, without_absent


@dataclass(frozen=True)
class Chosen:
    """The columns of a table that are read.

    Args:
        inputs: The inputs; of pictures in the order of their pixels.
        targets: The targets.
        group: The column whose values rows of one group share, as text; None without one.
        picture: Shape of the pictures whose pixels the inputs are, as far as their names tell; None for numbers.
        notes: What was left out.
    """

    inputs: list[Wanted]
    targets: list[Wanted]
    group: Wanted | None
    picture: tuple[int, ...] | None
    notes: tuple[str, ...]


def choose(
    table: NamedColumns,
    options: ColumnOptions,
    shape: tuple[int, ...] | None = None,
    trained: TableInfo | None = None,
) -> Chosen:
    """Return the columns that options choose.

    Args:
        table: The table.
        options: Its options.
        shape: That of the pictures of a run.
        trained: What its columns were taken for by a run; None where that is to be found out.

    Raises:
        WrongOptionError: If a column is not there, or is chosen for two things.
    """
    if shape is not None:
        options = without_absent(table, options)
    many = len(options.target)
    wanted = split_off_group(table, chosen_columns(table, options, trained), many, options.group)
    inputs, picture, notes = pixels_first(wanted[:-many], options, table.name, shape)
    group = None
    if options.group is not None:
        group = Wanted(options.group, position_of(table, options.group, "group"), "category")
    return Chosen(inputs, wanted[-many:], group, picture, notes)
