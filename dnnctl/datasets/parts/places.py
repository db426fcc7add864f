"""Where the files of a data set are looked for, in which order, and what is said when they are nowhere."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from dnnctl.datasets.base import DownloadProgress, Places, silent
from dnnctl.errors import Call, DataError

Files = TypeVar("Files")


def default_places(
    path: Path | str | None = None,
    progress: DownloadProgress = silent,
    download: bool = True,
) -> Places:
    """Return the places that the environment names.

    `DNNCTL_DATA_DIR` is a folder with a folder a data set in it. Downloads go to `datasets` below
    `DNNCTL_CACHE_DIR`, else `$XDG_CACHE_HOME/dnnctl`, else `~/.cache/dnnctl`. What Keras has downloaded
    is found below `KERAS_HOME`, else `~/.keras`. Relative paths start at the current directory.

    Args:
        path: Folder or file to look at instead of all these.
        progress: Called with a file's name, bytes done and bytes in all (0 if unknown) during a download.
        download: Whether to download what is not there.

    Returns:
        The places, as absolute paths; none of them has to exist.
    """
    data_dir = os.environ.get("DNNCTL_DATA_DIR")
    return Places(
        path=_absolute(path) if path else None,
        data_dir=_absolute(data_dir) if data_dir else None,
        cache=_cache() / "datasets",
        keras=_absolute(os.environ.get("KERAS_HOME") or "~/.keras") / "datasets",
        download=download,
        progress=progress,
    )


def _cache() -> Path:
    if own := os.environ.get("DNNCTL_CACHE_DIR"):
        return _absolute(own)
    return _absolute(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "dnnctl"


def _absolute(path: Path | str) -> Path:
    # Not Path.expanduser, which raises where there is no home directory.
    return Path(os.path.expanduser(path)).absolute()  # noqa: PTH111


@dataclass(frozen=True)
class Search(Generic[Files]):
    """What came of looking for a data set.

    Args:
        files: Its files as they were found, or None.
        where: The folder or file they were found in, or None.
        looked: The places looked in before, one line each, and why it is not there.
    """

    files: Files | None
    where: Path | None
    looked: tuple[str, ...]


def search(places: Places, folder: str, look: Callable[[Path], Files | str], keras: str = "") -> Search[Files]:
    """Look for a data set in each place, in their order, until it is found.

    Args:
        places: Where to look; only at `places.path` if there is one.
        folder: Name of its folder below a data directory.
        look: Given an existing folder or file, returns its files there, or says what is missing.
        keras: Name of its folder or file among Keras's downloads; empty if Keras has none.

    Returns:
        The first find, or none.
    """
    looked: list[str] = []
    for path, origin in _candidates(places, folder, keras):
        try:
            found = look(path) if path.exists() else _absent(path, places)
        except OSError as fault:
            found = f"cannot be read, {fault.strerror}"
        if not isinstance(found, str):
            return Search(found, path, tuple(looked))
        looked.append(f"{path} ({origin}): {found}")
    if places.path is None and places.data_dir is None:
        looked.append("DNNCTL_DATA_DIR: not set")
    return Search(None, None, tuple(looked))


def _candidates(places: Places, folder: str, keras: str) -> list[tuple[Path, str]]:
    if places.path:
        inner = [(places.path / folder, "the path given")] if places.path.is_dir() else []
        return [(places.path, "the path given"), *inner]
    found = [(places.data_dir / folder, "DNNCTL_DATA_DIR")] if places.data_dir else []
    found.append((places.cache / folder, "cache"))
    if places.keras and keras:
        found.append((places.keras / keras, "Keras's downloads"))
    return found


def _absent(path: Path, places: Places) -> str:
    if places.data_dir in path.parents and places.data_dir and not places.data_dir.is_dir():
        return f"DNNCTL_DATA_DIR names a folder that does not exist, {places.data_dir}"
    return "does not exist"


def not_found(name: str, looked: tuple[str, ...], advice: str) -> DataError:
    """Return the error of a data set that is nowhere.

    Args:
        name: Key of the data set.
        looked: The places looked in, and download failures, one line each.
        advice: Which files to put where.

    Returns:
        Its lines: what is missing, each place, what to do, and what works offline.
    """
    lines = [f"{name}: its files were not found; looked in", *(f"  {line}" for line in looked), advice]
    return DataError("\n".join(lines), "\noffline, '", Call("train", ("digits",)), "' works without any download")
