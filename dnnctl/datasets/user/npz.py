"""Arrays in an `.npz` file: `data: {npz: {path: rows.npz}}`."""

from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.base import Dataset, DatasetInfo, DatasetOptions, Names, Places, Samples
from dnnctl.datasets.columns import Cells, Column, TableInfo
from dnnctl.datasets.parts.faults import WrongOptionError, existing_file, quoted
from dnnctl.datasets.parts.named_arrays import USUAL, read_arrays
from dnnctl.datasets.parts.quality import column_warnings
from dnnctl.datasets.parts.target import decide, encode_targets
from dnnctl.errors import DataError, Notice
from dnnctl.files import sha256_of_file


class Options(DatasetOptions):
    """Arrays with a row a sample: numbers (n, features), or pictures (n, height, width) or (n, height, width, 3).

    Args:
        path: The file.
        x: Name of the array of inputs; `x_train`, `x` and the like are found.
        y: Name of the array of targets.
        x_test: Name of an array of test inputs; without one, `data.test_split` decides.
        y_test: Name of the array of their targets.
        classes: Names of the classes, in the order of their labels (text: of the alphabet); or the labels that are text
            themselves, in the order wanted.
        task: `auto` tells it from the targets.
    """

    main: ClassVar[str | None] = "path"
    paths: ClassVar[tuple[str, ...]] = ("path",)

    path: str
    x: str = "auto"
    y: str = "auto"
    x_test: str = "auto"
    y_test: str = "auto"
    classes: Names | None = None
    task: Literal["auto", "classification", "regression"] = "auto"


def digests(options: Options) -> dict[str, str]:
    """Return the SHA-256 of the file."""
    try:
        return {"file": sha256_of_file(existing_file(options.path, "an .npz file"))}
    except OSError as fault:
        raise DataError(f"{fault.filename}: cannot be read: {fault.strerror}") from None


def load(options: Options, places: Places) -> Dataset:  # noqa: ARG001
    """Read the arrays.

    Raises:
        WrongOptionError: If there is no such file or array.
        DataError: If the file is damaged, or the arrays do not fit each other.
    """
    arrays = _arrays(options)
    name = Path(options.path).name
    odd = _half_a_test(options, arrays, name)
    x, image_range = _inputs(arrays["x"], f"{name}: the inputs")
    labels = _labels(arrays["y"], len(x), name)
    if options.task != "regression":
        _refuse_one_hot(labels, name)
    target = decide(labels, options.task, name, "data.npz")
    own, classes = _class_names(options, labels, target.classes)
    train, test = Samples(x, encode_targets(labels, own, name)), None
    if "x_test" in arrays and "y_test" in arrays:
        test = _test_rows(arrays, train, image_range, own, labels.values.shape[1], name)
    features = () if x.ndim > 2 else tuple(f"x{i + 1}" for i in range(x.shape[1]))
    many = labels.values.shape[1]
    info = DatasetInfo(
        title=f"{name}: {'pictures' if x.ndim > 2 else 'rows'} of {' x '.join(map(str, x.shape[1:]))}",
        task=target.task,
        input_shape=x.shape[1:],
        class_names=classes,
        labels=own if classes != own else (),
        feature_names=features,
        target="y",
        targets=tuple(f"y{i + 1}" for i in range(many)) if target.task == "regression" and many > 1 else (),
        input_range=image_range,
        rows=(len(x), len(test) if test else 0),
        licence="your own",
        source=options.path,
    )
    notes = [f"{name}: x {arrays['x'].dtype} {arrays['x'].shape}, y {arrays['y'].dtype} {arrays['y'].shape}"]
    notes.append(f"task: {target.task}, {target.reason}")
    if classes != own:
        notes.append(f"the labels {quoted(own)} are called {quoted(classes)}")
    if x.ndim == 2:
        odd += column_warnings(
            Cells(tuple(Column(feature, "number") for feature in features), x), train.y, "y", "array"
        )
    return Dataset("npz", info, train, test, options.path, digests(options), tuple(notes), odd)


def load_more(options: Options, info: DatasetInfo, table: TableInfo | None) -> Dataset:  # noqa: ARG001
    """Read another archive with arrays of the form of a run's; all its rows are in `train`.

    Raises:
        DataError: If it is damaged, or its arrays have another form.
    """
    arrays = _arrays(options)
    name = Path(options.path).name
    x, image_range = _inputs(arrays["x"], name)
    if x.shape[1:] != info.input_shape:
        raise DataError(f"{name}: rows have the shape {x.shape[1:]}; the network takes {info.input_shape}")
    if image_range != info.input_range:
        raise DataError(
            f"{name}: pixels are of the scale {_scale(image_range)}; the network takes {_scale(info.input_range)}"
        )
    labels = _labels(arrays["y"], len(x), name, len(info.targets) or 1)
    samples = Samples(x, encode_targets(labels, info.labels or info.class_names, name))
    return Dataset("npz", info, samples, None, options.path, digests(options))


def _arrays(options: Options) -> dict[str, NDArray[Any]]:
    return read_arrays(options.path, {part: getattr(options, part) for part in USUAL})


