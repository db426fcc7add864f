"""Pictures in CSV rows: `label,pixel1,...,pixelN`, whole numbers, a header on the first line."""

import warnings
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import AbstractContextManager
from itertools import chain
from typing import Any, TextIO

import numpy as np
from numpy.typing import NDArray

from dnnctl.errors import DataError

# Characters of a row; so a file without line ends is not read to its end for one.
LONGEST = 100_000
# Lines, blank ones included.
MOST = 200_000
Opener = Callable[[], AbstractContextManager[TextIO]]


def read(opened: Opener, name: str, pixels: int, labels: Collection[int]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Read a table of pictures.

    NumPy reads all of it at once; only if it is wrong somewhere is it read again, row by row, to say where.

    Args:
        opened: Opens the text; called twice if something is wrong.
        name: The file's name, for messages.
        pixels: Number of pixels in a row.
        labels: The labels that can occur.

    Returns:
        Pixels uint8 (n, pixels) and labels uint8 (n,).

    Raises:
        DataError: If the header or a row is wrong, as `file:row: expected ..., received ...`.
    """
    with opened() as text:
        _check_header(text.readline(LONGEST), name, pixels)
        try:
            with warnings.catch_warnings():
                # An empty table and a number like 1.0 are only warned about.
                warnings.simplefilter("error")
                table = np.loadtxt(_ascii(_lines(text, name)), dtype=np.uint8, delimiter=",", comments=None, ndmin=2)
            reason = ""
        except (ValueError, Warning) as fault:
            table, reason = np.empty((0, 0), np.uint8), str(fault)
    known = np.array(sorted(labels), dtype=np.uint8)
    if reason or table.shape[1] != pixels + 1 or not np.isin(table[:, 0], known).all():
        with opened() as text:
            _raise_first_fault(text, name, pixels, labels, reason)
    return np.ascontiguousarray(table[:, 1:]), np.ascontiguousarray(table[:, 0])


def _lines(text: TextIO, name: str, first: int = 2) -> Iterator[str]:
    """Yield the lines of a table, of which `first` is the next."""
    for number in range(first, MOST + 1):
        line = text.readline(LONGEST + 1)
        if not line:
            return
        if len(line) > LONGEST:
            raise DataError(f"{name}:{number}: expected a row of at most {LONGEST:,} characters, received more")
        yield line
    raise DataError(f"{name}: expected at most {MOST:,} lines, received more")


def _ascii(lines: Iterable[str]) -> Iterator[str]:
    """Yield lines with a question mark, which is no number, for every sign that is not ASCII.

    NumPy looks other signs up beyond the end of a table of digits, which reads U+10FFFF as a number or crashes.

    Source: numpy/numpy, pull request 31586, "guard isdigit calls against non-ascii in str_to_int parsers".
    """
    for line in lines:
        yield line if line.isascii() else line.encode("ascii", "replace").decode("ascii")


def _check_header(line: str, name: str, pixels: int) -> None:
    received = [column.strip().strip('"') for column in line.split(",")]
    if received != ["label", *(f"pixel{i}" for i in range(1, pixels + 1))]:
        shown = line.strip()[:40] or "nothing"
        raise DataError(
            f"{name}:1: expected the header label,pixel1,...,pixel{pixels}, "
            f"received {len(received)} columns that start with {shown!r}"
        )


def _raise_first_fault(text: TextIO, name: str, pixels: int, labels: Collection[int], reason: str) -> None:
    """Read row by row up to the first wrong one."""
    empty = True
    for number, line in enumerate(_lines(text, name, first=1), start=1):
        if number == 1 or not line.strip():
            continue
        empty = False
        cells = line.rstrip("\n").split(",")
        if len(cells) != pixels + 1:
            raise DataError(f"{name}:{number}: expected {pixels + 1} numbers, received {len(cells)}")
        columns = chain(["label"], (f"pixel{i}" for i in range(1, pixels + 1)))
        for column, cell in zip(columns, cells, strict=True):
            wrong = _wrong(column, cell.strip(), labels)
            if wrong:
                raise DataError(f"{name}:{number}: {column}: {wrong}")
    if empty:
        raise DataError(f"{name}: expected rows below the header, received none")
    raise DataError(f"{name}: expected rows of {pixels + 1} whole numbers; {reason}")


def _wrong(column: str, cell: str, labels: Collection[int]) -> str:
    """Return what is wrong with a cell, or nothing."""
    digits = cell.removeprefix("+")
    number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 20 else None
    if column == "label" and number not in labels:
        hint = " (J and Z are signed with a movement and do not occur)" if number in {9, 25} else ""
        return f"expected a label out of {_ranges(labels)}, received {cell!r}{hint}"
    if number is None or number > 255:
        return f"expected a whole number 0 to 255, received {cell!r}"
    return ""


def _ranges(labels: Collection[int]) -> str:
    """Return whole numbers as text, as `0-8, 10-24`."""
    runs: list[list[int]] = []
    for label in sorted(labels):
        if runs and label == runs[-1][-1] + 1:
            runs[-1].append(label)
        else:
            runs.append([label])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
