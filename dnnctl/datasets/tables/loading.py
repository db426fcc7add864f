"""From the options of a table to its rows, step by step, each a file beside this one.

Its text (`decoding`), how it is written (`dialect`, which makes it a `Table`), where the columns stand that are wanted
(`selection`), what they hold (`column_types`), its empty cells (`missing_values`); then its target and what is odd
about it, as for every source of data.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.base import Dataset, DatasetInfo
from dnnctl.datasets.columns import Cells, TableInfo, recoded
from dnnctl.datasets.parts.data_files import LARGE, digest_of_file
from dnnctl.datasets.parts.faults import existing_file, quoted
from dnnctl.datasets.parts.quality import column_warnings
from dnnctl.datasets.parts.target import Asked, RoundedTargetError, Target, decide, encode_targets
from dnnctl.datasets.samples import Samples
from dnnctl.datasets.tables.choosing import Chosen, choose
from dnnctl.datasets.tables.column_types import read_cells
from dnnctl.datasets.tables.decoding import open_text
from dnnctl.datasets.tables.description import formed, listed, told_doubts, unit_of
from dnnctl.datasets.tables.dialect import Layout, find_table
from dnnctl.datasets.tables.groups import keys_of
from dnnctl.datasets.tables.guessing import Clues, clues_of_columns, told_of_another
from dnnctl.datasets.tables.missing_values import OPTIONS, TRAINED, Advice, settle
from dnnctl.datasets.tables.options import ColumnOptions, TableOptions
from dnnctl.datasets.tables.parsing import Words, parse
from dnnctl.datasets.tables.pictures import of_pixels, pictured, pixel_range, taken_for_pictures
from dnnctl.datasets.tables.selection import known_columns
from dnnctl.datasets.tables.table import Table
from dnnctl.datasets.tables.text import Text
from dnnctl.errors import DataError, Notice

Described = TypeVar("Described", bound=ColumnOptions)


def is_streamed(options: TableOptions) -> bool:
    """Tell whether a table is read in pieces, and its rows as they are needed."""
    if options.stream != "auto":
        return bool(options.stream)
    return existing_file(options.path, "a CSV file").stat().st_size > LARGE


def load_table(options: TableOptions, run: DatasetInfo | None = None, trained: TableInfo | None = None) -> Dataset:
    """Read a table, and the one of the test rows where there is one.

    Args:
        options: Its options.
        run: What is known about the data of a run, whose task and classes are taken; None while there is none.
        trained: What the columns were taken for by a run; None where that is to be found out.

    Returns:
        Cells (n, columns) with the codes of categories, which are not yet one-hot.

    Raises:
        WrongOptionError: If an option does not fit the table.
        DataError: If the table cannot be read, or holds what cannot be learned from.
    """
    text = open_text(options.path, options.encoding, clues=clues_of(options))
    read = _read(text, options, trained=trained)
    target = decide(read.targets, Asked(options.task, text.name, "data.csv", read.picture is not None, run))
    y = encode_targets(read.targets, target.classes, text.name)
    table = TableInfo(
        read.inputs.columns,
        read.targets.columns,
        options.missing,
        tuple(options.missing_values),
        options.min_count,
        options.usual_missing,
        text.encoding,
    )
    train = Samples(read.inputs.values, y)
    notes = [f"{text.name}: {read.dialect}", listed(table.columns), f"task: {target.task}, {target.reason}"]
    if read.picture:
        del notes[1]
    notes += [*formed((*table.columns, *table.targets)), *read.notes]
    test, doubts = None, told_doubts(text)
    if options.test_path is not None:
        # Read as the training table was; categories may be new.
        text = open_text(options.test_path, options.encoding, "test_path", clues_of(options, table))
        test, table, more = _labelled(text, options, table, target.classes)
        # Of one type with the training rows, as equal rows are looked for by their bits.
        test = Samples(test.x.astype(train.x.dtype, copy=False), test.y)
        doubts += told_doubts(text)
        notes += more
    info = table_info(options, table, target, (len(train), len(test) if test else 0))
    digests = digests_of(options)
    predicted = ", ".join(column.name for column in table.targets)
    odd = () if read.picture else column_warnings(Cells(table.columns, train.x), y, predicted)
    warnings = (*doubts, *target.warnings, *read.warnings, *odd)
    dataset = Dataset("csv", info, train, test, options.path, digests, tuple(notes), warnings, table, read.keys)
    if read.picture is None:
        return dataset
    return taken_for_pictures(dataset, read.picture, pixel_range(train.x), options.image, pictured)


def unrounded(options: Described, load: Callable[[Described], Dataset]) -> Dataset:
    """Return a table, read once more with its target as text where only so all its classes can be told apart.

    Args:
        options: How it is described.
        load: Reads it as it is described.
    """
    try:
        return load(options)
    except RoundedTargetError as rounded:
        return load(options.model_copy(update={"types": {**options.types, rounded.column: "category"}}))


def load_more_rows(options: TableOptions, info: DatasetInfo, table: TableInfo | None) -> Dataset:
    """Read another table with the columns of one that was trained on; all its rows are in `train`.

    Args:
        options: The path, and how it is written.
        info: What is known about the table of the run.
        table: Its columns.

    Raises:
        DataError: If it cannot be read, a column is missing, or a cell does not fit.
    """
    clues = clues_of(options, table, info.class_names)
    text = open_text(options.path, options.encoding, clues=clues)
    odd = told_of_another(text, options.encoding, clues.likely)
    one = options.model_copy(update={"test_path": None})
    if info.is_image and info.input_range is not None:
        read = _read(text, options, advice=TRAINED, shape=info.input_shape)
        y = encode_targets(read.targets, info.class_names, text.name)
        x = of_pixels(read.inputs.values, info.input_shape, info.input_range, text.name)
        return Dataset("csv", info, Samples(x, y), None, options.path, digests_of(one), (*odd, *read.notes))
    if table is None:
        raise DataError(f"{options.path}: the run does not say which columns it takes; train it again")
    samples, table, notes = _labelled(text, options, table, info.class_names, TRAINED)
    return Dataset("csv", info, samples, None, options.path, digests_of(one), (*odd, *notes), (), table)


def digests_of(options: TableOptions) -> dict[str, str]:
    """Return the SHA-256 of a table's file, and of the one with test rows.

    Raises:
        DataError: If a file is not there.
    """
    files = {"file": existing_file(options.path, "a CSV file")}
    if options.test_path:
        files["test-file"] = existing_file(options.test_path, "a CSV file", "test_path")
    return {name: digest_of_file(path) for name, path in files.items()}


def clues_of(options: TableOptions, known: TableInfo | None = None, classes: Sequence[str] = ()) -> Clues:
    """Return what is known of a table before it is read.

    Args:
        options: Its options.
        known: The columns of the table that was trained on, if it is another one.
        classes: Its classes.
    """
    named = (*classes, *options.target, *(options.columns or ()), *options.exclude, *options.types)
    return Clues(expected=named) if known is None else clues_of_columns(known, named)


def layout_of(options: TableOptions, *, known: bool = False) -> Layout:
    """Return how a table is said to be written.

    Args:
        options: Its options.
        known: Whether they were written for another table with the same columns.
    """
    return Layout(
        options.separator,
        options.header,
        (*options.target, *(options.columns or ())),
        tuple(options.missing_values),
        options.usual_missing,
        known=known,
    )


@dataclass(frozen=True)
class _Read:
    """A table's inputs and targets, how it is written, what was done to it, what is odd, and the groups of its rows.

    `picture` is the shape of the pictures whose pixels the inputs are, as far as their columns tell; None for numbers.
    """

    inputs: Cells
    targets: Cells
    dialect: str
    notes: tuple[str, ...]
    warnings: tuple[Notice, ...]
    keys: NDArray[np.uint64] | None = None
    picture: tuple[int, ...] | None = None


def _read(
    text: Text,
    options: TableOptions,
    known: TableInfo | None = None,
    advice: Advice = OPTIONS,
    shape: tuple[int, ...] | None = None,
    trained: TableInfo | None = None,
) -> _Read:
    """Read the columns that options choose, or those of a known table in whatever order and with others beside them."""
    table = find_table(text, layout_of(options, known=known is not None))
    table.check_names()
    if known is not None:
        wanted = known_columns(table, (*known.columns, *known.targets))
        chosen = Chosen(wanted[: len(known.columns)], wanted[len(known.columns) :], None, None, ())
    else:
        chosen = choose(table, options, shape, trained)
    wanted, aims, notes = [*chosen.inputs, *chosen.targets], len(chosen.targets), chosen.notes
    inputs, targets, warnings = read_cells(table, wanted, aims, narrow=known is None)
    if known is None and options.columns is None:
        # Separators at the ends of all lines make columns without a name and without a value.
        every = range(len(inputs.columns))
        unnamed = [i for i in every if wanted[i].name in table.unnamed]
        nothing = [i for i in unnamed if np.isnan(inputs.values[:, i]).all()]
        if 0 < len(nothing) < len(every):
            names = quoted(wanted[i].name for i in nothing)
            notes = (*notes, f"{table.name}: left out {names}, without a name and without a value")
            inputs = inputs.pick([i for i in every if i not in nothing])
    kept = settle(table, inputs, targets, known.missing if known else options.missing, advice)
    keys = None if chosen.group is None else _keys(table, chosen.group.position)[kept.rows]
    return _Read(kept.inputs, kept.targets, table.described, (*kept.notes, *notes), warnings, keys, chosen.picture)


def _keys(table: Table, position: int) -> NDArray[np.uint64]:
    """Return a number for each row that rows with the same text in a column share, (rows,)."""
    words = parse(table, {position: False}, fixed=())[position]
    assert isinstance(words, Words)
    return keys_of(words)


def _labelled(
    text: Text, options: TableOptions, known: TableInfo, classes: Sequence[str], advice: Advice = OPTIONS
) -> tuple[Samples, TableInfo, tuple[str, ...]]:
    """Return the rows of a table with known columns, these with categories that are new, and what was done to them."""
    read = _read(text, options, known, advice)
    inputs = recoded(read.inputs, known.columns)
    y = encode_targets(read.targets, classes, text.name)
    return Samples(inputs.values, y), replace(known, columns=inputs.columns), read.notes


def table_info(options: ColumnOptions, table: TableInfo, target: Target, rows: tuple[int, int]) -> DatasetInfo:
    """Return what is known about a table.

    Args:
        options: How it was described.
        table: Its columns.
        target: What is to be predicted.
        rows: Its rows and test rows set apart.
    """
    names = tuple(column.name for column in table.columns)
    targets = tuple(column.name for column in table.targets)
    predicted = ", ".join(targets[:6]) + ", ..." * (len(targets) > 6)
    given = " and ".join(names) if len(names) < 3 else f"{len(names):,} columns"
    return DatasetInfo(
        title=f"{Path(options.path).name}: {predicted} from {given}",
        task=target.task,
        input_shape=(len(names),),
        class_names=target.classes,
        feature_names=names,
        target=predicted,
        unit=unit_of(table.targets) if target.task == "regression" else "",
        targets=targets if not target.classes and len(targets) > 1 else (),
        rows=rows,
        licence="your own",
        source=options.path,
    )