def _test_rows(
    arrays: dict[str, NDArray[Any]],
    train: Samples,
    image_range: tuple[float, float] | None,
    classes: tuple[str, ...],
    targets: int,
    name: str,
) -> Samples:
    """Return the test rows of an archive, which must be of the form of its training rows."""
    x, own_range = _inputs(arrays["x_test"], f"{name}: test rows")
    if x.shape[1:] != train.x.shape[1:]:
        raise DataError(f"{name}: test rows have the shape {x.shape[1:]}; expected {train.x.shape[1:]} as in training")
    if image_range != own_range:
        raise DataError(
            f"{name}: test pixels are of the scale {_scale(own_range)}; expected {_scale(image_range)} as in training. "
            "Store both with one scale and one type"
        )
    y = encode_targets(_labels(arrays["y_test"], len(x), f"{name}: test rows", targets), classes, name)
    # Both float32 where one of them is: whole pixels are stored in bytes, fractions must not be cut off.
    return Samples(x.astype(np.result_type(x, train.x), copy=False), y)


def _scale(image_range: tuple[float, float] | None) -> str:
    return "none" if image_range is None else f"{image_range[0]:g} to {image_range[1]:g}"


def _half_a_test(options: Options, arrays: dict[str, NDArray[Any]], name: str) -> tuple[Notice, ...]:
    """Refuse a test array that was asked for without the other one; warn of one that only happens to be there."""
    if ("x_test" in arrays) == ("y_test" in arrays):
        return ()
    there, missing = ("x_test", "y_test") if "x_test" in arrays else ("y_test", "x_test")
    told = f"{name}: there is {there} and no {missing}"
    if getattr(options, there) != "auto":
        raise WrongOptionError(there, f"{told}; expected both, or neither")
    left = f"{told}, so it is left alone; test rows are taken from the training rows (data.test_split)"
    return (Notice("unpaired_test_array", left),)


def _class_names(options: Options, labels: Cells, found: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the classes as the array has them, in their order, and what they are to be called."""
    if options.classes is None or not found:
        return found, found
    said = tuple(options.classes)
    if len(said) != len(found) or len(set(said)) < len(said):
        raise WrongOptionError(
            "classes", f"expected {len(found)} different names, for {quoted(found)}; received {quoted(said)}"
        )
    if labels.columns[0].kind == "category" and set(said) & set(found):
        # Names that the labels have too are these labels, in another order, and no new names for others.
        if set(said) != set(found):
            raise WrongOptionError(
                "classes",
                f"expected the labels themselves in some order, {quoted(found)}, or new names for all of them in this "
                f"order; received {quoted(said)}",
            )
        return said, said
    return found, said


def _refuse_one_hot(labels: Cells, name: str) -> None:
    """Refuse labels with a column a class, of which one is 1 and the others 0."""
    y = labels.values
    if y.shape[1] > 1 and bool(np.isin(y, (0, 1)).all() and (y.sum(axis=1) == 1).all()):
        raise DataError(
            f"{name}: the targets are one-hot, {y.shape[1]} columns a row; store y.argmax(axis=1), one label a row, or "
            "write `task: regression` below data.npz if they are numbers"
        )


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
    if x.ndim == 2:
        return _narrow(x, label), None
    if x.dtype.kind == "f":
        _narrow(x, label)
    low, high = float(x.min()), float(x.max())
    if low < 0 or high > 255:
        raise DataError(f"{label}: pixels go from {low:g} to {high:g}; expected 0 to 255, or 0 to 1")
    if x.dtype.kind in "bf" and high <= 1:
        return np.ascontiguousarray(x, np.float32), (0.0, 1.0)
    whole = x.dtype.kind != "f" or bool((x == np.rint(x)).all())
    return np.ascontiguousarray(x, np.uint8 if whole else np.float32), (0.0, 255.0)


def _narrow(values: NDArray[Any], label: str) -> NDArray[Any]:
    """Return numbers in 32 bits."""
    with np.errstate(over="ignore"):
        narrow = np.ascontiguousarray(values, np.float32)
    finite = np.isfinite(narrow.reshape(len(narrow), -1)).all(axis=1)
    if not finite.all():
        row = int(np.argmin(finite))
        raise DataError(f"{label}: row {row:,} (from 0) holds NaN, infinity or a number too large for 32 bits")
    return narrow


def _labels(y: NDArray[Any], rows: int, name: str, columns: int | None = None) -> Cells:
    """Return targets as cells of a table; as many columns of them as the training rows have, where that is known."""
    y = y.reshape(len(y), -1) if y.ndim else y.reshape(1, 1)
    if len(y) != rows:
        raise DataError(f"{name}: expected a target for each of {rows:,} rows; received {len(y):,}")
    if columns not in {None, y.shape[1]}:
        raise DataError(
            f"{name}: expected {columns} target{'s' * (columns != 1)} a row as in training; received {y.shape[1]}. "
            "One-hot labels become labels by y.argmax(axis=1)"
        )
    if y.dtype.kind in "US":
        if y.shape[1] > 1:
            raise DataError(f"{name}: expected one text a row as its target; received {y.shape[1]:,}")
        words, codes = np.unique(y.astype(str), return_inverse=True)
        column = Column("y", "category", tuple(words.tolist()))
        return Cells((column,), codes.reshape(-1, 1).astype(np.float32))
    values = _narrow(y, f"{name}: the targets")
    return Cells(tuple(Column(f"y{i + 1}" if y.shape[1] > 1 else "y", "number") for i in range(y.shape[1])), values)
