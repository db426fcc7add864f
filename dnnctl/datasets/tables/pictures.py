"""Tables whose columns are the pixels of pictures: which columns, on which scale, and the pictures themselves."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.base import Dataset, DatasetInfo
from dnnctl.datasets.columns import Cells
from dnnctl.datasets.images.appearance import fit_appearance
from dnnctl.datasets.parts.faults import WrongOptionError, quoted
from dnnctl.datasets.parts.pixel_columns import PixelColumns, find_pixels
from dnnctl.datasets.parts.quality import column_warnings
from dnnctl.datasets.samples import Samples, held
from dnnctl.datasets.tables.options import ColumnOptions, Image
from dnnctl.datasets.tables.selection import Wanted
from dnnctl.errors import DataError, Notice
from dnnctl.memory import blocks

Shape = tuple[int, ...]
Range = tuple[float, float]
DRAWN = {
    "none": "light strokes on a dark ground: dark ones on light paper are inverted by `predict`",
    "mass": "light strokes on a dark ground, placed by their mass: `predict` inverts and places drawings likewise",
    "box": "light things on a dark ground, which fill it: `predict` inverts and places drawings likewise",
}
Turn = Callable[[Dataset, Shape, Range], Dataset]
# What the largest value of pixels may be, as that of bits, of 8 x 8 digits and of bytes.
TOPS = (1.0, 16.0, 255.0)


def pixels_first(
    inputs: Sequence[Wanted], options: ColumnOptions, table: str, shape: Shape | None = None
) -> tuple[list[Wanted], Shape | None, tuple[str, ...]]:
    """Return the inputs in the order of the pixels of pictures.

    Args:
        inputs: The inputs that the options choose.
        options: Their `image` says what they are.
        table: What to call the table.
        shape: Shape of the pictures of a run, whose pixels alone are wanted, as numbers; None while a table is
            described.

    Returns:
        The inputs; the shape of the pictures, None where they are numbers; and what is to be said of that.

    Raises:
        WrongOptionError: If there are not as many columns as pictures of that size have pixels.
    """
    names = [one.name for one in inputs]
    found, image, known = find_pixels(names), options.image, shape is not None
    positions = tuple(range(len(names))) if found is None else found.positions
    others = [one.name for i, one in enumerate(inputs) if i not in set(positions)]
    if isinstance(image, Image):
        shape = image.shape
    if shape is None:
        if found is None or image is False or others:
            return list(inputs), None, _not_taken(found, others, asked=image is False)
        shape = (found.height, found.width)
    elif int(np.prod(shape)) != (len(names) if isinstance(image, Image) else len(positions)):
        hint = f"; leave out {quoted(others)} (exclude), or name one of them as `id`" if others else ""
        raise WrongOptionError(
            "image",
            f"pictures of {_size(shape)} have {np.prod(shape):,} pixels; {table} has {len(names):,} columns for them"
            f"{hint}",
        )
    pixels = [inputs[i] for i in positions]
    return as_numbers(pixels) if known else pixels, shape, ()


def as_numbers(pixels: Sequence[Wanted]) -> list[Wanted]:
    """Return columns as ones of numbers, but for those that are said to hold something else."""
    return [replace(one, kind="number") if one.kind is None and not one.asked else one for one in pixels]


def _size(shape: Shape) -> str:
    return " x ".join(map(str, shape))


def _not_taken(found: PixelColumns | None, others: Sequence[str], *, asked: bool) -> tuple[str, ...]:
    """Return the note of columns that are called like pixels and are taken for numbers."""
    if found is None:
        return ()
    why = "as `image: false` says" if asked else f"as {quoted(others, 4)} stand{'s' * (len(others) == 1)} beside them"
    instead = "without it" if asked else "with these left out (exclude; `id` for one that names the rows)"
    size = _size((found.height, found.width))
    return (f"inputs: numbers, {why}; {instead} they are pictures of {size} pixels, as the columns' names say",)


def pixel_range(x: NDArray[Any]) -> Range | None:
    """Return the smallest and the largest value that pixels can have; None if these numbers are no pixels.

    Args:
        x: Numbers of any shape, of some rows at least.
    """
    low, high = float(np.min(x)), float(np.max(x))
    # Of NaN neither is true.
    return (0.0, next(top for top in TOPS if high <= top)) if low >= 0 and high <= TOPS[-1] else None


def of_pixels(cells: NDArray[Any], shape: Shape, span: Range, name: str) -> NDArray[Any]:
    """Return rows of pixels as pictures.

    Args:
        cells: Float (n, pixels).
        shape: Height and width, and 3 for colours.
        span: Smallest and largest value of a pixel.
        name: What to call the rows.

    Returns:
        (n, *shape): uint8 where all pixels of a scale above 1 are whole numbers, else float32.

    Raises:
        DataError: If a pixel is beyond the scale, or is none.
    """
    whole = span[1] > 1
    for here in blocks(len(cells)):
        part = cells[here]
        if not ((part >= span[0]) & (part <= span[1])).all():
            wrong = part[~((part >= span[0]) & (part <= span[1]))][0]
            received = "an empty cell" if np.isnan(wrong) else f"{wrong:g}"
            raise DataError(
                f"{name}: expected pixels from {span[0]:g} to {span[1]:g}; received {received}. Leave such rows out, "
                "or take the columns for numbers (image: false)"
            )
        whole = whole and bool((part == np.rint(part)).all())
    pictures = np.empty((len(cells), *shape), np.uint8 if whole else np.float32)
    for here in blocks(len(cells)):
        pictures[here] = cells[here].reshape(-1, *shape)
    return pictures


def pictured(dataset: Dataset, shape: Shape, span: Range) -> Dataset:
    """Return a table in memory, whose inputs are the pixels of pictures in their order, as a data set of pictures.

    Args:
        dataset: The table.
        shape: Shape of a picture.
        span: Smallest and largest value of a pixel.

    Raises:
        DataError: If a pixel of the test rows is beyond the scale of the training rows, or an empty cell.
    """
    train, test = held(dataset.train), None
    x = of_pixels(train.x, shape, span, dataset.found)
    if dataset.test is not None:
        apart = held(dataset.test)
        test = Samples(of_pixels(apart.x, shape, span, "the test rows"), apart.y)
        if test.x.dtype != x.dtype:
            # Fractions in one of them must not be cut off.
            x, test = x.astype(np.float32), Samples(test.x.astype(np.float32), test.y)
    info = picture_info(dataset.info, shape, span, x)
    return replace(dataset, info=info, train=Samples(x, train.y), test=test, table=None)


def picture_info(info: DatasetInfo, shape: Shape, span: Range, x: NDArray[Any]) -> DatasetInfo:
    """Return what is known about a table as what is known about pictures.

    Args:
        info: Of the table.
        shape: Shape of a picture.
        span: Smallest and largest value of a pixel.
        x: Some of the pictures, (n, *shape).
    """
    look = fit_appearance(x, span) if len(shape) == 2 else None
    # Dark ones on light paper are what new pictures are anyway.
    drawing = look is not None and look.drawn and look.ground < 0.5
    title = f"{Path(info.source).name}: pictures of {_size(shape)}"
    return replace(
        info,
        title=title,
        input_shape=shape,
        feature_names=(),
        input_range=span,
        drawing=drawing,
        framing=look.framing if look is not None and drawing else "none",
    )


def taken_for_pictures(dataset: Dataset, shape: Shape, span: Range | None, image: object, turn: Turn) -> Dataset:
    """Return a table as pictures or, where its values are no pixels after all, as it is; with a note of that.

    Args:
        dataset: The table.
        shape: Shape of a picture.
        span: What pixels can be; None if the values are none.
        image: What the option `image` says.
        turn: Makes pictures of the table.

    Raises:
        WrongOptionError: If pictures were asked for.
    """
    told = f"pictures of {_size(shape)} pixels"
    columns = () if dataset.table is None else dataset.table.columns
    others = [f"{each.name!r} ({each.kind})" for each in columns if each.kind != "number" or each.form is not None]
    if span is not None and not others:
        note = f"inputs: {told} from 0 to {span[1]:g}; `image: false` below data.{dataset.name} takes them for numbers"
        turned = turn(dataset, shape, span)
        made = [DRAWN[turned.info.framing]] if turned.info.drawing else []
        return replace(turned, notes=(*dataset.notes, note, *made))
    received = (
        f"columns of other things: {', '.join(others[:4])}{', ...' * (len(others) > 4)}"
        if others
        else "empty cells, or numbers beyond"
    )
    wrong = f"expected whole rows of pixels from 0 to 255, or from 0 to 1; received {received}"
    if isinstance(image, Image):
        raise WrongOptionError("image", wrong)
    kind = "columns of a table" if others else "numbers"
    note = f"inputs: {kind}, though they are called like the pixels of {told}: {wrong}"
    return replace(dataset, notes=(*dataset.notes, note), warnings=(*dataset.warnings, *_odd(dataset)))


def _odd(dataset: Dataset) -> Sequence[Notice]:
    """Return what is odd about a table in memory, of which nothing was said while it was taken for pictures."""
    rows, table = dataset.train, dataset.table
    if table is None or not isinstance(rows, Samples):
        return ()
    predicted = ", ".join(column.name for column in table.targets)
    return column_warnings(Cells(table.columns, rows.x), rows.y, predicted)
