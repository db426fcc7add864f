"""Arrays in an `.npz` file: `data: {npz: {path: rows.npz}}`."""

import warnings
import zipfile
from math import prod
from pathlib import Path
from typing import IO, Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray
from pydantic import BeforeValidator

from dnnctl.datasets.base import Dataset, DatasetInfo, DatasetOptions, Places, Samples
from dnnctl.datasets.tables.columns import Cells, Column, TableInfo
from dnnctl.datasets.tables.faults import NoSuchFileError, WrongOptionError, quoted
from dnnctl.datasets.tables.oddities import oddities
from dnnctl.datasets.tables.target import decide, targets_of
from dnnctl.errors import DataError
from dnnctl.files import sha256_of_file

MAX_BYTES = 4 * 1024**3
USUAL = {
    "x": ("x_train", "x", "X", "images", "data", "features"),
    "y": ("y_train", "y", "labels", "label", "target", "targets"),
    "x_test": ("x_test", "X_test"),
    "y_test": ("y_test",),
}


def _as_list(written: Any) -> Any:
    return [written] if isinstance(written, str) else written


class Options(DatasetOptions):
    """Arrays with a row a sample: numbers (n, features), or pictures (n, height, width) or (n, height, width, 3).

    Args:
        path: The file.
        x: Name of the array of inputs; `x_train`, `x` and the like are found.
        y: Name of the array of targets.
        x_test: Name of an array of test inputs; without one, `data.test_split` decides.
        y_test: Name of the array of their targets.
        classes: Names of the classes, in the order of their labels.
        task: `auto` tells it from the targets.
    """

    main: ClassVar[str | None] = "path"
    paths: ClassVar[tuple[str, ...]] = ("path",)

    path: str
    x: str = "auto"
    y: str = "auto"
    x_test: str = "auto"
    y_test: str = "auto"
    classes: Annotated[list[str] | None, BeforeValidator(_as_list)] = None
    task: Literal["auto", "classification", "regression"] = "auto"


def describe(options: Options) -> DatasetInfo:
    """Return what is known about the arrays; they are read for that."""
    return load(options, Places()).info


def find(options: Options, places: Places) -> str | None:  # noqa: ARG001
    """Return the file's path, or None if it is not there."""
    return options.path if Path(options.path).is_file() else None


def digests(options: Options) -> dict[str, str]:
    """Return the SHA-256 of the file."""
    try:
        return {"file": sha256_of_file(Path(options.path))}
    except OSError as fault:
        raise DataError(f"{fault.filename}: cannot be read: {fault.strerror}") from None


def load(options: Options, places: Places) -> Dataset:  # noqa: ARG001
    """Read the arrays.

    Raises:
        WrongOptionError: If there is no such file or array.
        DataError: If the file is damaged, or the arrays do not fit each other.
    """
    arrays = _read(options)
    name = Path(options.path).name
    x, image_range = _inputs(arrays["x"], f"{name}: {options.x}")
    labels = _labels(arrays["y"], len(x), name)
    target = decide(labels, options.task, name)
    classes = _class_names(options, target.classes)
    y = targets_of(labels, target.classes, name)
    test: Samples | None = None
    if "x_test" in arrays and "y_test" in arrays:
        x_test, _ = _inputs(arrays["x_test"], f"{name}: {options.x_test}")
        if x_test.shape[1:] != x.shape[1:]:
            raise DataError(
                f"{name}: test rows have the shape {x_test.shape[1:]}; expected {x.shape[1:]} as in training"
            )
        y_test = _labels(arrays["y_test"], len(x_test), name)
        test = Samples(x_test.astype(x.dtype), targets_of(y_test, target.classes, name))
    features = () if x.ndim > 2 else tuple(f"x{i + 1}" for i in range(x.shape[1]))
    many = labels.values.shape[1]
    info = DatasetInfo(
        title=f"{name}: {'pictures' if x.ndim > 2 else 'rows'} of {' x '.join(map(str, x.shape[1:]))}",
        task=target.task,
        input_shape=x.shape[1:],
        class_names=classes,
        feature_names=features,
        target="y",
        targets=tuple(f"y{i + 1}" for i in range(many)) if target.task == "regression" and many > 1 else (),
        input_range=image_range,
        rows=(len(x), len(test) if test else 0),
        licence="your own",
        source=options.path,
    )
    notes = [f"{name}: x {arrays['x'].dtype} {arrays['x'].shape}, y {arrays['y'].dtype} {arrays['y'].shape}"]
    notes.append(f"task: {target.task}, as {target.reason}".replace("data.csv", "data.npz").replace("as as", "as"))
    odd: tuple[str, ...] = ()
    if x.ndim == 2:
        odd = oddities(Cells(tuple(Column(feature, "number") for feature in features), x), y, "y")
    return Dataset("npz", info, Samples(x, y), test, options.path, digests(options), tuple(notes), odd)


