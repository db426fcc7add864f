"""Telling true data from damaged data."""

from typing import Any

from numpy.typing import NDArray

from dnnctl.errors import DataError
from dnnctl.files import sha256_of_array


class DamagedError(DataError):
    """A file is not what it should be; the message does not name the file, as its reader may not know it."""


def verify(array: NDArray[Any], expected: str, name: str) -> str:
    """Check that an array holds the published values.

    Args:
        array: What was read, in any container.
        expected: SHA-256 of its elements in C order, in hexadecimal.
        name: What it is called, as `train-images`.

    Returns:
        The digest.

    Raises:
        DamagedError: If the digest is another one.
    """
    received = sha256_of_array(array)
    if received != expected:
        raise DamagedError(
            f"these are not the published {name}: expected SHA-256 {expected} of the decoded values, "
            f"received {received}"
        )
    return received
