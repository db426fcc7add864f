"""Data sets so small that they are written out in the source."""

from typing import Any

from numpy.typing import NDArray

from dnnctl.datasets.base import Dataset, DatasetInfo, Samples
from dnnctl.files import sha256_of_array

BUILT_IN = "built in"


def shared(name: str, info: DatasetInfo, x: NDArray[Any], y: NDArray[Any]) -> Dataset:
    """Return a data set whose test rows are its training rows.

    Args:
        name: Key of its plugin.
        info: What is known about it.
        x: Inputs, (n, features).
        y: Targets, (n,) or (n, targets).

    Returns:
        The data set, with the digests of both arrays.
    """
    rows = Samples(x, y)
    digests = {"inputs": sha256_of_array(x), "targets": sha256_of_array(y)}
    return Dataset(name, info, rows, rows, BUILT_IN, digests)
