"""A look at a data set before anything is trained: samples of its training rows, or a table's columns."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from dnnctl.datasets.base import Dataset
from dnnctl.datasets.samples import held, sample_size
from dnnctl.datasets.streams.samples import StreamedSamples
from dnnctl.datasets.streams.sampling import first_look
from dnnctl.errors import UsageError
from dnnctl.files import write_with
from dnnctl.plots import samples
from dnnctl.plots.data import table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = (".png", ".svg", ".pdf", ".jpg", ".jpeg", ".webp")


def draw(dataset: Dataset) -> "Figure":
    """Draw a data set's training rows.

    Args:
        dataset: A data set that was read.

    Returns:
        What a run's `samples.png` shows: pictures of each class, or points; for a table of one's own each column's
        distribution.
    """
    if isinstance(dataset.train, StreamedSamples):
        dataset = _sampled(dataset, dataset.train)
    if dataset.table is not None:
        return table.draw(dataset)
    return samples.picture(dataset.info, held(dataset.train), dataset.info.title)


def _sampled(dataset: Dataset, train: StreamedSamples) -> Dataset:
    """Return a data set of some rows of one whose rows stay in their files."""
    rows, columns = first_look(train.stream, sample_size(train))
    table = dataset.table and replace(dataset.table, columns=columns)
    title = f"{dataset.info.title}, {len(rows):,} rows sampled"
    return replace(dataset, info=replace(dataset.info, title=title), train=rows, table=table)


def save(figure: "Figure", path: Path) -> None:
    """Write a picture into a file, whole or not at all.

    Args:
        figure: The picture.
        path: The file; its ending decides on the format, as `.png`, `.svg` or `.pdf`.

    Raises:
        UsageError: If it cannot be written, or its ending is not one of `FORMATS`.
    """
    if path.suffix.lower() not in FORMATS:
        raise UsageError(f"{path}: expected a name that ends in one of {', '.join(FORMATS)}")
    try:
        write_with(path, lambda temporary: figure.savefig(temporary, dpi="figure"))
    except OSError as fault:
        raise UsageError(f"{path}: cannot be written, {fault.strerror}; name another file") from None
