"""Arrays in an `.npz` file: `data: {npz: {path: rows.npz}}`."""

from typing import TYPE_CHECKING

from dnnctl.datasets.arrays.options import ArrayOptions
from dnnctl.datasets.base import Dataset, DatasetInfo, Places
from dnnctl.datasets.columns import TableInfo

if TYPE_CHECKING:
    from dnnctl.datasets.streams.array_container import Container


class Options(ArrayOptions):
    """Arrays with a row a sample in one archive."""


def load(options: Options, places: Places) -> Dataset:
    """Read the arrays, or find out what large ones hold; see `Container.load`."""
    return _container().load(options, places.run)


def load_more(options: Options, info: DatasetInfo, table: TableInfo | None) -> Dataset:  # noqa: ARG001
    """Read another archive with arrays of the form of a run's; see `Container.load_more`."""
    return _container().load_more(options, info)


def _container() -> "Container":
    from dnnctl.datasets.parts.named_arrays import read_arrays
    from dnnctl.datasets.streams.array_container import Container
    from dnnctl.datasets.streams.array_loading import archived

    return Container("npz", archived, read_arrays, digests)


def digests(options: Options) -> dict[str, str]:
    """Return the SHA-256 of the file, of a large one that of its ends and of pieces between."""
    from dnnctl.datasets.parts.data_files import digest_of_file
    from dnnctl.datasets.parts.faults import existing_file

    return {"file": digest_of_file(existing_file(options.path, "an .npz file"))}
