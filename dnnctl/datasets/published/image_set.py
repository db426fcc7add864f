"""Image sets published as four IDX files: MNIST and those that took its form."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.base import Dataset, DatasetInfo, DatasetOptions, Places
from dnnctl.datasets.parts.faults import DamagedError, verify
from dnnctl.datasets.parts.places import Search, not_found, search
from dnnctl.datasets.published import idx, keras_npz
from dnnctl.datasets.published.download import fetch
from dnnctl.datasets.samples import Samples
from dnnctl.errors import DataError

# Each part's IDX file, and its name in Keras's .npz file.
STEMS = {
    "train-images": "train-images-idx3-ubyte",
    "train-labels": "train-labels-idx1-ubyte",
    "test-images": "t10k-images-idx3-ubyte",
    "test-labels": "t10k-labels-idx1-ubyte",
}
MEMBERS = {
    "train-images": "x_train",
    "train-labels": "y_train",
    "test-images": "x_test",
    "test-labels": "y_test",
}
# Room for headers and for data that does not compress.
SLACK = 1 << 20


@dataclass(frozen=True)
class ImageSet:
    """An image set in MNIST's form.

    Args:
        name: Key of its plugin.
        info: What is known about it.
        digests: SHA-256 of each part's values, uint8 in C order; by the keys of `STEMS`.
        mirrors: Addresses that end in a slash, below which the four gzipped IDX files are published.
        archives: Addresses of an `.npz` file that holds all of it.
        keras: Name of its folder or file among Keras's downloads.
    """

    name: str
    info: DatasetInfo
    digests: Mapping[str, str]
    mirrors: tuple[str, ...] = ()
    archives: tuple[str, ...] = ()
    keras: str = ""

    def shape(self, part: str) -> tuple[int, ...]:
        """Return the shape of a part's values."""
        train, test = self.info.rows
        rows = train if part.startswith("train") else test
        return (rows, *self.info.input_shape) if part.endswith("images") else (rows,)


class Functions(NamedTuple):
    """What a data set's file must define, for an image set."""

    describe: Callable[[DatasetOptions], DatasetInfo]
    find: Callable[[DatasetOptions, Places], str | None]
    load: Callable[[DatasetOptions, Places], Dataset]


def functions(images: ImageSet) -> Functions:
    """Return the three functions of an image set's file; the set has no options to look at.

    Args:
        images: Which one.
    """
    return Functions(
        lambda _: images.info, lambda _, places: find(images, places), lambda _, places: load(images, places)
    )


def _search(images: ImageSet, places: Places) -> Search[dict[str, Path]]:
    return search(places, images.info.folder, partial(look, images), images.keras)


def find(images: ImageSet, places: Places) -> str | None:
    """Return the folder or file that holds an image set, without reading it; None if nowhere."""
    where = _search(images, places).where
    return str(where) if where else None


def look(images: ImageSet, path: Path) -> dict[str, Path] | str:
    """Look for the four parts in a folder, or in the folder of a file.

    Args:
        images: Which image set; its `.npz` file has its name or its folder's.
        path: A folder, an `.npz` file or one of the IDX files.

    Returns:
        The file of each part (one `.npz` file for all), or what is missing.
    """
    if path.suffix == ".npz" and path.is_file():
        return dict.fromkeys(STEMS, path)
    files = _idx_files(path if path.is_dir() else path.parent)
    if path.is_file() and path not in files.values():
        return "is no .npz file and not named like an IDX file"
    missing = [f"{stem}.gz" for part, stem in STEMS.items() if part not in files]
    if not missing:
        return files
    for name in (images.info.folder, images.name):
        if (path / f"{name}.npz").is_file():
            return dict.fromkeys(STEMS, path / f"{name}.npz")
    if not files:
        return f"has none of the 4 files; expected {', '.join(missing)}"
    return f"has {len(files)} of the 4 files; missing {', '.join(missing)}"