def load_more(options: Options, info: DatasetInfo, table: TableInfo | None) -> Dataset:  # noqa: ARG001
    """Read another archive with arrays of the form of a run's; all its rows are in `train`.

    Raises:
        DataError: If it is damaged, or its arrays have another form.
    """
    arrays = _read(options)
    name = Path(options.path).name
    x, image_range = _inputs(arrays["x"], name)
    if x.shape[1:] != info.input_shape:
        raise DataError(f"{name}: rows have the shape {x.shape[1:]}; the network takes {info.input_shape}")
    if image_range != info.input_range:
        raise DataError(f"{name}: pixels are of the scale {image_range}; the network takes {info.input_range}")
    # Where the configuration names the classes, the labels count them.
    classes = tuple(map(str, range(len(info.class_names)))) if options.classes else info.class_names
    labels = _labels(arrays["y"], len(x), name)
    samples = Samples(x, targets_of(labels, classes, name))
    return Dataset("npz", info, samples, None, options.path, digests(options))


def _class_names(options: Options, found: tuple[str, ...]) -> tuple[str, ...]:
    if options.classes is None or not found:
        return found
    if len(options.classes) != len(found):
        raise WrongOptionError(
            "classes", f"expected {len(found)} names, for {quoted(found)}; received {len(options.classes)}"
        )
    return tuple(options.classes)


def _read(options: Options) -> dict[str, NDArray[Any]]:
    """Read the arrays that are there, by their part: x, y, x_test, y_test."""
    path = Path(options.path)
    if not path.exists():
        raise NoSuchFileError(options.path)
    # Damage to an archive's directory surfaces as many kinds of exception.
    try:
        archive = zipfile.ZipFile(path)
        members = {member.filename.removesuffix(".npy"): member for member in archive.infolist()}
    except Exception as fault:
        raise DataError(f"{path}: is not an .npz file: {fault}") from None
    with archive:
        return {
            part: _array(archive, members[key], f"{path.name}: {key}")
            for part in USUAL
            if (key := _key(part, getattr(options, part), tuple(members), path.name)) is not None
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
    try:
        with archive.open(member) as stream, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            shape, fortran, dtype = _header(stream)
            claimed = prod(shape) * dtype.itemsize
            if dtype.hasobject or dtype.kind not in "buifUS":
                raise DataError(f"{label}: expected numbers or text; received {dtype}, which is never loaded")
            if min(shape, default=1) < 0 or claimed > min(member.file_size, MAX_BYTES):
                raise DataError(f"{label}: {dtype} {shape} does not fit into its {member.file_size:,} bytes")
            array = np.frombuffer(stream.read(claimed), dtype, prod(shape))
    except DataError:
        raise
    except Exception as fault:
        raise DataError(f"{label}: is damaged: {type(fault).__name__}: {fault}") from None
    return array.reshape(shape[::-1]).T if fortran else array.reshape(shape)


def _header(stream: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    if npy.read_magic(stream) == (1, 0):
        return npy.read_array_header_1_0(stream)
    return npy.read_array_header_2_0(stream)


def _inputs(x: NDArray[Any], label: str) -> tuple[NDArray[Any], tuple[float, float] | None]:
    """Return inputs as they are trained on, and the range of pixels; None for numbers."""
    if x.dtype.kind not in "buif":
        raise DataError(f"{label}: expected numbers; received {x.dtype}")
    if x.ndim == 1:
        x = x[:, None]
    if x.ndim == 4 and x.shape[3] == 1:
        x = x[..., 0]
    if x.ndim not in {2, 3, 4} or (x.ndim == 4 and x.shape[3] != 3) or not x.size:
        raise DataError(
            f"{label}: expected (n, features), (n, height, width) or (n, height, width, 3); received {x.shape}"
        )
    if x.dtype.kind == "f" and not np.isfinite(x).all():
        row = int(np.argmin(np.isfinite(x.reshape(len(x), -1)).all(axis=1)))
        raise DataError(f"{label}: row {row:,} (from 0) holds NaN or infinity; fill it or take it out")
    if x.ndim == 2:
        return np.ascontiguousarray(x, np.float32), None
    low, high = float(x.min()), float(x.max())
    if low < 0 or high > 255:
        raise DataError(f"{label}: pixels go from {low:g} to {high:g}; expected 0 to 255, or 0 to 1")
    if x.dtype.kind in "bf" and high <= 1:
        return np.ascontiguousarray(x, np.float32), (0.0, 1.0)
    whole = x.dtype.kind != "f" or bool((x == np.rint(x)).all())
    return np.ascontiguousarray(x, np.uint8 if whole else np.float32), (0.0, 255.0)


def _labels(y: NDArray[Any], rows: int, name: str) -> Cells:
    """Return targets as cells of a table."""
    y = y.reshape(len(y), -1) if y.ndim else y.reshape(1, 1)
    if len(y) != rows:
        raise DataError(f"{name}: expected a target for each of {rows:,} rows; received {len(y):,}")
    if y.dtype.kind in "US":
        words, codes = np.unique(y.astype(str), return_inverse=True)
        column = Column("y", "category", tuple(words.tolist()))
        return Cells((column,), codes.reshape(len(y), -1)[:, :1].astype(np.float32))
    values = y.astype(np.float32)
    if not np.isfinite(values).all():
        row = int(np.argmin(np.isfinite(values).all(axis=1)))
        raise DataError(f"{name}: the target of row {row:,} (from 0) is no finite number; fill it or take it out")
    return Cells(tuple(Column(f"y{i + 1}" if y.shape[1] > 1 else "y", "number") for i in range(y.shape[1])), values)
