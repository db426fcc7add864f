"""Tables of which single rows cannot be read, or not fast, written once as files of numbers in a cache.

That is text, records one after the other, Parquet with row groups too large to hold some of them, and whatever is
sorted by its target: small blocks out of all of the file are a fair sample of it where a few large ones are none.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from dnnctl.datasets.columns import Column, side_by_side
from dnnctl.datasets.parts.precision import Precision
from dnnctl.datasets.streams.array_file import ArrayFile, array_file
from dnnctl.datasets.streams.cache import COLUMNS, NEW, is_written, sweep
from dnnctl.datasets.streams.cell_checks import check_cells, told_cells
from dnnctl.datasets.streams.cells import CellsFile
from dnnctl.datasets.streams.table import bare
from dnnctl.datasets.streams.vocabulary import Vocabularies
from dnnctl.datasets.tables.groups import keys_of
from dnnctl.datasets.tables.parsing import Parsed, Words
from dnnctl.datasets.tables.selection import Wanted
from dnnctl.errors import DataError, Notice
from dnnctl.files import write_json
from dnnctl.memory import blocks

CELLS, TARGETS, KEYS, PIXELS = "cells.npy", "targets.npy", "keys.npy", "pixels.npy"


@dataclass(frozen=True)
class Plan:
    """What is to be written.

    Args:
        name: What to call the table in messages.
        wanted: Its columns, the inputs first, then the targets.
        inputs: How many of them are inputs.
        group: The column of `data.group`, which is read behind these; None without one.
        missing: What becomes of rows with empty cells: `error`, `drop` or `impute`.
        rows: How many rows there are, or about.
        pixels: Shape of the picture that each row has besides, in bytes; its pieces have the pictures behind all else.
            Empty for none.
        number: Type of the inputs, as `<f8`; empty for 32 bits where these are enough, else 64.
    """

    name: str
    wanted: tuple[Wanted, ...]
    inputs: int
    group: Wanted | None
    missing: str
    rows: int
    pixels: tuple[int, ...] = ()
    number: str = ""

    @property
    def read(self) -> tuple[Wanted, ...]:
        """The columns to read."""
        return (*self.wanted, *((self.group,) if self.group else ()))


# A group's cells, in the order of `Plan.read`, its pictures if there are any, and what to call it.
Piece = tuple[list[Parsed], NDArray[np.uint8] | None, str]


@dataclass(frozen=True)
class Settled:
    """What columns of text turned out to hold once all their words were known.

    Args:
        columns: All columns.
        values: For those whose cells are no longer codes of words, the new cell for each code.
        warnings: What is odd about them.
    """

    columns: tuple[Column, ...]
    values: dict[int, NDArray[Any]]
    warnings: tuple[Notice, ...]


# Given the columns and, for those of text, how many rows have each word.
Settle = Callable[[tuple[Column, ...], Sequence[NDArray[np.int64]]], Settled]


@dataclass(frozen=True)
class Converted:
    """A table as one file of numbers.

    Args:
        source: The table.
        notes: What was done.
        warnings: What is odd about it.
        pixels: The pictures that rows have besides; None without.
    """

    source: CellsFile
    notes: tuple[str, ...]
    warnings: tuple[Notice, ...]
    pixels: ArrayFile | None = None


def converted(
    plan: Plan, folder: Path, pieces: Callable[[], Iterable[Piece]], settle: Settle | None = None
) -> Converted:
    """Return a table as one file of numbers, written now if it is not in the cache.

    Args:
        plan: What to write.
        folder: Where it is, or is to be.
        pieces: Reads the table from the front to the back.
        settle: Says what columns of text hold, where that is not known before all of it was read.

    Raises:
        DataError: If the table cannot be read, a cell is empty that must not be, or the disk is full.
    """
    if not is_written(folder):
        _write(plan, folder, pieces, settle)
    stored = json.loads((folder / COLUMNS).read_text(encoding="utf-8"))
    columns = tuple(map(Column.from_json, stored["columns"]))
    keys = array_file(folder / KEYS) if plan.group else None
    cells, targets = array_file(folder / CELLS), array_file(folder / TARGETS)
    pixels = array_file(folder / PIXELS) if plan.pixels else None
    size = max(1, (cells.file.size + targets.file.size + (pixels.file.size if pixels else 0)) >> 20)
    where = f"{plan.name}: written once as {size:,} MB of numbers below {folder}, which can be removed between runs"
    warnings = tuple(Notice(**each) for each in stored["warnings"])
    return Converted(CellsFile(plan.name, cells, targets, keys, columns), (where, *stored["notes"]), warnings, pixels)


def _write(plan: Plan, folder: Path, pieces: Callable[[], Iterable[Piece]], settle: Settle | None) -> None:
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        needed = plan.rows * (4 * plan.inputs + 8 * (len(plan.wanted) - plan.inputs + (plan.group is not None)))
        free = shutil.disk_usage(folder.parent).free
        if needed > free:
            raise DataError(
                f"{plan.name}: its rows are to be written as numbers to {folder.parent}, which takes {needed >> 20:,} "
                f"MB; {free >> 20:,} MB are free. Make room, or set DNNCTL_CACHE_DIR to another disk"
            )
        sweep(folder.parent)
        temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=NEW))
        try:
            try:
                _write_files(plan, temporary, pieces, settle, plan.number or "<f4")
            except _NotEnoughError:
                _write_files(plan, temporary, pieces, settle, "<f8")
            try:
                temporary.rename(folder)
            except OSError:
                # Where another process was faster, its files are as good as these. Else what is there is no whole one.
                if not is_written(folder):
                    shutil.rmtree(folder, ignore_errors=True)
                    temporary.rename(folder)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    except OSError as fault:
        raise DataError(f"{folder}: cannot be written: {fault.strerror}") from None


class _NotEnoughError(Exception):
    """32 bits turned out not to be enough for the inputs."""


def _write_files(
    plan: Plan, folder: Path, pieces: Callable[[], Iterable[Piece]], settle: Settle | None, number: str
) -> None:
    width = len(plan.wanted)
    vocabularies = Vocabularies(plan.name, [bare(one) for one in plan.wanted])
    rows, before = 0, 0
    precision = None if plan.number or number == "<f8" else Precision()
    empty = np.zeros(width, np.int64)
    with ExitStack() as files:
        names = (CELLS, TARGETS, KEYS, PIXELS)
        cells, aims, keys, pixels = (files.enter_context((folder / name).open("w+b")) for name in names)
        shapes = ((plan.inputs,), (width - plan.inputs,), (), plan.pixels)
        headers = tuple(zip((cells, aims, keys, pixels), shapes, (number, "<f8", "<u8", "|u1"), strict=True))
        for stream, shape, dtype in headers:
            _header(stream, (plan.rows, *shape), dtype)
        for read, pictures, place in pieces():
            _expect_enough(precision, plan, read)
            values, targets = _numbers(read, vocabularies, plan, number, place)
            kept = _kept(values, targets, plan)
            before += len(targets)
            if not kept.all():
                values, targets = values[kept], targets[kept]
            empty += np.concatenate([np.isnan(values).sum(axis=0), np.isnan(targets).sum(axis=0)])
            cells.write(values.tobytes())
            aims.write(targets.tobytes())
            if plan.group:
                group = read[-1]
                assert isinstance(group, Words)
                keys.write(keys_of(group)[kept].tobytes())
            if pictures is not None:
                pixels.write(pictures[kept].tobytes())
            rows += len(targets)
        _expect_enough(precision, plan)
        for stream, shape, dtype in headers:
            _header(stream, (rows, *shape), dtype)
            stream.flush()
        settled = _settled(plan, folder, vocabularies, settle, number)
        for stream, *_ in headers:
            os.fsync(stream.fileno())
    if not rows:
        every = "every row has an empty cell, so none is left; leave columns out (exclude)"
        raise DataError(f"{plan.name}: {every if before else 'holds no rows'}")
    columns = [column.to_json() for column in settled.columns]
    notes = _notes(plan, before, rows, empty)
    warnings = [warning.to_json() for warning in settled.warnings]
    write_json(folder / COLUMNS, {"columns": columns, "notes": notes, "warnings": warnings})


def _numbers(
    read: list[Parsed], vocabularies: Vocabularies, plan: Plan, number: str, place: str
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the inputs and the targets of a piece as numbers, (rows, inputs) and (rows, targets)."""
    coded, names = vocabularies.coded(read[: len(plan.wanted)]), [one.name for one in plan.wanted]
    targets = side_by_side(coded[plan.inputs :], "<f8")
    # What is too large for 32 bits becomes infinite, and is refused where the rows are surveyed.
    with np.errstate(over="ignore"):
        values = side_by_side(coded[: plan.inputs], number) if plan.inputs else targets[:, :0]
    for part, called in ((values, names[: plan.inputs]), (targets, names[plan.inputs :])):
        check_cells(part.T, called, plan.missing, plan.name, place)
    return values, targets


