"""Arrays that stay in their files: from the options to their rows."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from dnnctl.datasets.arrays.info import Form, check_form, info_of, noted
from dnnctl.datasets.arrays.inputs import pixels_of, row_shape
from dnnctl.datasets.arrays.loading import half_a_test
from dnnctl.datasets.arrays.options import ArrayOptions
from dnnctl.datasets.arrays.targets import class_names_of, columns_for, numbered
from dnnctl.datasets.base import Dataset, DatasetInfo
from dnnctl.datasets.parts.data_files import LARGE
from dnnctl.datasets.parts.faults import WrongOptionError, existing_file
from dnnctl.datasets.parts.named_arrays import USUAL, files_in, key_of
from dnnctl.datasets.parts.precision import fits, is_enough, span_of
from dnnctl.datasets.parts.target import Asked, decide_counted
from dnnctl.datasets.streams.array_file import ArrayFile, array_file, stored_arrays
from dnnctl.datasets.streams.arrays import ArrayStream, ArrayTargets
from dnnctl.datasets.streams.reading import ahead
from dnnctl.datasets.streams.samples import StreamedSamples
from dnnctl.datasets.streams.selection import Selection
from dnnctl.datasets.streams.target_pass import look_at_targets
from dnnctl.errors import DataError

Arrays = Mapping[str, ArrayFile]
# What is looked at to see how many bits numbers need: so many pieces of so many bytes.
PIECES, LOOKED_AT = 16, 1 << 20


def in_folder(options: ArrayOptions) -> Arrays | None:
    """Return the arrays of a folder by their part; None if they are to be held in memory."""
    paths = files_in(options.path, options.said)
    size = sum(path.stat().st_size for path in paths.values())
    stays = size > LARGE if options.stream == "auto" else bool(options.stream)
    return {part: array_file(path) for part, path in paths.items()} if stays else None


def archived(options: ArrayOptions) -> Arrays | None:
    """Return the arrays of an archive by their part; None if they are to be held in memory.

    Raises:
        WrongOptionError: If they are to stay in the file and are compressed.
    """
    path = existing_file(options.path, "an .npz file")
    if not options.stream or (options.stream == "auto" and path.stat().st_size <= LARGE):
        return None
    stored = stored_arrays(path)
    if stored is None:
        if options.stream == "auto":
            return None
        raise WrongOptionError(
            "stream", f"{path.name}: is compressed, so rows of it cannot be read; write it by numpy.savez, or unpack it"
        )
    keys = {part: key_of(part, options.said[part], tuple(stored), path.name) for part in USUAL}
    return {part: stored[key] for part, key in keys.items() if key is not None}


def stream_arrays(
    key: str, options: ArrayOptions, arrays: Arrays, digests: dict[str, str], run: DatasetInfo | None = None
) -> Dataset:
    """Find out what is to be known about arrays whose rows stay in their files.

    Args:
        key: Name of their source.
        options: What is said about them.
        arrays: The arrays by their part.
        digests: Of the files.
        run: What is known about the data of a run, whose task and classes are taken; None while there is none.

    Raises:
        WrongOptionError: If an option does not fit.
        DataError: If the arrays do not fit each other.
    """
    name = Path(options.path).name
    odd = half_a_test(options, arrays, name)
    stream, pixels = _opened(arrays["x"], arrays["y"], name)
    found, many = look_at_targets(stream.targets, stream.targets.wanted()), len(stream.targets.names)
    asked = Asked(options.task, name, f"data.{key}", len(stream.row) > 1, run, exact=True)
    target = decide_counted(found.columns, found.cells, asked)
    target = target if run else numbered(target, many)
    names = class_names_of(options, found.columns[0], target.classes, run)
    stream, test = replace(stream, classes=names[0]), None
    form = Form(stream.row, pixels, many)
    if "x_test" in arrays and "y_test" in arrays:
        counts = columns_for(names[0], many)
        other, scale = _opened(arrays["x_test"], arrays["y_test"], f"{name}: test rows", counts)
        if (other.row, scale) != (stream.row, pixels):
            raise DataError(f"{name}: test rows are {other.row} of {scale}; expected {stream.row} of {pixels}")
        test = _samples(replace(other, classes=names[0]))
        # What the targets are shows in the first rows.
        test.stream.read_targets(0)
    info = info_of(options, target, form, names, (len(stream.inputs), len(test) if test else 0))
    shapes = {"x": (arrays["x"].dtype, arrays["x"].shape), "y": (arrays["y"].dtype, arrays["y"].shape)}
    size = arrays["x"].row_bytes * len(arrays["x"]) >> 20
    told = f"{name}: {max(1, size):,} MB, which are not held in memory but read as they are needed"
    notes = (told, *noted(name, shapes, target, names))
    return Dataset(key, info, _samples(stream), test, options.path, digests, notes, (*target.warnings, *odd))


def stream_more_arrays(
    key: str, options: ArrayOptions, arrays: Arrays, info: DatasetInfo, digests: dict[str, str]
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
    own = info.labels or info.class_names
    stream, pixels = _opened(arrays["x"], arrays["y"], name, columns_for(own, info.outputs))
    check_form(name, stream.row, pixels, info)
    samples = _samples(replace(stream, classes=own))
    return Dataset(key, info, samples, None, options.path, digests)


def _samples(stream: ArrayStream) -> StreamedSamples:
    return StreamedSamples(stream, Selection(stream.sizes))


def _opened(
    x: ArrayFile, y: ArrayFile, name: str, targets: tuple[int, ...] = ()
) -> tuple[ArrayStream, tuple[float, float] | None]:
    """Return the rows of two arrays, and the range of pixels, None for numbers; `targets` a row are allowed."""
    label = f"{name}: the inputs"
    row = row_shape(x.shape, x.dtype, label)
    if len(x) != len(y):
        raise DataError(f"{name}: expected a target for each of {len(x):,} rows; received {len(y):,}")
    source = ArrayTargets(name, y, counts=targets)
    # How many targets there are shows in the first row.
    source.rows(0, min(1, len(y)))
    stream = ArrayStream(x, source, row, "float32", ())
    if len(row) == 1:
        return replace(stream, dtype=_number(x)), None
    # Of bytes it is known, of others all have to be looked at.
    low, high, whole = (0.0, 255.0, True) if x.dtype == np.uint8 else _range(stream, label)
    pixels, dtype = pixels_of(x.dtype, low, high, whole=whole, label=label)
    return replace(stream, dtype=dtype), pixels


def _number(x: ArrayFile) -> str:
    """Return the type that numbers are kept in: 64 bits where the file has them and some of its rows need them."""
    if fits(x.dtype):
        return "float32"
    count = min(len(x), max(1, LOOKED_AT // x.row_bytes))
    starts = np.unique(np.linspace(0, len(x) - count, PIECES).astype(np.int64)).tolist()
    spans = [span_of(x.read(start, count).reshape(count, -1)) for start in starts]
    low, high = np.fmin.reduce([span[0] for span in spans]), np.fmax.reduce([span[1] for span in spans])
    return "float32" if is_enough(low, high) else "float64"


def _range(stream: ArrayStream, label: str) -> tuple[float, float, bool]:
    """Return the smallest and the largest pixel, and whether all are whole numbers."""
    low, high, whole = np.inf, -np.inf, True
    coarse = stream.coarse()
    starts = (np.cumsum(coarse.sizes) - coarse.sizes).tolist()
    for group, x in enumerate(ahead(lambda i: stream.inputs.read(starts[i], int(coarse.sizes[i])), range(len(starts)))):
        if x.dtype.kind == "f" and not np.isfinite(x).all():
            raise DataError(f"{label}: {coarse.place(group)}: hold NaN or infinity")
        low, high = min(low, float(x.min())), max(high, float(x.max()))
        whole = whole and (x.dtype.kind != "f" or bool((x == np.rint(x)).all()))
    return low, high, whole
