"""A look at a data set before anything is trained: samples of its training rows, or a table's columns."""

from pathlib import Path
from typing import TYPE_CHECKING

from dnnctl.datasets.base import Dataset
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
    if dataset.table is not None:
        return table.draw(dataset)
    return samples.picture(dataset.info, dataset.train, dataset.info.title)


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