def _expect_enough(precision: Precision | None, plan: Plan, read: Sequence[Parsed] = ()) -> None:
    """Look at the inputs of a piece, or without one at all that there were; None is enough for all of them.

    Raises:
        _NotEnoughError: If 32 bits are not.
    """
    if precision is None:
        return
    inputs = enumerate(zip(plan.wanted[: plan.inputs], read, strict=False))
    enough = all(
        isinstance(each, Words) or precision.takes(i, each, exactly=one.kind == "date") for i, (one, each) in inputs
    )
    if not enough or not (read or precision.is_enough):
        raise _NotEnoughError


def _settled(plan: Plan, folder: Path, vocabularies: Vocabularies, settle: Settle | None, number: str) -> Settled:
    """Return what columns of text hold, with their cells in the files in place of their codes."""
    if settle is None:
        return Settled(vocabularies.columns, {}, ())
    settled = settle(vocabularies.columns, vocabularies.counts)
    inputs = {i: new for i, new in settled.values.items() if i < plan.inputs}
    if number == "<f4" and not plan.number:
        precision = Precision()
        fit = [precision.takes(i, new, exactly=settled.columns[i].kind == "date") for i, new in inputs.items()]
        if not (all(fit) and precision.is_enough):
            raise _NotEnoughError
    _replace(folder / CELLS, inputs)
    _replace(folder / TARGETS, {i - plan.inputs: new for i, new in settled.values.items() if i >= plan.inputs})
    return settled


