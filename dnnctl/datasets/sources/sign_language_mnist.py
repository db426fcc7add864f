"""Sign Language MNIST: hands that sign the letters of the American manual alphabet, 28x28 pixels.

Kaggle gives it as two CSV files with a picture a row, `label,pixel1,...,pixel784`, or as the zip file that they are in.
"""

import mmap
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.archives import DamagedArchiveError, open_member, open_zip
from dnnctl.datasets.base import Dataset, DatasetInfo, DatasetOptions, Places
from dnnctl.datasets.parts.places import not_found, search
from dnnctl.datasets.samples import Samples
from dnnctl.datasets.tables import table as tables
from dnnctl.datasets.tables.decoding import contents_of, text_of
from dnnctl.datasets.tables.dialect import Layout, find_table
from dnnctl.datasets.tables.parsing import Number, number_columns
from dnnctl.datasets.tables.text import Text
from dnnctl.errors import DataError
from dnnctl.files import sha256_of_array

PAGE = "https://www.kaggle.com/datasets/datamunge/sign-language-mnist"
PARTS = {"train": "sign_mnist_train", "test": "sign_mnist_test"}
ZIPS = ("archive.zip", "sign-language-mnist.zip")
# The published training file has 83 million bytes.
LARGEST = 1 << 28
# Lines, blank ones included.
MOST = 200_000
# Labels count letters from A = 0; J = 9 and Z = 25 are signed with a movement and do not occur.
LABELS = tuple(label for label in range(25) if label != 9)
INFO = DatasetInfo(
    title="Sign Language MNIST: 28x28 pictures of hands that sign a letter",
    task="multiclass",
    input_shape=(28, 28),
    # J and Z are signed with a movement, which a still picture cannot show.
    class_names=tuple("ABCDEFGHIKLMNOPQRSTUVWXY"),
    target="letter",
    input_range=(0.0, 255.0),
    rows=(27455, 7172),
    folder="sign-language-mnist",
    licence="CC0 1.0 (public domain)",
    source="tecperson, Sign Language MNIST, Kaggle, 2017: " + PAGE,
)


class Options(DatasetOptions):
    """27,455 hands to train on and 7,172 to test on, as published. It has no options."""


@dataclass(frozen=True)
class Table:
    """One CSV file, on its own or in a zip file.

    Args:
        file: The CSV or zip file.
        member: Its name in the zip file; empty for a CSV file.
    """

    file: Path
    member: str = ""

    def __str__(self) -> str:
        """Return its name for messages."""
        return f"{self.file}/{self.member}" if self.member else str(self.file)


def describe(options: Options) -> DatasetInfo:  # noqa: ARG001
    """Return what is known about Sign Language MNIST."""
    return INFO


def find(options: Options, places: Places) -> str | None:  # noqa: ARG001
    """Return the folder or file that holds it, without reading it; None if it is nowhere."""
    where = search(places, INFO.folder, look).where
    return str(where) if where else None


def load(options: Options, places: Places) -> Dataset:  # noqa: ARG001
    """Read both tables; they cannot be downloaded without an account at Kaggle.

    Returns:
        The data set: x uint8 (n, 28, 28), y int64 (n,) counted through without J; a note where the number of rows is
        not the published one.

    Raises:
        DataError: If the tables are nowhere, or a row is wrong; the message names file and row.
    """
    found = search(places, INFO.folder, look)
    if found.files is None or found.where is None:
        folder = places.path or (places.data_dir or places.cache) / INFO.folder
        advice = (
            f"Kaggle gives it to people with an account only: get the zip file from {PAGE} and put it, "
            f"as archive.zip, or the two CSV files in it, into {folder}"
        )
        raise not_found("sign_language_mnist", found.looked, advice)
    raw = {part: read(table, INFO.input_shape) for part, table in found.files.items()}
    digests: dict[str, str] = {}
    for part, (images, labels) in raw.items():
        digests |= {f"{part}-images": sha256_of_array(images), f"{part}-labels": sha256_of_array(labels)}
    train, test = (Samples(images, _classes(labels)) for images, labels in raw.values())
    notes = tuple(
        f"{len(rows):,} {kind} rows where {published:,} were published"
        for rows, kind, published in zip((train, test), ("training", "test"), INFO.rows, strict=True)
        if len(rows) != published
    )
    return Dataset("sign_language_mnist", INFO, train, test, str(found.where), digests, notes)


def _classes(labels: NDArray[Any]) -> NDArray[Any]:
    """Return labels (n,) counted through: A 0 ... I 8, K 9 ... Y 23; int64."""
    return np.searchsorted(np.array(LABELS), labels).astype(np.int64)


