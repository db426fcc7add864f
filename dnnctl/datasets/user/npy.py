"""Arrays in a folder of `.npy` files: `data: {npy: {path: rows}}`, with `x.npy` and `y.npy` in it."""

from typing import TYPE_CHECKING

from dnnctl.datasets.arrays.options import ArrayOptions
from dnnctl.datasets.base import Dataset, DatasetInfo, Places
from dnnctl.datasets.columns import TableInfo

if TYPE_CHECKING:
    from dnnctl.datasets.streams.array_container import Container


class Options(ArrayOptions):
    """Arrays with a row a sample, each in a file of its own, of any size."""


def load(options: Options, places: Places) -> Dataset:
    """Read the arrays, or find out what large ones hold; see `Container.load`."""
    return _container().load(options, places.run)


def load_more(options: Options, info: DatasetInfo, table: TableInfo | None) -> Dataset:  # noqa: ARG001
    """Read another folder with arrays of the form of a run's; see `Container.load_more`."""
    return _container().load_more(options, info)


def _container() -> "Container":
    from dnnctl.datasets.parts.named_arrays import read_folder
    from dnnctl.datasets.streams.array_container import Container
    from dnnctl.datasets.streams.array_loading import in_folder

    return Container("npy", in_folder, read_folder, digests)


def digests(options: Options) -> dict[str, str]:
    """Return the SHA-256 of the files, of large ones that of their ends and of pieces between."""
    from dnnctl.datasets.parts.data_files import digest_of_file
    from dnnctl.datasets.parts.named_arrays import files_in

    return {part: digest_of_file(path) for part, path in files_in(options.path, options.said).items()}
