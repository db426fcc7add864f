"""From the columns of a table in files to its rows: in memory, or left where they are.

The target is looked at, and it is decided whether the rows are read now, stay in their files, or are written once in a
form that any of them can be read from. What there is to learn of rows that stay is found out once it is known who
trains on them (`survey`).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.base import Dataset, DatasetInfo
from dnnctl.datasets.columns import Cells, TableInfo, recoded
from dnnctl.datasets.parts.data_files import LARGE
from dnnctl.datasets.parts.quality import column_warnings
from dnnctl.datasets.parts.target import Asked, decide_counted
from dnnctl.datasets.samples import Samples
from dnnctl.datasets.streams.base import Stream
from dnnctl.datasets.streams.cell_checks import empty_cells
from dnnctl.datasets.streams.cells import CellsFile, CellsStream
from dnnctl.datasets.streams.columns import ColumnSource
from dnnctl.datasets.streams.gathering import gathered
from dnnctl.datasets.streams.pictures import as_pictures, turned
from dnnctl.datasets.streams.samples import WINDOW, StreamedSamples
from dnnctl.datasets.streams.selection import Selection
from dnnctl.datasets.streams.table import Roles, TableStream, bare
from dnnctl.datasets.streams.target_pass import Targets, look_at_targets
from dnnctl.datasets.tables.description import formed, listed
from dnnctl.datasets.tables.loading import table_info
from dnnctl.datasets.tables.options import ColumnOptions
from dnnctl.errors import Notice

# Beyond this share of the target's variance, groups of rows are no fair samples of the table.
SORTED = 0.1


@dataclass(frozen=True)
class OpenedTable:
    """A table in files of which it is known which columns are wanted.

    Args:
        source: Its columns.
        roles: What they are for; classes are not known yet.
        notes: What was found out.
        warnings: What is odd.
        convert: Writes the table as one file of numbers, and returns that; None where it is one.
        picture: Shape of the pictures whose pixels the inputs are, as far as their names tell; None for numbers.
        text_encoding: What its text is encoded in; empty for what is no text.
    """

    source: ColumnSource
    roles: Roles
    notes: tuple[str, ...] = ()
    warnings: tuple[Notice, ...] = ()
    convert: "Callable[[], OpenedTable] | None" = None
    picture: tuple[int, ...] | None = None
    text_encoding: str = ""


# Opens the table of the test rows, given the columns of the training table and the type of its numbers.
OpenTest = Callable[[TableInfo, np.dtype[Any]], OpenedTable]


def load_columns(
    key: str,
    options: ColumnOptions,
    table: OpenedTable,
    test: OpenTest | None,
    digests: dict[str, str],
    run: DatasetInfo | None = None,
) -> Dataset:
    """Read a table into memory, or find out what is to be known of one that stays in its files.

    Args:
        key: Name of its source.
        options: Its options.
        table: The table.
        test: Opens the one of the test rows, given the columns of the other and the type of its numbers; None where
            there is none.
        digests: Of the files.
        run: What is known about the data of a run, whose task and classes are taken; None while there is none.

    Raises:
        WrongOptionError: If an option does not fit the table.
        DataError: If it cannot be read, or holds what cannot be learned from.
    """
    targets = look_at_targets(table.source, table.roles.targets)
    if targets.first_empty is not None and options.missing == "error":
        counts = {", ".join(options.target): targets.untargeted}
        raise empty_cells(table.source.name, counts, table.source.place(targets.first_empty))
    asked = Asked(options.task, table.source.name, f"data.{key}", table.picture is not None, run)
    target = decide_counted(targets.columns, targets.cells, asked)
    stays = _stays(table, options)
    odd = _sorted(targets) if stays else ()
    if stays and table.convert is not None and (_are_large(table) or targets.explained >= SORTED):
        table = replace(table.convert(), picture=table.picture)
    rest = (tuple(options.missing_values), options.min_count, options.takes_usual, table.text_encoding)
    info = TableInfo((), targets.columns, options.missing, *rest)
    stream = _stream(table, target.classes, untargeted=targets.untargeted > 0)
    read = _rows_of(stream, table, replace(info, columns=stream.columns), stays=stays)
    notes = [*read.notes, *formed((*read.table.columns, *targets.columns)), f"task: {target.task}, {target.reason}"]
    apart, odd_test = None, tuple[Notice, ...]()
    if test is not None:
        # Of one type with the training rows, as equal rows are looked for by their bits.
        dtype = stream.x[1]
        opened = test(read.table, dtype)
        odd_test = opened.warnings
        other = _labelled(opened, read.table, target.classes, stays=stays, dtype=dtype)
        apart, notes, read = other.samples, [*notes, *other.notes], replace(read, table=other.table)
    described = table_info(options, read.table, target, (len(read.samples), len(apart) if apart else 0))
    warnings = (*target.warnings, *table.warnings, *odd_test, *read.warnings, *odd)
    dataset = Dataset(
        key, described, read.samples, apart, options.path, digests, tuple(notes), warnings, read.table, read.keys
    )
    return dataset if table.picture is None else as_pictures(dataset, table.picture, options.image)


def load_more_columns(
    key: str,
    options: ColumnOptions,
    table: OpenedTable,
    info: DatasetInfo,
    known: TableInfo | None,
    digests: dict[str, str],
) -> Dataset:
    """Read another table with the columns of one that was trained on; all its rows are in `train`.

    Args:
        key: Name of its source.
        options: How it was described.
        table: The table.
        info: What is known about the table of the run.
        known: The run's columns; None for one of pictures, of which only the shape is known.
        digests: Of its files.

    Raises:
        DataError: If it cannot be read, or a cell does not fit.
    """
    own = known or TableInfo(
        tuple(map(bare, table.roles.inputs)), tuple(map(bare, table.roles.targets)), options.missing
    )
    read = _labelled(table, own, info.class_names, stays=_stays(table, options))
    dataset = Dataset(key, info, read.samples, None, options.path, digests, read.notes, (), read.table)
    if known is not None or info.input_range is None:
        return dataset
    return replace(turned(dataset, info.input_shape, info.input_range), info=info)


@dataclass(frozen=True)
class _Read:
    """Rows, in memory or not, what their columns hold, what was done, what is odd, and the groups they belong to."""

    samples: Samples | StreamedSamples
    table: TableInfo
    notes: tuple[str, ...]
    warnings: tuple[Notice, ...] = ()
    keys: NDArray[np.uint64] | None = None


def _bytes(table: OpenedTable, rows: int) -> int:
    inputs, targets = table.roles.inputs, table.roles.targets
    return (table.source.number(inputs).itemsize * len(inputs) + 8 * len(targets)) * rows


def _stays(table: OpenedTable, options: ColumnOptions) -> bool:
    """Tell whether rows are read as they are needed."""
    return _bytes(table, int(table.source.sizes.sum())) > LARGE if options.stream == "auto" else bool(options.stream)


def _are_large(table: OpenedTable) -> bool:
    """Tell whether a group of rows alone is more than what is held to be shuffled."""
    return _bytes(table, int(table.source.sizes.max())) > WINDOW


def _stream(table: OpenedTable, classes: tuple[str, ...], *, untargeted: bool) -> Stream:
    if isinstance(table.source, CellsFile):
        return CellsStream(table.source, classes)
    roles = replace(table.roles, classes=classes, untargeted=untargeted)
    return TableStream(table.source, roles, tuple(bare(one) for one in roles.inputs))


def _rows_of(stream: Stream, table: OpenedTable, info: TableInfo, *, stays: bool) -> _Read:
    """Return the rows of a table, or how they are read."""
    rows, groups = int(stream.sizes.sum()), len(table.source.sizes)
    told = f"{stream.name}: {rows:,} rows"
    if not isinstance(table.source, CellsFile):
        told += f" in {groups:,} row group{'s' * (groups != 1)}"
    if stays:
        size = max(1, _bytes(table, rows) >> 20)
        how = f"{told}, {size:,} MB, which are not held in memory but read as they are needed"
        return _Read(StreamedSamples(stream, Selection(stream.sizes)), info, (how, listed(info.columns), *table.notes))
    own = gathered(stream)
    info = replace(info, columns=own.columns)
    predicted = ", ".join(column.name for column in info.targets)
    odd = () if table.picture else column_warnings(Cells(info.columns, own.samples.x), own.samples.y, predicted)
    return _Read(own.samples, info, (told, listed(info.columns), *table.notes, *own.notes), odd, own.keys)


def _labelled(
    table: OpenedTable,
    known: TableInfo,
    classes: tuple[str, ...],
    *,
    stays: bool,
    dtype: np.dtype[Any] | None = None,
) -> _Read:
    """Return the rows of a table with known columns, and cells of a type where it is given."""
    stream = _stream(table, classes, untargeted=known.missing != "error")
    if isinstance(stream, TableStream):
        stream = replace(stream.with_columns(known.columns), dtype=dtype)
    read = _rows_of(stream, table, known, stays=stays)
    if not isinstance(read.samples, Samples):
        return replace(read, table=known)
    cells = recoded(Cells(read.table.columns, read.samples.x), known.columns)
    return _Read(Samples(cells.values, read.samples.y), replace(known, columns=cells.columns), read.notes)


def _sorted(targets: Targets) -> tuple[Notice, ...]:
    """Return a warning of a table whose rows lie in the order of what is predicted, or of what goes with it."""
    if targets.explained < SORTED:
        return ()
    told = (
        f"the rows are not mixed: which part of the files a row is in explains {targets.explained:.0%} of the target. "
        "They are taken in blocks of 512 rows out of all parts, which hardly costs accuracy; data.shuffle_window says "
        "how many rows are shuffled together, and data.limit takes the first ones only"
    )
    return (Notice("sorted_rows", told),)
