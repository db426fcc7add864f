"""Arrays in an `.npz` archive or a folder of `.npy` files, found by their usual names or by those that are said."""

import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.archives import DamagedArchiveError, open_member, open_zip, read_npy
from dnnctl.datasets.parts.faults import NoSuchFileError, WrongOptionError, existing_file, quoted
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
            if (key := key_of(part, said[part], tuple(members), path.name)) is not None
        }


def key_of(part: str, said: str, names: tuple[str, ...], file: str) -> str | None:
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
    try:
        with open_member(archive, member.filename) as stream:
            return read_npy(stream, member.file_size, label, _checked(label), MAX_BYTES)
    except DamagedArchiveError as fault:
        raise DataError(f"{label}: cannot be read: {fault}") from None


def _checked(label: str) -> Callable[[tuple[int, ...], np.dtype[Any]], None]:
    """Return what refuses an array whose header says that it holds neither numbers nor text."""

    def check(_shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        if dtype.kind not in "buifUS":
            raise DataError(f"{label}: expected numbers or text; received {dtype}")

    return check


def read_folder(folder: str, said: Mapping[str, str]) -> dict[str, NDArray[Any]]:
    """Read the arrays of a folder of `.npy` files that are there; the arguments, result and errors of `read_arrays`."""
    return {part: _file(path) for part, path in files_in(folder, said).items()}


def files_in(folder: str, said: Mapping[str, str]) -> dict[str, Path]:
    """Return the `.npy` files of a folder by their part.

    Raises:
        WrongOptionError: If there is no such folder or file.
    """
    root = Path(folder)
    if not root.exists():
        raise NoSuchFileError(folder)
    if not root.is_dir():
        raise WrongOptionError("path", f"{folder}: expected a folder with x.npy and y.npy; received a file")
    try:
        names = tuple(sorted(path.stem for path in root.iterdir() if path.suffix == ".npy" and path.is_file()))
    except OSError as fault:
        raise DataError(f"{folder}: cannot be read: {fault.strerror}") from None
    keys = {part: key_of(part, said[part].removesuffix(".npy"), names, root.name) for part in USUAL}
    return {part: root / f"{key}.npy" for part, key in keys.items() if key is not None}


def _file(path: Path) -> NDArray[Any]:
    try:
        with path.open("rb") as stream:
            return read_npy(stream, path.stat().st_size, str(path), _checked(str(path)), MAX_BYTES)
    except OSError as fault:
        raise DataError(f"{path}: cannot be read: {fault.strerror}") from None
