"""What is wrong with a source of data, told to the place that can be put right."""

from collections.abc import Iterable, Sequence

from dnnctl.errors import DataError

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
            "DNNCTL_DATA_DIR; with --set it starts here, as --set data.csv.path=people.csv",
        )


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
