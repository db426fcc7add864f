"""Arrays in an `.npz` archive, found by their usual names or by those that are said."""

import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.archives import DamagedArchiveError, open_member, open_zip, read_npy
from dnnctl.datasets.parts.faults import WrongOptionError, existing_file, quoted
from dnnctl.errors import DataError

MAX_BYTES = 4 * 1024**3
USUAL = {
    "x": ("x_train", "x", "X", "images", "data", "features"),
    "y": ("y_train", "y", "labels", "label", "target", "targets"),
    "x_test": ("x_test", "X_test"),
    "y_test": ("y_test",),
}


def read_arrays(file: str, said: Mapping[str, str]) -> dict[str, NDArray[Any]]:
    """Read the arrays of an archive that are there.

    Args:
        file: The archive.
        said: The name of the array for each part (`x`, `y`, `x_test`, `y_test`), or `auto`.

    Returns:
        The arrays by their part; test arrays may be absent.

    Raises:
        WrongOptionError: If there is no such file or array.
        DataError: If the file is damaged, or an array holds neither numbers nor text.
    """
    path = existing_file(file, "an .npz file")
    try:
        archive = open_zip(path)
    except DamagedArchiveError as fault:
        raise DataError(f"{path}: is not an .npz file: {fault}") from None
    except OSError as fault:
        raise DataError(f"{path}: cannot be read: {fault.strerror}") from None
    with archive:
        members = {member.filename.removesuffix(".npy"): member for member in archive.infolist()}
        return {
            part: _array(archive, members[key], f"{path.name}: {key}")
            for part in USUAL
            if (key := _key(part, said[part], tuple(members), path.name)) is not None
        }


def _key(part: str, said: str, names: tuple[str, ...], file: str) -> str | None:
    """Return the name of an array; None for test arrays that are not there."""
    if said != "auto":
        if said not in names:
            raise WrongOptionError(part, f"{file} has no array {said!r}; it has {quoted(names)}")
        return said
    found = next((name for name in USUAL[part] if name in names), None)
    if found is None and not part.endswith("_test"):
        raise WrongOptionError(part, f"{file} has no array called {quoted(USUAL[part])}; it has {quoted(names)}")
    return found


def _array(archive: zipfile.ZipFile, member: zipfile.ZipInfo, label: str) -> NDArray[Any]:
    """Read one array; its header is checked against its size before any of its elements is read."""

    def check(_shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        if dtype.kind not in "buifUS":
            raise DataError(f"{label}: expected numbers or text; received {dtype}")

    try:
        with open_member(archive, member.filename) as stream:
            return read_npy(stream, member.file_size, label, check, MAX_BYTES)
    except DamagedArchiveError as fault:
        raise DataError(f"{label}: cannot be read: {fault}") from None
