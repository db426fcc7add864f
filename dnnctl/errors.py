"""The errors that dnnctl raises for things its user can put right.

    DnnctlError
    ├── ConfigError   the YAML file or an override is wrong: exit status 2
    ├── UsageError    a command or function was asked for something that does not exist: exit status 2
    ├── DataError     a data set is missing, damaged or does not fit
    ├── ModelError    the network cannot be built, trained or loaded
    ├── RunError      a run directory is missing, incomplete or cannot be written
    ├── ExportError   a format cannot hold this network
    └── Interrupted   the user asked to stop: exit status 130, or 143 when told by SIGTERM

Each message says where, what was expected, what was received and what to do next. Anything else that
escapes is a fault of dnnctl itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass

# Faults of a configuration that are told, and characters of one.
MOST, LONGEST = 50, 400


class DnnctlError(Exception):
    """Base of every error a user can put right."""

    exit_status = 1


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a configuration.

    Args:
        key: Key path, as `model.layers[2].dense.units`; empty for the whole file.
        problem: What is wrong, what was expected, and the nearest right thing where there is one.
        where: `file:line:column`, or `--set key`, once it is known.
    """

    key: str
    problem: str
    where: str = ""

    def __str__(self) -> str:
        """Return the fault as one line."""
        return ": ".join(part for part in (self.where, self.key, self.problem) if part)


class ConfigError(DnnctlError):
    """A configuration cannot be used.

    Args:
        faults: Everything found wrong, in the order of the file.
    """

    exit_status = 2

    def __init__(self, faults: Sequence[Fault]) -> None:
        lines = [text if len(text := str(fault)) <= LONGEST else f"{text[:LONGEST]}..." for fault in faults[:MOST]]
        if len(faults) > MOST:
            lines.append(f"and {len(faults) - MOST:,} more faults")
        super().__init__("\n".join(lines))
        self.faults = tuple(faults)


class UsageError(DnnctlError):
    """Something was asked for that does not exist or does not go together."""

    exit_status = 2


class DataError(DnnctlError):
    """A data set is missing, damaged or does not fit."""


class ModelError(DnnctlError):
    """A network cannot be built, trained or loaded."""


class RunError(DnnctlError):
    """A run directory is missing, incomplete or cannot be written."""


class ExportError(DnnctlError):
    """A format cannot hold this network."""


class Interrupted(DnnctlError):  # noqa: N818 - it is no error, like KeyboardInterrupt
    """The user asked to stop; what was done so far is saved."""

    exit_status = 130


def comes_of_interrupt(error: BaseException | None) -> bool:
    """Tell whether an error comes of a `KeyboardInterrupt`: a library that fails to close its file raises another."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__context__
    return error is not None
