"""Pictures in folders, a folder a class: `data: {image_folder: {path: photos}}`."""

from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from dnnctl.datasets.base import Dataset, DatasetInfo, DatasetOptions, Places
from dnnctl.datasets.columns import TableInfo
from dnnctl.datasets.images.decoding import decode
from dnnctl.datasets.images.files import ENDINGS, is_clutter, is_picture, listed
from dnnctl.datasets.images.fitting import fit
from dnnctl.datasets.parts.class_names import in_order
from dnnctl.datasets.parts.faults import NoSuchFileError, WrongOptionError, quoted
from dnnctl.datasets.samples import Samples
from dnnctl.errors import DataError, Notice
from dnnctl.files import sha256_of_array

TRAIN, TEST = ("train", "training"), ("test", "testing", "val", "valid", "validation")
MAX_BYTES = 4 * 1024**3


class Options(DatasetOptions):
    """A folder for each class with its pictures; all of that below `train` and `test` where it is split.

    Args:
        path: The folder.
        size: Height and width in pixels that all pictures get; they keep their shape and are padded.
        mode: Whether colours are kept.
    """

    main: ClassVar[str | None] = "path"
    paths: ClassVar[tuple[str, ...]] = ("path",)

    path: str
    size: int = Field(32, ge=1, le=1024)
    mode: Literal["grey", "color"] = "grey"


def load(options: Options, places: Places) -> Dataset:
    """Read all pictures: x uint8 (n, size, size) or (n, size, size, 3), y int64 (n,).

    Raises:
        WrongOptionError: If there is no such folder, or none of classes in it.
        DataError: If pictures are damaged; all of them are named.
    """
    root = _folder(options)
    folders = {path.name.casefold(): path for path in _subfolders(root)}
    given = [next((folders[name] for name in names if name in folders), None) for names in (TRAIN, TEST)]
    first = given[0] if all(given) and given[0] is not None else root
    classes = in_order(folder.name for folder in _subfolders(first))
    if places.run is not None:
        # A network has the order that it was trained with.
        classes = list(places.run.class_names)
    if len(classes) < 2:
        raise WrongOptionError(
            "path", f"{first}: expected a folder for each class, at least two; received {quoted(classes) or 'none'}"
        )
    info = _info(options, root, tuple(classes), (0, 0))
    damaged: list[str] = []
    train, notes = _read(first, info, damaged, every=True)
    test: Samples | None = None
    warnings: tuple[Notice, ...] = ()
    if first is not root and given[1] is not None:
        test, more = _read(given[1], info, damaged)
        notes += more
        warnings = _absent(given[1], info, test)
        unread = [folder.name for folder in folders.values() if folder not in given]
        if unread:
            notes.append(f"{root}: {quoted(unread)} left alone, beside {first.name!r} and {given[1].name!r}")
    _check(damaged, root)
    notes.insert(0, f"{len(classes)} classes; pictures of {_sizes(options)}, in {options.mode}")
    info = _info(options, root, tuple(classes), (len(train), len(test) if test else 0))
    found = {"train": train} | ({"test": test} if test else {})
    return Dataset("image_folder", info, train, test, options.path, _digests(found, classes), tuple(notes), warnings)


def load_more(options: Options, info: DatasetInfo, table: TableInfo | None) -> Dataset:  # noqa: ARG001
    """Read another folder with the classes of a run's; all its pictures are in `train`.

    Raises:
        DataError: If it is not there, has other classes, or pictures are damaged.
    """
    root, damaged = _folder(options), list[str]()
    samples, notes = _read(root, info, damaged)
    _check(damaged, root)
    absent = _absent(root, info, samples)
    found = _digests({"train": samples}, info.class_names)
    return Dataset("image_folder", info, samples, None, options.path, found, tuple(notes), absent)


def digests(options: Options) -> dict[str, str]:
    """Return the SHA-256 of pixels and classes; it is the same whatever order the classes are in."""
    return load(options, Places()).digests


def _sizes(options: Options) -> str:
    return f"{options.size} x {options.size} pixels"


def _folder(options: Options) -> Path:
    root = Path(options.path)
    if not root.exists():
        raise NoSuchFileError(options.path)
    if not root.is_dir():
        raise WrongOptionError("path", f"expected a folder with a folder a class; received a file: {root}")
    return root


def _subfolders(root: Path) -> list[Path]:
    return [path for path in _entries(root, Path.is_dir) if not is_clutter(path)]


