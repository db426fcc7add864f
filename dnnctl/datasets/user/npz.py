"""Arrays in an `.npz` file: `data: {npz: {path: rows.npz}}`."""

from dnnctl.datasets.arrays.options import ArrayOptions
from dnnctl.datasets.base import Dataset, DatasetInfo, Places
from dnnctl.datasets.columns import TableInfo


class Options(ArrayOptions):
    """Arrays with a row a sample in one archive."""


def load(options: Options, places: Places) -> Dataset:  # noqa: ARG001
    """Read the arrays, or find out what large ones hold.

    Raises:
        WrongOptionError: If there is no such file or array.
        DataError: If the file is damaged, or the arrays do not fit each other.
    """
    from dnnctl.datasets.arrays.loading import load_arrays
    from dnnctl.datasets.parts.named_arrays import read_arrays
    from dnnctl.datasets.streams.array_loading import archived, stream_arrays

    files = archived(options)
    if files is not None:
        return stream_arrays("npz", options, files, digests(options))
    return load_arrays("npz", options, read_arrays(options.path, options.said), digests(options))


def load_more(options: Options, info: DatasetInfo, table: TableInfo | None) -> Dataset:  # noqa: ARG001
    """Read another archive with arrays of the form of a run's; all its rows are in `train`.

    Raises:
        DataError: If it is damaged, or its arrays have another form.
    """
    from dnnctl.datasets.arrays.loading import load_more_arrays
    from dnnctl.datasets.parts.named_arrays import read_arrays
    from dnnctl.datasets.streams.array_loading import archived, stream_more_arrays

    files = archived(options)
    if files is not None:
        return stream_more_arrays("npz", options, files, info, digests(options))
    return load_more_arrays("npz", options, read_arrays(options.path, options.said), info, digests(options))


def digests(options: Options) -> dict[str, str]:
    """Return the SHA-256 of the file, of a large one that of its ends and of pieces between."""
    from dnnctl.datasets.parts.data_files import digest_of_file
    from dnnctl.datasets.parts.faults import existing_file

    return {"file": digest_of_file(existing_file(options.path, "an .npz file"))}
