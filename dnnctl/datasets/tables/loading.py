"""From the options of a table to its rows, step by step, each a file beside this one.

Its text (whatever that is encoded in), its dialect (separator, header, decimal mark), its cells (what each column
holds), its empty cells; then its target and what is odd about it, as for every source of data.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from dnnctl.datasets.base import Dataset, DatasetInfo, Samples
from dnnctl.datasets.columns import Cells, Column, TableInfo, recoded
from dnnctl.datasets.parts.faults import WrongOptionError, existing_file, quoted
from dnnctl.datasets.parts.quality import column_warnings
from dnnctl.datasets.parts.target import Target, decide, encode_targets
from dnnctl.datasets.tables.column_types import known_cells, read_cells
from dnnctl.datasets.tables.dialect import Dialect, Layout, check_names, find_dialect, find_known_dialect, position
from dnnctl.datasets.tables.missing_values import OPTIONS, TRAINED, Advice, settle
from dnnctl.datasets.tables.options import TableOptions
from dnnctl.datasets.tables.text import Text, open_text
from dnnctl.errors import DataError
from dnnctl.files import sha256_of_file


def load_table(options: TableOptions) -> Dataset:
    """Read a table, and the one of the test rows where there is one.

    Returns:
        Cells float32 (n, columns) with the codes of categories, which are not yet one-hot.

    Raises:
        WrongOptionError: If an option does not fit the table.
        DataError: If the table cannot be read, or holds what cannot be learned from.
    """
    layout = _layout(options)
    text, dialect = find_dialect(open_text(options.path, options.encoding), layout)
    check_names(dialect, text.name)
    targets = [_name(name, dialect, "target", text) for name in options.target]
    if len(set(targets)) < len(targets):
        raise WrongOptionError("target", f"expected different columns; received {quoted(options.target)}")
    inputs = _inputs(options, dialect, targets, text)
    types = {_name(name, dialect, "types", text): kind for name, kind in options.types.items()}
    cells, odd = read_cells(text, dialect, [*inputs, *targets], types, layout.null_values)
    nothing = _nothing(cells, inputs, dialect) if options.columns is None else []
    inputs = [name for name in inputs if name not in nothing]
    cells = cells.pick([i for i, column in enumerate(cells.columns) if column.name not in nothing])
    read = _parted(text, dialect, cells, len(inputs), options.missing)
    target = decide(read.targets, options.task, text.name, "data.csv")
    y = encode_targets(read.targets, target.classes, text.name)
    table = TableInfo(
        read.inputs.columns,
        read.targets.columns,
        options.missing,
        tuple(options.missing_values),
        options.min_count,
        options.usual_missing,
    )
    train = Samples(read.inputs.values, y)
    notes = [f"{text.name}: {dialect.described(text.encoding)}", _listed(table.columns)]
    notes += [f"task: {target.task}, {target.reason}", *read.notes]
    notes += [f"{text.name}: left out {quoted(nothing)}, without a name and without a value"] if nothing else []
    test = None
    if options.test_path is not None:
        test, table, more = _test_rows(options, table, target)
        notes += more
    info = _info(options, table, target, (len(train), len(test) if test else 0))
    warnings = (*odd, *column_warnings(Cells(table.columns, train.x), y, ", ".join(targets)))
    return Dataset("csv", info, train, test, options.path, digests_of(options), tuple(notes), warnings, table)


def load_more_rows(options: TableOptions, info: DatasetInfo, table: TableInfo | None) -> Dataset:
    """Read another table with the columns of one that was trained on; all its rows are in `train`.

    Args:
        options: The path, and how it is written.
        info: What is known about the table of the run.
        table: Its columns.

    Raises:
        DataError: If it cannot be read, a column is missing, or a cell does not fit.
    """
    if table is None:
        raise DataError(f"{options.path}: the run does not say which columns it takes; train it again")
    text = open_text(options.path, fallback=options.encoding)
    samples, inputs, notes = _labelled(text, _layout(options), table, info.class_names, TRAINED)
    known = replace(table, columns=inputs.columns)
    one = options.model_copy(update={"test_path": None})
    return Dataset("csv", info, samples, None, options.path, digests_of(one), notes, (), known)


def digests_of(options: TableOptions) -> dict[str, str]:
    """Return the SHA-256 of a table's file, and of the one with test rows.

    Raises:
        DataError: If a file is not there.
    """
    files = {"file": existing_file(options.path, "a CSV file")}
    if options.test_path:
        files["test-file"] = existing_file(options.test_path, "a CSV file", "test_path")
    try:
        return {name: sha256_of_file(path) for name, path in files.items()}
    except OSError as fault:
        raise DataError(f"{fault.filename}: cannot be read: {fault.strerror}") from None


def _inputs(options: TableOptions, dialect: Dialect, targets: Sequence[str], text: Text) -> list[str]:
    """Return the names of the inputs in the order of the table, or in the order they were chosen in."""
    chosen = dialect.names if options.columns is None else options.columns
    names = [_name(name, dialect, "columns", text) for name in chosen]
    left_out = {_name(name, dialect, "exclude", text) for name in options.exclude}
    if options.columns is not None and (both := [name for name in names if name in targets]):
        raise WrongOptionError("columns", f"{quoted(both)} cannot be an input and the target")
    if both := [name for name in targets if name in left_out]:
        raise WrongOptionError("exclude", f"{quoted(both)} cannot be left out and be the target")
    kept = [name for name in dict.fromkeys(names) if name not in left_out and name not in targets]
    if not kept:
        raise WrongOptionError("columns", f"no column is left to predict from; {text.name} has {quoted(dialect.names)}")
    return kept


def _nothing(cells: Cells, inputs: Sequence[str], dialect: Dialect) -> list[str]:
    """Return the columns without a name and without a value, as separators at the ends of all lines make them."""
    unnamed = [i for i, name in enumerate(inputs) if name in dialect.unnamed]
    found = [inputs[i] for i in unnamed if np.isnan(cells.values[:, i]).all()]
    return found if len(found) < len(inputs) else []


def _test_rows(options: TableOptions, table: TableInfo, target: Target) -> tuple[Samples, TableInfo, tuple[str, ...]]:
    """Read the table of test rows as the training table was read; categories may be new."""
    text = open_text(str(options.test_path), options.encoding, "test_path")
    samples, inputs, notes = _labelled(text, _layout(options), table, target.classes)
    return samples, replace(table, columns=inputs.columns), notes


def _labelled(
    text: Text, layout: Layout, table: TableInfo, classes: Sequence[str], advice: Advice = OPTIONS
) -> tuple[Samples, Cells, tuple[str, ...]]:
    """Read rows with their targets from a table whose columns are known.

    Args:
        text: The table; columns may stand in any order, and others may be there.
        layout: How it is said to be written.
        table: Its columns.
        classes: Names of the classes; empty for numbers.
        advice: What to do about empty cells that are refused.

    Returns:
        The rows, their inputs as cells, and what was done to them.

    Raises:
        DataError: If a column is missing, or a cell does not fit its kind.
    """
    text, dialect = find_known_dialect(text, layout)
    check_names(dialect, text.name)
    every = (*table.columns, *table.targets)
    cells = known_cells(text, dialect, every, layout.null_values)
    read = _parted(text, dialect, cells, len(table.columns), table.missing, advice)
    inputs = recoded(read.inputs, table.columns)
    y = encode_targets(read.targets, classes, text.name)
    return Samples(inputs.values, y), inputs, read.notes


@dataclass(frozen=True)
class _Read:
    """A table's inputs and targets."""

    inputs: Cells
    targets: Cells
    notes: tuple[str, ...]


