"""Arrays in a folder of `.npy` files: `data: {npy: {path: rows}}`, with `x.npy` and `y.npy` in it."""

from dnnctl.datasets.arrays.options import ArrayOptions
from dnnctl.datasets.base import Dataset, DatasetInfo, Places
from dnnctl.datasets.columns import TableInfo


class Options(ArrayOptions):
    """Arrays with a row a sample, each in a file of its own, of any size."""


def load(options: Options, places: Places) -> Dataset:  # noqa: ARG001
    """Read the arrays, or find out what large ones hold.

    Raises:
        WrongOptionError: If there is no such folder or file.
        DataError: If a file is damaged, or the arrays do not fit each other.
    """
    from dnnctl.datasets.arrays.loading import load_arrays
    from dnnctl.datasets.parts.named_arrays import read_folder
    from dnnctl.datasets.streams.array_loading import in_folder, stream_arrays

    files = in_folder(options)
    if files is not None:
        return stream_arrays("npy", options, files, digests(options))
    return load_arrays("npy", options, read_folder(options.path, options.said), digests(options))


def load_more(options: Options, info: DatasetInfo, table: TableInfo | None) -> Dataset:  # noqa: ARG001
    """Read another folder with arrays of the form of a run's; all its rows are in `train`.

    Raises:
        DataError: If a file is damaged, or the arrays have another form.
    """
    from dnnctl.datasets.arrays.loading import load_more_arrays
    from dnnctl.datasets.parts.named_arrays import read_folder
    from dnnctl.datasets.streams.array_loading import in_folder, stream_more_arrays

    files = in_folder(options)
    if files is not None:
        return stream_more_arrays("npy", options, files, info, digests(options))
    return load_more_arrays("npy", options, read_folder(options.path, options.said), info, digests(options))


def digests(options: Options) -> dict[str, str]:
    """Return the SHA-256 of the files, of large ones that of their ends and of pieces between."""
    from dnnctl.datasets.parts.data_files import digest_of_file
    from dnnctl.datasets.parts.named_arrays import files_in

    return {part: digest_of_file(path) for part, path in files_in(options.path, options.said).items()}
