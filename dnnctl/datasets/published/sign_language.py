"""Finding and reading the two CSV files of Sign Language MNIST, or the zip file that Kaggle packs them in."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from numpy.typing import NDArray

from dnnctl.archives import DamagedArchiveError, open_member, open_zip
from dnnctl.datasets.base import Dataset, DatasetInfo, Places, Samples
from dnnctl.datasets.parts.places import not_found, search
from dnnctl.datasets.published import pixel_csv
from dnnctl.errors import DataError
from dnnctl.files import sha256_of_array

PAGE = "https://www.kaggle.com/datasets/datamunge/sign-language-mnist"
PARTS = {"train": "sign_mnist_train", "test": "sign_mnist_test"}
ZIPS = ("archive.zip", "sign-language-mnist.zip")
# The published training file has 83 million bytes.
LARGEST = 1 << 28
# Bytes that are no text become a sign that is no number, so they are reported with their row.
TEXT: dict[str, Any] = {"encoding": "utf-8-sig", "errors": "replace"}
# Labels count letters from A = 0; J = 9 and Z = 25 are signed with a movement and do not occur.
LABELS = tuple(label for label in range(25) if label != 9)


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


def find(info: DatasetInfo, places: Places) -> str | None:
    """Return the folder or file that holds the set, without reading it; None if nowhere."""
    where = search(places, info.folder, look).where
    return str(where) if where else None


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


def load(name: str, info: DatasetInfo, places: Places) -> Dataset:
    """Read both tables.

    Args:
        name: Key of the data set.
        info: What is known about it.
        places: Where to look.

    Returns:
        The data set: x uint8 (n, 28, 28), y int64 (n,) counted through without J; a note where the
        number of rows is not the published one.

    Raises:
        DataError: If the tables are nowhere, or a row is wrong; the message names file and row.
    """
    found = search(places, info.folder, look)
    if found.files is None or found.where is None:
        folder = places.path or (places.data_dir or places.cache) / info.folder
        advice = (
            f"Kaggle gives it to people with an account only: get the zip file from {PAGE} and put it, "
            f"as archive.zip, or the two CSV files in it, into {folder}"
        )
        raise not_found(name, found.looked, advice)
    raw = {part: read(table, info.input_shape) for part, table in found.files.items()}
    digests: dict[str, str] = {}
    for part, (images, labels) in raw.items():
        digests |= {f"{part}-images": sha256_of_array(images), f"{part}-labels": sha256_of_array(labels)}
    train, test = (Samples(images, _classes(labels)) for images, labels in raw.values())
    notes = tuple(
        f"{len(rows):,} {kind} rows where {published:,} were published"
        for rows, kind, published in zip((train, test), ("training", "test"), info.rows, strict=True)
        if len(rows) != published
    )
    return Dataset(name, info, train, test, str(found.where), digests, notes)


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
    images, labels = pixel_csv.read(lambda: _open(table), str(table), int(np.prod(shape)), LABELS)
    return images.reshape(-1, *shape), labels


@contextmanager
def _open(table: Table) -> Iterator[TextIO]:
    """Open a table as text; never more is expanded than the zip file's directory says."""
    try:
        if not table.member:
            _bound(table, table.file.stat().st_size)
            with table.file.open(**TEXT) as text:
                yield text
            return
        with open_zip(table.file) as archive:
            _bound(table, archive.getinfo(table.member).file_size)
            with open_member(archive, table.member) as member, io.TextIOWrapper(member, **TEXT) as text:
                yield text
    except DataError:
        raise
    except Exception as fault:
        # A damaged member fails in one of four decompressors, in its checksum, or by ending early.
        raise DataError(f"{table}: {fault or type(fault).__name__}; delete it and get it again from {PAGE}") from None


def _bound(table: Table, size: int) -> None:
    if size > LARGEST:
        raise DataError(f"{table}: expected at most {LARGEST:,} bytes, received {size:,}")


def _classes(labels: NDArray[Any]) -> NDArray[Any]:
    """Return labels (n,) counted through: A 0 ... I 8, K 9 ... Y 23; int64."""
    return np.searchsorted(np.array(LABELS), labels).astype(np.int64)