def _idx_files(folder: Path) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for part, stem in STEMS.items():
        dotted = stem.replace("-idx", ".idx")
        for name in (f"{stem}.gz", stem, f"{dotted}.gz", dotted):
            if (folder / name).is_file():
                found.setdefault(part, folder / name)
    return found


def load(images: ImageSet, places: Places) -> Dataset:
    """Read an image set; download it first if it is nowhere and may be downloaded.

    Args:
        images: Which one.
        places: Where to look.

    Returns:
        The data set: x uint8 (n, height, width), y int64 (n,).

    Raises:
        DataError: If it is nowhere, or damaged where it was found.
    """
    result = _search(images, places)
    files, where, looked = result.files, result.where, result.looked
    if files is None and places.download and places.path is None:
        try:
            files, where = _obtain(images, places), places.cache / images.info.folder
        except DataError as fault:
            looked = (*looked, *(f"download: {line}" for line in str(fault).splitlines()))
    if files is None or where is None:
        raise not_found(images.name, looked, _advice(images, places))
    arrays = {
        # A part that is not wanted has no rows.
        part: np.zeros((0, *images.shape(part)[1:]), np.uint8)
        if places.test_only and part.startswith("train")
        else _read(images, part, file)
        for part, file in files.items()
    }
    return Dataset(
        images.name,
        images.info,
        Samples(arrays["train-images"], arrays["train-labels"].astype(np.int64)),
        Samples(arrays["test-images"], arrays["test-labels"].astype(np.int64)),
        str(where),
        dict(images.digests),
    )


def _advice(images: ImageSet, places: Places) -> str:
    folder = places.path or places.cache / images.info.folder
    names = ", ".join(f"{stem}.gz" for stem in STEMS.values())
    return (
        f"put {names} (plain or gzip), or {images.info.folder}.npz as Keras has it, into {folder}; "
        f"or run 'dnnctl data fetch {images.name}' with a network"
    )


def _read(images: ImageSet, part: str, file: Path) -> NDArray[Any]:
    try:
        return _verified(images, part, file)
    except (DamagedError, OSError) as fault:
        raise DataError(
            f"{file}: {fault}. If it is another data set's file, look elsewhere; if it is damaged, put the published "
            f"file in its place, or take it away and run 'dnnctl data fetch {images.name}'"
        ) from None


def _verified(images: ImageSet, part: str, file: Path) -> NDArray[Any]:
    shape = images.shape(part)
    packed = file.suffix == ".npz"
    array = keras_npz.read(file, MEMBERS[part], shape) if packed else idx.read(file, shape)
    verify(array, images.digests[part], part)
    return array


def _obtain(images: ImageSet, places: Places) -> dict[str, Path]:
    """Download the IDX files that are not in the cache yet; failing that, an archive of all."""
    folder = places.cache / images.info.folder
    files, mirrors = _idx_files(folder), list(images.mirrors)
    try:
        for part, stem in STEMS.items():
            if part in files:
                continue
            target = folder / f"{stem}.gz"
            check = partial(_check, images, (part,))
            limit = math.prod(images.shape(part)) + SLACK
            good = fetch(target, [f"{mirror}{stem}.gz" for mirror in mirrors], check, limit, places.progress)
            # A mirror that works goes first, so that a dead one costs its time-out once.
            mirrors.sort(key=lambda mirror: not good.startswith(mirror))
            files[part] = target
    except DataError as fault:
        if not images.archives:
            raise
        return _obtain_archive(images, folder, places, fault)
    return files


def _obtain_archive(images: ImageSet, folder: Path, places: Places, before: DataError) -> dict[str, Path]:
    target = folder / f"{images.info.folder}.npz"
    limit = sum(math.prod(images.shape(part)) for part in STEMS) + SLACK
    try:
        fetch(target, images.archives, partial(_check, images, tuple(STEMS)), limit, places.progress)
    except DataError as fault:
        raise DataError(f"{before}\n{fault}") from None
    return dict.fromkeys(STEMS, target)


def _check(images: ImageSet, parts: tuple[str, ...], file: Path) -> None:
    for part in parts:
        _verified(images, part, file)
