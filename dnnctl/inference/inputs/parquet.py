"""Parquet files, a row group at a time; the columns are found by their names, with others beside them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.columns import Cells, Column
from dnnctl.datasets.parts.precision import LARGEST
from dnnctl.datasets.streams.parquet import ParquetFiles
from dnnctl.datasets.tables.missing_values import TRAINED
from dnnctl.datasets.tables.parsing import Parsed, Words
from dnnctl.datasets.tables.selection import Wanted, known_columns
from dnnctl.errors import DataError
from dnnctl.inference.inputs.base import Inputs, InputSpec, Numbered, joined
from dnnctl.inference.inputs.parts.arrays import are_fractions, from_rows
from dnnctl.inference.inputs.parts.columns import choose_columns, column_of_ids, ignored, unnamed

ENDINGS = (".parquet", ".parq", ".pq")
# What is in row groups is always read by them.
LARGE = 0


def read(stream: IO[bytes], name: str, spec: InputSpec, invert: bool | None) -> Inputs:
    """Read the rows of a Parquet file; arguments and errors are those of `parts`."""
    return joined(list(parts(stream, name, spec, invert)))


def parts(stream: IO[bytes], name: str, spec: InputSpec, invert: bool | None) -> Iterator[Inputs]:  # noqa: ARG001
    """Read the rows of a Parquet file, the row groups one after the other.

    Args:
        stream: The file; it is opened anew by its name.
        name: Its path.
        spec: What the network takes.
        invert: Whether to exchange dark and light in pictures.

    Yields:
        The rows of a group, named as `people.parquet[0]`; none where all are left out.

    Raises:
        DataError: If it is damaged, columns are missing, or a cell does not fit its column.
    """
    file = ParquetFiles(name, missing_values=() if spec.table is None else spec.table.missing_values)
    wanted, taken = _columns(file, name, spec, invert)
    # What names a row is passed through as it is, whatever stands for an empty cell elsewhere.
    identifiers = ParquetFiles(name)
    position, first, kept = column_of_ids(file.names, spec.id), 0, 0
    for group, size in enumerate(file.sizes.tolist()):
        rows = taken(file.read(group, wanted), range(first, first + size), file.place(group))
        if position is not None:
            (ids,) = identifiers.read(group, [Wanted(spec.id, position, "category")])
            assert isinstance(ids, Words)
            texts, names = ids.texts(), rows.names
            assert isinstance(names, Numbered)
            rows = replace(rows, ids=[texts[number - first] for number in np.asarray(names.numbers).tolist()])
        rows = replace(rows, gaps=len(rows) < size, notes=(*rows.notes, *unnamed(name, file.names, spec.id)))
        first, kept = first + size, kept + len(rows)
        yield rows
    if not kept:
        raise DataError(f"{name}: every row has an empty cell, so none is left; {TRAINED.cells}")


# Given the cells of a group, the numbers of its rows and what to call it.
Taken = Callable[[Sequence[Parsed], range, str], Inputs]


@dataclass(frozen=True)
class _Heading:
    names: tuple[str, ...]
    header: bool = True
    unnamed: tuple[str, ...] = ()


def _columns(file: ParquetFiles, name: str, spec: InputSpec, invert: bool | None) -> tuple[list[Wanted], Taken]:
    """Return which columns are read, and what makes inputs of them."""
    return _numbers(file, name, spec, invert) if spec.table is None else _table(file, name, spec)


def _numbers(file: ParquetFiles, name: str, spec: InputSpec, invert: bool | None) -> tuple[list[Wanted], Taken]:
    """Return `_columns` of a network of numbers or pictures."""
    chosen = choose_columns(_Heading(file.names), spec, name)
    notes = (f"{name}: {chosen.note}",) if chosen.note else ()
    wanted = [file.expected(Wanted(chosen.names[i], i, "number")) for i in chosen.positions]

    def stacked(read: Sequence[Parsed]) -> NDArray[Any]:
        return np.stack([each for each in read if not isinstance(each, Words)], axis=1)

    # Whether pixels are fractions is one thing for all of them.
    groups = range(len(file.sizes))
    fractions = spec.info.is_image and all(are_fractions(stacked(file.read(i, wanted)), spec) for i in groups)

    def taken(read: Sequence[Parsed], rows: range, place: str) -> Inputs:  # noqa: ARG001
        called = Numbered(f"{name}[", rows, "]")
        column = "column {!r}".format
        inputs = from_rows(
            stacked(read), name, called, spec, invert, lambda i: column(wanted[i].name), fractions=fractions
        )
        return Inputs(inputs.x, inputs.names, (*notes, *inputs.notes))

    return wanted, taken


def _table(file: ParquetFiles, name: str, spec: InputSpec) -> tuple[list[Wanted], Taken]:
    """Return `_columns` of a network that was trained on a table."""
    encoding = spec.table
    assert encoding is not None
    known = {spec.id.casefold(), *(column.name.casefold() for column in encoding.columns)}
    known |= {target.name.casefold() for target in encoding.targets}
    notes = ignored(name, [other for other in file.names if other.casefold() not in known])
    wanted = [file.expected(one) for one in known_columns(file, encoding.table.columns)]

    def taken(read: Sequence[Parsed], rows: range, place: str) -> Inputs:
        kept, numbers = _kept(_cells(wanted, read), encoding.missing, place, rows)
        called = Numbered(f"{name}[", numbers, "]")
        return Inputs(encoding.apply(kept), called, (*notes, *encoding.unknown(name, kept)))

    return wanted, taken


def _cells(wanted: Sequence[Wanted], read: Sequence[Parsed]) -> Cells:
    values = [each.codes if isinstance(each, Words) else each for each in read]
    columns = tuple(
        Column(one.name, "category", each.words) if isinstance(each, Words) else Column(one.name, one.kind or "number")
        for one, each in zip(wanted, read, strict=True)
    )
    return Cells(columns, np.stack(values, axis=1))


def _kept(cells: Cells, missing: str, place: str, rows: range) -> tuple[Cells, NDArray[np.int64]]:
    """Return the rows of a group that can be asked about, and their numbers in the file.

    Args:
        cells: All of them.
        missing: What becomes of rows with empty cells: `error`, `drop` or `impute`.
        place: What to call the group.
        rows: Their numbers.

    Raises:
        DataError: If a number is infinite, or a cell is empty and that was not provided for.
    """
    too_large = np.abs(cells.values) > LARGEST
    _refuse(too_large, cells, place, "expected a finite number that fits into 32 bits; received infinity")
    empty = np.isnan(cells.values)
    if missing == "error":
        _refuse(empty, cells, place, f"is empty; {TRAINED.cells}")
    if missing != "drop" or not empty.any():
        return cells, np.arange(rows.start, rows.stop)
    full = np.flatnonzero(~empty.any(axis=1))
    return cells.take(full), full + rows.start


def _refuse(wrong: NDArray[Any], cells: Cells, place: str, problem: str) -> None:
    """Raise a `DataError` if a cell is wrong."""
    if wrong.any():
        row, column = np.argwhere(wrong)[0].tolist()
        raise DataError(f"{place}: column {cells.columns[column].name!r}, row {row + 1} of the group: {problem}")
