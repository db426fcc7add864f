"""Tables whose columns are the pixels of pictures, where their rows stay in their files."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.base import Dataset
from dnnctl.datasets.columns import Column
from dnnctl.datasets.samples import AnySamples, Samples
from dnnctl.datasets.streams.base import Block, Marks, Stream
from dnnctl.datasets.streams.samples import StreamedSamples
from dnnctl.datasets.tables.pictures import (
    Range,
    Shape,
    of_pixels,
    picture_info,
    pictured,
    pixel_range,
    taken_for_pictures,
)
from dnnctl.errors import DataError

# Rows of a group that are looked at.
ENOUGH = 2000


@dataclass(frozen=True, eq=False)
class PictureStream:
    """The rows of a table as pictures.

    Args:
        table: The table, whose inputs are the pixels in their order.
        shape: Shape of a picture.
        span: Smallest and largest value of a pixel.
        dtype: Type of its pixels: `uint8` where they are whole numbers, else `float32`.
    """

    table: Stream
    shape: Shape
    span: Range
    dtype: str
    columns: tuple[Column, ...] = ()

    @property
    def name(self) -> str:
        """What to call it."""
        return self.table.name

    @property
    def identity(self) -> str:
        """The files and what is read of them."""
        return f"{self.table.identity} {self.shape} {self.span} {self.dtype}"

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Rows of each group."""
        return self.table.sizes

    @property
    def x(self) -> tuple[tuple[int, ...], np.dtype[Any]]:
        """Shape of one picture, and type."""
        return self.shape, np.dtype(self.dtype)

    @property
    def y(self) -> tuple[tuple[int, ...], np.dtype[Any]]:
        """Shape of one row, and type, of the targets."""
        return self.table.y

    @property
    def marked(self) -> bool:
        """Whether anything but its position decides about a row."""
        return self.table.marked

    def coarse(self) -> "PictureStream":
        """Return the same rows in groups that are worth reading one by one."""
        return replace(self, table=self.table.coarse())

    def with_columns(self, columns: Sequence[Column]) -> "PictureStream":
        """Return the same rows, which have no codes."""
        return self

    def read_as_written(self, group: int) -> Block:
        """Return the rows of a group."""
        return self.read(group)

    def read(self, group: int) -> Block:
        """Return the rows of a group."""
        block, place = self.table.read_as_written(group), self.table.place(group)
        cells, kept = block.x, block.marks.kept
        if kept is not None:
            # What is not taken may be anything.
            cells = np.where(kept[:, np.newaxis], cells, self.span[0])
        x = of_pixels(cells, self.shape, self.span, place)
        if x.dtype.kind == "f" and self.dtype == "uint8":
            raise DataError(f"{place}: expected whole pixels, as in the rows before; received fractions")
        return Block(x.astype(self.dtype, copy=False), block.y, block.marks)

    def read_targets(self, group: int) -> tuple[NDArray[Any], Marks]:
        """Return the targets of a group's rows."""
        return self.table.read_targets(group)

    def marks(self, group: int) -> Marks:
        """Return what decides about the rows of a group."""
        return self.table.marks(group)

    def place(self, group: int) -> str:
        """Return what to call a group."""
        return self.table.place(group)


def as_pictures(dataset: Dataset, shape: Shape, image: object) -> Dataset:
    """Return a table as pictures, in memory or not; arguments, result and errors are those of `taken_for_pictures`."""
    return taken_for_pictures(dataset, shape, pixel_range(_some(dataset.train)), image, turned)


def turned(dataset: Dataset, shape: Shape, span: Range) -> Dataset:
    """Return a table, in memory or not, as a data set of pictures; arguments and errors are those of `pictured`."""
    if isinstance(dataset.train, Samples):
        return pictured(dataset, shape, span)
    some = of_pixels(_some(dataset.train), shape, span, dataset.found)

    def streamed(samples: AnySamples) -> StreamedSamples:
        assert isinstance(samples, StreamedSamples)
        return replace(samples, stream=PictureStream(samples.stream, shape, span, str(some.dtype)))

    test = None if dataset.test is None else streamed(dataset.test)
    info = picture_info(dataset.info, shape, span, some)
    return replace(dataset, info=info, train=streamed(dataset.train), test=test, table=None)


def _some(samples: AnySamples) -> NDArray[Any]:
    """Return inputs: all that are in memory, of others some of the first group, a middle one and the last."""
    if isinstance(samples, Samples):
        return samples.x
    assert isinstance(samples, StreamedSamples)
    last = len(samples.stream.sizes) - 1
    blocks = [samples.stream.read(group) for group in sorted({0, last // 2, last})]
    parts = [each.x if each.marks.kept is None else each.x[each.marks.kept] for each in blocks]
    return np.concatenate([part[:ENOUGH] for part in parts])
