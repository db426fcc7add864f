"""Arrays of the user's own, wherever they are kept: held in memory, or read from their files as they are needed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from dnnctl.datasets.arrays.loading import load_arrays, load_more_arrays
from dnnctl.datasets.arrays.options import ArrayOptions
from dnnctl.datasets.base import Dataset, DatasetInfo
from dnnctl.datasets.streams.array_loading import Arrays, stream_arrays, stream_more_arrays


@dataclass(frozen=True)
class Container:
    """Where a kind of source keeps its arrays.

    Args:
        key: The source's key.
        in_files: Returns the arrays that are to stay in their files, by their part; None if they are to be held.
        read: From path and names to the arrays by their part, in memory.
        digests: Of the files.
    """

    key: str
    in_files: Callable[[Any], Arrays | None]
    read: Callable[[str, Mapping[str, str]], Mapping[str, NDArray[Any]]]
    digests: Callable[[Any], dict[str, str]]

    def load(self, options: ArrayOptions, run: DatasetInfo | None = None) -> Dataset:
        """Return the rows that the arrays hold.

        Args:
            options: What is said about them.
            run: What is known about the data of a run, whose task and classes are taken; None while there is none.

        Raises:
            WrongOptionError: If an option does not fit, or there is no such file or array.
            DataError: If a file is damaged, or the arrays do not fit each other.
        """
        files = self.in_files(options)
        if files is not None:
            return stream_arrays(self.key, options, files, self.digests(options), run)
        return load_arrays(self.key, options, self.read(options.path, options.said), self.digests(options), run)

    def load_more(self, options: ArrayOptions, info: DatasetInfo) -> Dataset:
        """Return the rows of other arrays, of the form of a run's; all of them are in `train`.

        Raises:
            DataError: If a file is damaged, or the arrays have another form.
        """
        files = self.in_files(options)
        if files is not None:
            return stream_more_arrays(self.key, options, files, info, self.digests(options))
        return load_more_arrays(self.key, options, self.read(options.path, options.said), info, self.digests(options))
