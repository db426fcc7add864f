"""A table in Parquet files, opened by the options that choose its columns."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from dnnctl.datasets.columns import TableInfo
from dnnctl.datasets.parts.data_files import digest
from dnnctl.datasets.streams.cache import cache_folder
from dnnctl.datasets.streams.conversion import Plan, converted
from dnnctl.datasets.streams.loading import OpenedTable
from dnnctl.datasets.streams.parquet import ParquetFiles
from dnnctl.datasets.streams.reading import ahead
from dnnctl.datasets.streams.table import Roles
from dnnctl.datasets.streams.text_forms import Texts, with_forms
from dnnctl.datasets.tables.choosing import choose
from dnnctl.datasets.tables.options import ColumnOptions
from dnnctl.datasets.tables.parsing import Parsed
from dnnctl.datasets.tables.pictures import as_numbers
from dnnctl.datasets.tables.selection import Wanted, known_columns
from dnnctl.errors import DataError, Notice


def open_chosen(
    source: ParquetFiles,
    options: ColumnOptions,
    shape: tuple[int, ...] | None = None,
    trained: TableInfo | None = None,
) -> OpenedTable:
    """Return a table with the columns that options choose.

    Args:
        source: The table.
        options: Its options.
        shape: That of the pictures of a run.
        trained: What its columns were taken for by a run; None where that is to be found out.

    Raises:
        WrongOptionError: If a column is not there, is chosen for two things, or holds what no network can read.
    """
    chosen = choose(source, options, shape, trained)
    inputs = chosen.inputs
    stored = {source.known(one).kind for one in inputs} if chosen.picture else set()
    if stored - {"number"} and _are_numbers(source, as_numbers(inputs)):
        # Texts that are the numbers of pixels are no categories.
        inputs = as_numbers(inputs)
    opened = _opened(source, inputs, chosen.targets, chosen.group, options.missing)
    return replace(opened, picture=chosen.picture, notes=(*opened.notes, *chosen.notes))


def _are_numbers(source: ParquetFiles, inputs: Sequence[Wanted]) -> bool:
    """Tell whether columns can be read as numbers, as far as their first rows tell."""
    try:
        source.read(0, tuple(map(source.known, inputs)))
    except DataError:
        return False
    return True


def open_known(source: ParquetFiles, known: TableInfo) -> OpenedTable:
    """Return a table with the columns of another one.

    Raises:
        DataError: If one is missing, or stored as something else.
    """
    wanted = [source.expected(one) for one in known_columns(source, (*known.columns, *known.targets))]
    many = len(known.columns)
    return _opened(source, wanted[:many], wanted[many:], None, known.missing)


def _opened(
    source: ParquetFiles, inputs: Sequence[Wanted], targets: Sequence[Wanted], group: Wanted | None, missing: str
) -> OpenedTable:
    wanted = (*inputs, *targets)
    known = tuple(map(source.known, wanted))
    # Numbers that are said to be amounts are numbers; those that are said to be dates, as 20240305, are texts first.
    texts = [
        i
        for i, (one, own) in enumerate(zip(wanted, known, strict=True))
        if (one.is_open and own.kind == "category") or own.asked.startswith("date")
    ]

    def read(columns: Sequence[Wanted]) -> Iterator[tuple[list[Parsed], str]]:
        for i in range(len(source.sizes)):
            yield source.read(i, columns), source.place(i)

    known, odd = with_forms(known, texts, Texts(source.name, read, lambda _one, _word, group: group))
    roles = Roles(known[: len(inputs)], known[len(inputs) :], group, missing)
    return OpenedTable(source, roles, (), odd, convert=partial(_converted, source, roles, odd))


def _converted(source: ParquetFiles, roles: Roles, odd: tuple[Notice, ...]) -> OpenedTable:
    """Write a table once as one file of numbers."""
    wanted = (*roles.inputs, *roles.targets)
    plan = Plan(source.name, wanted, len(roles.inputs), roles.group, roles.missing, int(source.sizes.sum()))
    changed = [file.changed for file in source.files]
    folder = cache_folder("parquet", digest(source.files), changed, wanted, roles, sorted(source.missing))
    groups = range(len(source.sizes))
    found = converted(
        plan, folder, lambda: ahead(lambda group: (source.read(group, plan.read), None, source.place(group)), groups)
    )
    own = tuple(replace(one, position=i) for i, one in enumerate(wanted))
    placed = Roles(own[: plan.inputs], own[plan.inputs :], None, roles.missing)
    return OpenedTable(found.source, placed, found.notes, (*odd, *found.warnings))
