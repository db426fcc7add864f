"""Tables as text, in files and on standard input: read as those are that networks are trained on."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import IO

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.parts.faults import quoted
from dnnctl.datasets.tables.column_types import read_cells
from dnnctl.datasets.tables.decoding import contents_of, text_of
from dnnctl.datasets.tables.dialect import Layout, find_table
from dnnctl.datasets.tables.guessing import told_of_another
from dnnctl.datasets.tables.missing_values import TRAINED, settle
from dnnctl.datasets.tables.parsing import Words, number_columns, parse
from dnnctl.datasets.tables.selection import known_columns
from dnnctl.datasets.tables.table import Table
from dnnctl.datasets.tables.text import Text
from dnnctl.errors import DataError, UsageError
from dnnctl.inference.inputs.base import MAX_ROWS, Inputs, InputSpec, Numbered
from dnnctl.inference.inputs.parts.arrays import are_fractions, from_rows
from dnnctl.inference.inputs.parts.columns import (
    LABELS,
    ChosenColumns,
    choose_columns,
    column_of_ids,
    ignored,
    unnamed,
)

ENDINGS = (".csv", ".tsv", ".tab", ".txt", ".dat", ".data")
# Bytes of text read at a time, where there are many.
PIECE = 1 << 24


def read(stream: IO[bytes], name: str, spec: InputSpec, invert: bool | None) -> Inputs:
    """Read the rows of a table, whatever it is encoded in and separates its cells by.

    Its columns are found by their names, in whatever order and with others beside them. A network of numbers or
    images takes them by position too: then they are all that is there, but for a label beside pixels.

    Args:
        stream: Binary stream of text at its beginning; it need not be seekable.
        name: What to call it.
        spec: What the network takes.
        invert: Whether to exchange dark and light.

    Returns:
        One row a record, named by file and line, as `people.csv:2`.

    Raises:
        DataError: If it is empty or damaged, columns are missing, rows are of different lengths, or a cell does not
            fit its column; the message names the line and the column.
    """
    return read_text(text_of(contents_of(stream, name), name, spec.encoding, spec.clues), spec, invert)


def parts(stream: IO[bytes], name: str, spec: InputSpec, invert: bool | None) -> Iterator[Inputs]:
    """Read a large table piece by piece, of which some may have no rows; arguments and errors are those of `read`."""
    text = text_of(contents_of(stream, name), name, spec.encoding, spec.clues)
    table = find_table(text, _layout(spec))

    def pieces() -> Iterator[Table]:
        for number, piece in enumerate(table.text.pieces(table.separator, PIECE)):
            if bytes(piece.data).strip():
                yield replace(table, text=piece, header=table.header and not number)

    rows, kept = _noted(_reader(table, spec, invert, pieces), table, spec), 0
    for piece in pieces():
        inputs = rows(piece)
        kept += len(inputs)
        yield inputs
    if not kept:
        raise DataError(f"{name}: every row has an empty cell, so none is left; {TRAINED.cells}")


def read_text(text: Text, spec: InputSpec, invert: bool | None) -> Inputs:
    """Read the rows of a table whose text is there; arguments, result and errors are those of `read`."""
    if text.most_rows() > MAX_ROWS:
        raise DataError(f"{text.name}: has more than {MAX_ROWS:,} lines: split it")
    table = find_table(text, _layout(spec))
    return _noted(_reader(table, spec, invert), table, spec)(table)


def _reader(
    table: Table, spec: InputSpec, invert: bool | None, pieces: Callable[[], Iterator[Table]] | None = None
) -> Callable[[Table], Inputs]:
    """Return what reads the rows of a table, or of a piece of it, once its columns are found.

    Args:
        table: All of it.
        spec: What the network takes.
        invert: Whether to exchange dark and light.
        pieces: Yields the pieces that it is read in; None if it is read whole.
    """
    if spec.table is None:
        where = table.text.place(table.text.skipped + 1)
        chosen = choose_columns(table, spec, where)
        fractions: bool | None = None
        if pieces is not None:
            # Whether pixels are fractions is one thing for all of them.
            numbers = (number_columns(replace(piece, names=chosen.names), chosen.positions) for piece in pieces())
            fractions = spec.info.is_image and all(are_fractions(pixels, spec) for pixels in numbers)
        return partial(_of_numbers, chosen=chosen, spec=spec, invert=invert, fractions=fractions)
    if not table.header and len(table.names) == len(spec.table.columns):
        # Without names, the columns must be the network's, in its order.
        table = replace(table, names=spec.columns)
    table.check_names()
    used = {name.casefold() for name in (*spec.columns, *(target.name for target in spec.table.targets), spec.id)}
    others = ignored(table.name, [other for other in table.names if other.casefold() not in used])
    others += unnamed(table.name, table.names, spec.id)

    def read_table(piece: Table) -> Inputs:
        inputs = _of_table(replace(piece, names=table.names), spec, partly=pieces is not None)
        return replace(inputs, notes=(*others, *inputs.notes))

    return read_table


def _noted(read: Callable[[Table], Inputs], table: Table, spec: InputSpec) -> Callable[[Table], Inputs]:
    """Return what reads the rows of a table and says what is odd about its text."""
    odd = list(told_of_another(table.text, spec.encoding, spec.likely))
    odd += [f"{table.name}: the header is{table.title}"] if table.above else []

    def noted(piece: Table) -> Inputs:
        inputs = read(piece)
        return replace(inputs, notes=(*odd, *inputs.notes))

    return noted if odd else read


def read_values(values: Sequence[str], spec: InputSpec) -> Inputs:
    """Read rows that are written out, a cell for each column, in the order that the network takes them in.

    Args:
        values: One text a row, as `75` or `Male,70.5`.
        spec: What the network takes.

    Returns:
        The rows, named as they were written.

    Raises:
        UsageError: If the network takes images, a row has another number of cells, or a cell does not fit.
    """
    if spec.info.is_image:
        raise UsageError(f"`values` is for numbers; this network takes {spec.described}: name a file")
    out = io.StringIO()
    writer, columns = csv.writer(out), spec.columns
    noun, taken = "cell", f"{len(columns)} ({quoted(columns)})"
    if spec.table is None:
        noun, taken = "number", spec.described
    # The line that each row begins in: a cell may have line breaks of its own.
    starts = [1]
    for value in values:
        try:
            cells = next(csv.reader([value]), [])
        except csv.Error as fault:
            raise UsageError(f"`values`={value!r} is not a row of cells: {fault}") from None
        if len(cells) != len(columns):
            raise UsageError(
                f"`values`={value!r}: {len(cells)} {noun}{'s' * (len(cells) != 1)} where the network takes "
                f"{taken}; separate the {noun}s of one row by commas"
            )
        writer.writerow(cells)
        starts.append(starts[-1] + 1 + sum(cell.count("\n") for cell in cells))
    text = Text("`values`", out.getvalue().encode("utf-8", "replace"), "utf-8")
    table = Table(text, ",", False, ".", columns, null_values=_layout(spec).null_values)
    try:
        if spec.table is None:
            x = number_columns(table, range(len(columns)))
            return Inputs(x, tuple(values))
        inputs = _of_table(table, spec)
    except DataError as fault:
        raise UsageError(str(fault)) from None
    assert isinstance(inputs.names, Numbered)
    rows = np.searchsorted(starts, np.asarray(inputs.names.numbers), "right") - 1
    return replace(inputs, names=tuple(values[row] for row in rows))


def _layout(spec: InputSpec) -> Layout:
    """Return what is known of a table for a network before it is read."""
    table = spec.table
    widths: tuple[int, ...] = (len(spec.columns),)
    if table is not None:
        missing, usual = table.missing_values, table.usual_missing
        return Layout(spec.separator, "auto", spec.columns, missing, usual, widths, known=True)
    names = (*spec.info.feature_names, *LABELS)
    widths = (spec.cells, spec.cells + 1) if spec.info.is_image else widths
    return Layout(spec.separator, names=names, usual=False, widths=widths, known=True)


def _of_table(table: Table, spec: InputSpec, *, partly: bool = False) -> Inputs:
    """Return the rows of a table for a network that was trained on one; of a part of it perhaps none."""
    encoding = spec.table
    assert encoding is not None
    known = encoding.table
    inputs, targets, _ = read_cells(table, known_columns(table, known.columns))
    kept = settle(table, inputs, targets, known.missing, TRAINED, partly=partly)
    lines = table.lines(len(inputs.values))
    if len(kept.rows) < len(lines):
        lines = lines[kept.rows]
    notes = (*kept.notes, *encoding.unknown(table.name, kept.inputs))
    ids = _ids(table, spec.id)
    kept_ids = None if ids is None else [ids[row] for row in kept.rows.tolist()]
    gaps = len(kept.rows) < len(inputs.values)
    return Inputs(encoding.apply(kept.inputs), _names(table, lines), notes, kept_ids, gaps)


def _of_numbers(
    table: Table, chosen: ChosenColumns, spec: InputSpec, invert: bool | None, fractions: bool | None
) -> Inputs:
    """Return the rows of a table for a network of numbers or of images."""
    table = replace(table, names=chosen.names)
    x = number_columns(table, chosen.positions)
    names = _names(table, table.lines(len(x)))

    def called(cell: int) -> str:
        return f"column {chosen.names[chosen.positions[cell]]!r}"

    inputs = from_rows(x, table.name, names, spec, invert, called, fractions)
    notes = (*([f"{table.name}: {chosen.note}"] if chosen.note else []), *unnamed(table.name, table.names, spec.id))
    return replace(inputs, notes=(*notes, *inputs.notes), ids=_ids(table, spec.id))


def _ids(table: Table, name: str) -> list[str] | None:
    """Return the cells of the column that names the rows, as they are written; None if there is no such column."""
    position = column_of_ids(table.names, name)
    if position is None:
        return None
    words = parse(replace(table, null_values=frozenset()), {position: False}, fixed=())[position]
    assert isinstance(words, Words)
    return words.texts()


def _names(table: Table, lines: NDArray[np.int64]) -> Numbered:
    """Return what to call the rows in some lines."""
    if table.text.starts is None:
        return Numbered(f"{table.name}:", lines)
    return Numbered(f"{table.name}[", table.text.rows_at(lines), "]")