def _parted(text: Text, dialect: Dialect, cells: Cells, inputs: int, missing: str, advice: Advice = OPTIONS) -> _Read:
    kept = settle(text, dialect, cells, inputs, missing, advice)
    both = range(inputs), range(inputs, len(cells.columns))
    return _Read(kept.cells.pick(both[0]), kept.cells.pick(both[1]), kept.notes)


def _layout(options: TableOptions) -> Layout:
    """Return how a table is said to be written."""
    return Layout(
        options.separator,
        options.header,
        (*options.target, *(options.columns or ())),
        tuple(options.missing_values),
        options.usual_missing,
    )


def _name(name: str, dialect: Dialect, option: str, text: Text) -> str:
    return dialect.names[position(name, dialect, option, text.name)]


def _info(options: TableOptions, table: TableInfo, target: Target, rows: tuple[int, int]) -> DatasetInfo:
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
        targets=targets if target.task == "regression" and len(targets) > 1 else (),
        rows=rows,
        licence="your own",
        source=options.path,
    )


def _listed(columns: Sequence[Column]) -> str:
    """Return which columns hold what, for people."""
    parts = []
    for kind, plural in (("number", "numbers"), ("boolean", "yes or no"), ("category", "categories")):
        of_kind = [c for c in columns if c.kind == kind]
        shown = [f"{c.name} ({len(c.words):,})" if kind == "category" else c.name for c in of_kind[:12]]
        more = [f"{len(of_kind) - 12:,} more"] if len(of_kind) > 12 else []
        if shown:
            parts.append(f"{plural}: {', '.join([*shown, *more])}")
    return "; ".join(parts)