def _notes(plan: Plan, before: int, rows: int, empty: NDArray[np.int64]) -> list[str]:
    notes = []
    if rows < before:
        notes.append(f"{plan.name}: left out {before - rows:,} of {before:,} rows, which have empty cells or no target")
    counts = {one.name: int(count) for one, count in zip(plan.wanted, empty, strict=True) if count}
    if counts:
        notes.append(f"{plan.name}: empty cells filled from the training rows: {told_cells(counts)}")
    return notes


def _replace(path: Path, values: dict[int, NDArray[Any]]) -> None:
    """Put other cells in the place of the codes of some columns."""
    if not values:
        return
    cells = np.load(path, mmap_mode="r+")
    for here in blocks(len(cells)):
        for column, new in values.items():
            table = np.array([*new.tolist(), np.nan])
            own = cells[here, column]
            cells[here, column] = table[np.where(np.isnan(own), len(new), own).astype(np.int64)]
    cells.flush()


def _header(stream: IO[bytes], shape: tuple[int, ...], dtype: str) -> None:
    """Write the header of an array; it has the same length whatever number of rows."""
    stream.seek(0)
    npy.write_array_header_1_0(stream, {"descr": dtype, "fortran_order": False, "shape": shape})


def _kept(values: NDArray[Any], targets: NDArray[Any], plan: Plan) -> NDArray[np.bool_]:
    """Return which rows count: those with a target, and without empty cells if such are dropped."""
    gone = np.isnan(targets).any(axis=1)
    if plan.missing == "drop":
        gone |= np.isnan(values).any(axis=1)
    return np.asarray(~gone)
