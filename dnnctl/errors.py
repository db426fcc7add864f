"""The errors that dnnctl raises for things its user can put right, and the warnings that stop nothing.

    DnnctlError
    ├── ConfigError   the YAML file or an override is wrong: exit status 2
    ├── UsageError    a command or function was asked for something that does not exist: exit status 2
    ├── DataError     a data set is missing, damaged or does not fit
    ├── ModelError    the network cannot be built, trained or loaded
    ├── RunError      a run directory is missing, incomplete or cannot be written
    └── Interrupted   the user asked to stop: exit status 130, or 143 when told by SIGTERM

Each message says where, what was expected, what was received and what to do next. It speaks to whoever calls Python:
an argument stands in it by its name in backticks, as `top` or `invert`=False, and what to do next is a `Call`. The
command line says the same with its flags and commands. Anything else that escapes is a fault of dnnctl itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

# Faults of a configuration that are told, and characters of one.
MOST, LONGEST = 50, 400


@dataclass(frozen=True)
class Call:
    """What to do next: a call of the Python API. It reads as one; the command line makes a command of it.

    Args:
        function: As `train` or `resume`.
        arguments: What it is given by position.
        options: What it is given by name.
        series: Of `resume`, the kind of series that goes on, as `crossval`; empty for a single run.
    """

    function: str
    arguments: tuple[str, ...] = ()
    options: Mapping[str, object] = field(default_factory=dict)
    series: str = ""

    def __str__(self) -> str:
        """Return the call in Python."""
        given = [*map(repr, self.arguments), *(f"{name}={value!r}" for name, value in self.options.items())]
        return f"dnnctl.{self.function}({', '.join(given)})"


class DnnctlError(Exception):
    """Base of every error a user can put right.

    Args:
        parts: The message, in pieces; what to do next is a `Call`.
    """

    exit_status = 1

    def __init__(self, *parts: str | Call) -> None:
        super().__init__("".join(map(str, parts)))
        self.parts = parts


# What a `Notice` can be of; docs/run-directory.md says what each means.
NoticeCode = Literal[
    # of a configuration
    "batch_size_above_rows",
    "elastic_moves_whole",
    "hidden_softmax",
    "high_dropout",
    "missing_activation",
    "redundant_bias",
    "slow_precision",
    "vanishing_gradients",
    "warmup_too_long",
    # of data
    "ambiguous_cells",
    "broken_characters",
    "constant_column",
    "doubtful_task",
    "identifier_column",
    "leading_zeros",
    "leakage",
    "lost_precision",
    "mixed_types",
    "sorted_rows",
    "spelling_variants",
    "uncertain_encoding",
    "units_in_numbers",
    "unpaired_test_array",
    # of the rows that train and test
    "absent_class",
    "constant_label",
    "no_validation_rows",
    "scarce_class",
    "train_test_overlap",
]


@dataclass(frozen=True)
class Notice:
    """Something that is probably not meant, and stops nothing.

    Args:
        code: What it is; the message may change, this stays.
        message: What was noticed, why it matters, and what to do.
        place: Where: `file:line:column: key` of a configuration, or columns of a table; empty for data as a whole.
    """

    code: NoticeCode
    message: str
    place: str = ""

    def __str__(self) -> str:
        """Return the notice as one line."""
        return f"{self.place}: {self.message}" if self.place else self.message

    def to_json(self) -> dict[str, str]:
        """Return this as a manifest has it."""
        return {"code": self.code, "message": self.message, "place": self.place}


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a configuration.

    Args:
        key: Key path, as `model.layers[2].dense.units`; empty for the whole file.
        problem: What is wrong, what was expected, and the nearest right thing where there is one.
        where: `file:line:column`, or the argument that brought it in and the key, once it is known.
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


class Interrupted(DnnctlError):  # noqa: N818 - it is no error, like KeyboardInterrupt
    """The user asked to stop; what was done so far is saved."""

    exit_status = 130


def comes_of_interrupt(error: BaseException | None) -> bool:
    """Tell whether an error comes of a `KeyboardInterrupt`: a library that fails to close its file raises another."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__context__
    return error is not None
