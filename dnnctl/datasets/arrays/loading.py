"""Arrays in memory: from what was read to rows."""

from collections.abc import Container, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.arrays.info import Form, check_form, info_of, noted
from dnnctl.datasets.arrays.inputs import inputs_of, scale
from dnnctl.datasets.arrays.options import ArrayOptions
from dnnctl.datasets.arrays.targets import class_names_of, columns_for, labels_of, numbered
from dnnctl.datasets.base import Dataset, DatasetInfo
from dnnctl.datasets.columns import Cells, Column
from dnnctl.datasets.parts.faults import WrongOptionError
from dnnctl.datasets.parts.quality import column_warnings
from dnnctl.datasets.parts.target import Asked, decide, encode_targets
from dnnctl.datasets.samples import Samples
from dnnctl.errors import DataError, Notice


def load_arrays(
    key: str,
    options: ArrayOptions,
    arrays: Mapping[str, NDArray[Any]],
    digests: dict[str, str],
    run: DatasetInfo | None = None,
) -> Dataset:
    """Return the rows that arrays hold.

    Args:
        key: Name of their source.
        options: What is said about them.
        arrays: The arrays by their part, `x`, `y`, `x_test` and `y_test`; test arrays may be absent.
        digests: Of the files.
        run: What is known about the data of a run, whose task and classes are taken; None while there is none.

    Raises:
        WrongOptionError: If an option does not fit.
        DataError: If the arrays do not fit each other.
    """
    name = Path(options.path).name
    odd = half_a_test(options, arrays, name)
    x, image_range = inputs_of(arrays["x"], f"{name}: the inputs")
    labels = labels_of(arrays["y"], len(x), name)
    many = labels.values.shape[1]
    target = decide(labels, Asked(options.task, name, f"data.{key}", x.ndim > 2, run, exact=True))
    target = target if run else numbered(target, many)
    own, classes = class_names_of(options, labels.columns[0], target.classes, run)
    train, test = Samples(x, encode_targets(labels, own, name)), None
    if "x_test" in arrays and "y_test" in arrays:
        test = _test_rows(arrays, train, image_range, own, columns_for(own, many), name)
    form = Form(x.shape[1:], image_range, many)
    info = info_of(options, target, form, (own, classes), (len(x), len(test) if test else 0))
    notes = noted(name, {part: (arrays[part].dtype, arrays[part].shape) for part in "xy"}, target, (own, classes))
    if x.ndim == 2:
        columns = tuple(Column(feature, "number") for feature in info.feature_names)
        odd += column_warnings(Cells(columns, x), train.y, "y", "array")
    return Dataset(key, info, train, test, options.path, digests, notes, (*target.warnings, *odd))


def load_more_arrays(
    key: str, options: ArrayOptions, arrays: Mapping[str, NDArray[Any]], info: DatasetInfo, digests: dict[str, str]
) -> Dataset:
    """Return the rows of other arrays, of the form of a run's; all of them are in `train`.

    Args:
        key: Name of their source.
        options: What is said about them.
        arrays: The arrays by their part.
        info: What is known about the data of the run.
        digests: Of the files.

    Raises:
        DataError: If they have another form.
    """
    name = Path(options.path).name
    x, image_range = inputs_of(arrays["x"], name)
    check_form(name, x.shape[1:], image_range, info)
    own = info.labels or info.class_names
    samples = Samples(
        x, encode_targets(labels_of(arrays["y"], len(x), name, columns_for(own, info.outputs)), own, name)
    )
    return Dataset(key, info, samples, None, options.path, digests)


def _test_rows(
    arrays: Mapping[str, NDArray[Any]],
    train: Samples,
    image_range: tuple[float, float] | None,
    classes: tuple[str, ...],
    targets: tuple[int, ...],
    name: str,
) -> Samples:
    """Return the test rows of an archive, which must be of the form of its training rows."""
    x, own_range = inputs_of(arrays["x_test"], f"{name}: test rows")
    if x.shape[1:] != train.x.shape[1:]:
        raise DataError(f"{name}: test rows have the shape {x.shape[1:]}; expected {train.x.shape[1:]} as in training")
    if image_range != own_range:
        raise DataError(
            f"{name}: test pixels are of the scale {scale(own_range)}; expected {scale(image_range)} as in training. "
            "Store both with one scale and one type"
        )
    y = encode_targets(labels_of(arrays["y_test"], len(x), f"{name}: test rows", targets), classes, name)
    # Pixels of one type: whole ones are stored in bytes, fractions must not be cut off. Numbers as in training.
    dtype = train.x.dtype if train.x.dtype.kind == "f" else np.result_type(x, train.x)
    return Samples(x.astype(dtype, copy=False), y)


def half_a_test(options: ArrayOptions, arrays: Container[str], name: str) -> tuple[Notice, ...]:
    """Refuse a test array that was asked for without the other one; warn of one that only happens to be there."""
    if ("x_test" in arrays) == ("y_test" in arrays):
        return ()
    there, missing = ("x_test", "y_test") if "x_test" in arrays else ("y_test", "x_test")
    told = f"{name}: there is {there} and no {missing}"
    if getattr(options, there) != "auto":
        raise WrongOptionError(there, f"{told}; expected both, or neither")
    left = f"{told}, so it is left alone; test rows are taken from the training rows (data.test_split)"
    return (Notice("unpaired_test_array", left),)
