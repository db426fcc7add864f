"""What is wrong with a source of data, told to the place that can be put right."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from dnnctl.errors import DataError
from dnnctl.files import sha256_of_array

MOST = 5


class WrongOptionError(DataError):
    """An option of the configuration does not fit the data.

    Args:
        option: Name of the option, as `target`.
        problem: What is wrong, what was expected, what was received.
    """

    def __init__(self, option: str, problem: str) -> None:
        super().__init__(f"{option}: {problem}")
        self.option = option
        self.problem = problem


class NoSuchFileError(WrongOptionError):
    """The file that `path` names is not there."""

    def __init__(self, path: str, option: str = "path") -> None:
        super().__init__(
            option,
            f"no such file or folder: {path}. A relative path starts at the configuration's folder, then at "
            "DNNCTL_DATA_DIR; in `overrides` it starts at the current directory",
        )


class DamagedError(DataError):
    """A file is not what it should be; the message does not name the file, as its reader may not know it."""


def existing_file(path: str, expected: str, option: str = "path") -> Path:
    """Return the path of a regular file; a pipe, which nobody may ever write to, is none.

    Args:
        path: As it was written.
        expected: What it should be, as `a CSV file`.
        option: The option that names it.

    Raises:
        NoSuchFileError: If there is none.
        WrongOptionError: If it is a folder, a pipe or a device.
        DataError: If it cannot be asked about.
    """
    file = Path(path)
    try:
        if file.is_file():
            return file
        if not file.exists():
            raise NoSuchFileError(path, option)
        received = "a folder" if file.is_dir() else "a pipe or device; save what comes out of it in a file"
        raise WrongOptionError(option, f"{path}: expected {expected}; received {received}")
    except OSError as fault:
        # A name of 300 characters cannot even be asked about.
        raise DataError(f"{path}: cannot be read: {fault.strerror}") from None


def quoted(names: Iterable[str], most: int = 12) -> str:
    """Return names in quotes, and how many more there are."""
    every = list(names)
    more = f" and {len(every) - most:,} more" if len(every) > most else ""
    return ", ".join(repr(name) for name in every[:most]) + more


def numbered(what: str, numbers: Sequence[int], most: int = MOST) -> str:
    """Return numbers with their noun, as `line 4` or `lines 4, 9 and 12 more`."""
    shown = ", ".join(f"{number:,}" for number in numbers[:most])
    more = f" and {len(numbers) - most:,} more" if len(numbers) > most else ""
    return f"{what}{'s' * (len(numbers) != 1)} {shown}{more}"


def clipped(text: str) -> str:
    """Return a cell in quotes, short enough for a message."""
    return repr(text if len(text) <= 40 else text[:40] + "...")


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