def look(path: Path) -> dict[str, Table] | str:
    """Look for both tables in a folder, a zip file, or the folder of a CSV file.

    Args:
        path: Such a folder or file.

    Returns:
        The table of each part, or what is missing.
    """
    if path.is_file() and path.suffix.lower() == ".zip":
        return _in_zip(path)
    folder = path if path.is_dir() else path.parent
    tables: dict[str, Table] = {}
    for part, stem in PARTS.items():
        for file in (folder / f"{stem}.csv", folder / stem / f"{stem}.csv"):
            if file.is_file():
                tables.setdefault(part, Table(file))
    if len(tables) == len(PARTS):
        return tables
    for name in ZIPS:
        if (folder / name).is_file():
            return _in_zip(folder / name)
    missing = [f"{stem}.csv" for part, stem in PARTS.items() if part not in tables]
    return f"missing {' and '.join(missing)}, or {' or '.join(ZIPS)}"


def _in_zip(path: Path) -> dict[str, Table] | str:
    """Find the members; a file that is no zip file is left for `load` to complain about."""
    try:
        with open_zip(path) as archive:
            names = set(archive.namelist())
    except DamagedArchiveError as fault:
        return f"expected a zip file, received another ({fault})"
    tables: dict[str, Table] = {}
    for part, stem in PARTS.items():
        for member in (f"{stem}.csv", f"{stem}/{stem}.csv"):
            if member in names:
                tables.setdefault(part, Table(path, member))
    missing = [f"{stem}.csv" for part, stem in PARTS.items() if part not in tables]
    return f"a zip file without {' and '.join(missing)}" if missing else tables


def read(table: Table, shape: tuple[int, ...]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Read one table.

    Args:
        table: Where it is.
        shape: Height and width of a picture.

    Returns:
        Images uint8 (n, height, width), and labels uint8 (n,) as they are in the file.

    Raises:
        DataError: If it is no such table.
    """
    rows = rows_of(text_of(_contents(table), str(table)), int(np.prod(shape)))
    return np.ascontiguousarray(rows[:, 1:]).reshape(-1, *shape), np.ascontiguousarray(rows[:, 0])


def rows_of(text: Text, pixels: int) -> NDArray[np.uint8]:
    """Return the rows of a table, each a label and its pixels, uint8 (n, 1 + pixels).

    Args:
        text: The table.
        pixels: Number of pixels in a row.

    Raises:
        DataError: If the header or a row is wrong, as `file:row: expected ..., received ...`.
    """
    if text.most_rows() > MOST:
        raise DataError(f"{text.name}: expected at most {MOST:,} lines, received more")
    _, header = next(text.rows(","), (1, []))
    _check_header(tuple(name.strip() for name in header), pixels, text.name)
    table = find_table(text, Layout(",", header=True))
    rows: NDArray[np.uint8] = number_columns(table, range(1 + pixels), PIXEL)
    # 0x10 is a number to the reader.
    last = table.names[-1].encode()
    odd = text.data.find(b"x", text.data.find(last) + len(last)) >= 0
    if odd or not np.isin(rows[:, 0], np.array(LABELS, np.uint8)).all():
        raise replace(table, null_values=frozenset()).bad_number(range(1 + pixels), PIXEL.wrong)
    return rows


def _check_header(received: tuple[str, ...], pixels: int, name: str) -> None:
    if received != ("label", *(f"pixel{i}" for i in range(1, pixels + 1))):
        shown = ",".join(received)[:40] or "nothing"
        raise DataError(
            f"{name}:1: expected the header label,pixel1,...,pixel{pixels}, received {len(received)} columns that "
            f"start with {shown!r}"
        )


def _wrong(table: tables.Table, position: int, cell: str) -> str:
    """Return what is wrong with a cell, or nothing."""
    number = int(cell) if cell.isascii() and cell.isdigit() and len(cell) < 20 else None
    if position == 0 and number not in LABELS:
        hint = " (J and Z are signed with a movement and do not occur)" if number in {9, 25} else ""
        return f"label: expected a label out of 0-8, 10-24, received {cell[:40]!r}{hint}"
    if number is None or number > 255:
        return f"{table.names[position]}: expected a whole number 0 to 255, received {cell[:40]!r}"
    return ""


PIXEL = Number("uint8", _wrong)


def _contents(table: Table) -> bytes | mmap.mmap:
    """Return a table's bytes; never more is expanded than the zip file's directory says."""
    try:
        if not table.member:
            _bound(table, table.file.stat().st_size)
            with table.file.open("rb") as stream:
                return contents_of(stream, str(table))
        with open_zip(table.file) as archive:
            _bound(table, archive.getinfo(table.member).file_size)
            with open_member(archive, table.member) as member:
                return member.read()
    except DataError:
        raise
    except Exception as fault:
        # A damaged member fails in one of four decompressors, in its checksum, or by ending early.
        raise DataError(f"{table}: {fault or type(fault).__name__}; delete it and get it again from {PAGE}") from None


def _bound(table: Table, size: int) -> None:
    if size > LARGEST:
        raise DataError(f"{table}: expected at most {LARGEST:,} bytes, received {size:,}")