def _entries(folder: Path, wanted: Callable[[Path], bool]) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if wanted(path))
    except OSError as fault:
        raise DataError(f"{folder}: cannot be read: {fault.strerror}") from None


def _read(root: Path, info: DatasetInfo, damaged: list[str], *, every: bool = False) -> tuple[Samples, list[str]]:
    """Read the pictures of all classes in one folder.

    Args:
        root: The folder.
        info: The classes, and the shape of a picture.
        damaged: What is wrong with pictures that cannot be read goes in here.
        every: Whether each class must have a picture.
    """
    own = [folder.name for folder in _subfolders(root)]
    unknown = sorted(set(own) - set(info.class_names))
    if unknown:
        raise DataError(
            f"{root}: no training picture is of class {quoted(unknown)}; expected {quoted(info.class_names)}"
        )
    files: list[tuple[int, Path]] = []
    others = 0
    for label, name in enumerate(info.class_names):
        present = _entries(root / name, Path.is_file) if name in own else []
        images = [path for path in present if is_picture(path)]
        others += sum(not is_clutter(path) for path in present) - len(images)
        files += [(label, path) for path in images]
    labels = np.array([label for label, _ in files], np.int64)
    empty = [name for label, name in enumerate(info.class_names) if label not in labels]
    if empty and (every or not files):
        raise DataError(
            f"{root}: no pictures ({', '.join(ENDINGS)}) of class {quoted(empty)}; add some, or take it out"
        )
    if len(files) * int(np.prod(info.input_shape)) > MAX_BYTES:
        raise DataError(f"{root}: {len(files):,} pictures need more than {MAX_BYTES:,} bytes; choose a smaller size")
    pixels = np.empty((len(files), *info.input_shape), np.uint8)
    for i, (_, path) in enumerate(files):
        try:
            pixels[i] = _pixels(path, info.input_shape)
        except DataError as fault:
            damaged.append(str(fault))
    told = f"{root}: left alone what is no picture: {others:,} file{'s' * (others != 1)}"
    return Samples(pixels, labels), [told] if others else []


def _absent(root: Path, info: DatasetInfo, samples: Samples) -> tuple[Notice, ...]:
    """Return a warning where a folder to measure on lacks classes."""
    absent = [name for label, name in enumerate(info.class_names) if label not in samples.y]
    if not absent:
        return ()
    told = f"{root}: no picture is of class {quoted(absent)}, so nothing is measured of it"
    return (Notice("absent_class", told),)


def _check(damaged: Sequence[str], root: Path) -> None:
    """Raise `DataError` with all pictures that cannot be read."""
    if damaged:
        count = len(damaged)
        last = f"{root}: {count:,} picture{'s' * (count != 1)} cannot be read: replace, convert or take out"
        raise DataError(f"{listed(damaged)}\n{last} {'each' if count > 1 else 'it'}")


def _pixels(path: Path, shape: Sequence[int]) -> NDArray[Any]:
    try:
        with path.open("rb") as stream:
            image, _ = decode(stream, str(path), colour=len(shape) == 3)
    except OSError as fault:
        raise DataError(f"{path}: cannot be read: {fault.strerror}") from None
    return np.rint(fit(image, tuple(shape)) * 255).astype(np.uint8)


def _info(options: Options, root: Path, classes: tuple[str, ...], rows: tuple[int, int]) -> DatasetInfo:
    return DatasetInfo(
        title=f"{root.name}: pictures of {len(classes)} classes",
        task="binary" if len(classes) == 2 else "multiclass",
        input_shape=(options.size, options.size, *((3,) if options.mode == "color" else ())),
        class_names=classes,
        target="class",
        input_range=(0.0, 255.0),
        rows=rows,
        licence="your own",
        source=options.path,
    )


def _digests(parts: dict[str, Samples], classes: Sequence[str]) -> dict[str, str]:
    """Return the SHA-256 of pictures and classes, these in the order of their names as texts."""
    # Numbers were in that order too, once: so runs of then still know their folder.
    order = sorted(range(len(classes)), key=lambda label: classes[label])
    joined = {}
    for name, samples in parts.items():
        ends = np.searchsorted(samples.y, np.arange(len(classes) + 1))
        pixels = sha256()
        for label in order:
            pixels.update(np.ascontiguousarray(samples.x[ends[label] : ends[label + 1]]).data)
        labels = np.repeat(np.arange(len(classes)), np.diff(ends)[order])
        joined[name] = sha256((pixels.hexdigest() + sha256_of_array(labels)).encode()).hexdigest()
    return joined
