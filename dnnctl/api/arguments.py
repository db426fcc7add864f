"""What functions are given: runs, numbers, paths; what they do not take is refused in words, by the argument's name."""

import os
from collections.abc import Mapping
from numbers import Integral
from pathlib import Path
from typing import Any, Protocol, TypeVar

from dnnctl import plugins
from dnnctl.errors import UsageError
from dnnctl.runs.finding import find_run
from dnnctl.runs.layout import RunDirectory, output_folder

Value = TypeVar("Value")


class _HasPath(Protocol):
    """What has a folder: a `Run`, or a member of a series."""

    @property
    def path(self) -> Path: ...


class _HasRun(Protocol):
    """What came of a series."""

    @property
    def run(self) -> _HasPath: ...


RunLike = str | os.PathLike[str] | _HasPath | _HasRun


def find(
    run: RunLike, out: str | os.PathLike[str] | None = None, argument: str = "run", *, to_resume: bool = False
) -> RunDirectory:
    """Return the folder of the run that is meant.

    Args:
        run: A run, what came of a series, a path, a name (its newest), or `latest`.
        out: The folder of runs; the usual one if None.
        argument: What the caller calls it.
        to_resume: Whether a run that was stopped before it had weights is as good as any other.

    Raises:
        RunError: If there is none.
        UsageError: If it is nothing that can name one.
    """
    inner = getattr(run, "run", run)
    path: Any = getattr(inner, "path", inner)
    expect(argument, path, (str, os.PathLike), "a run, its path, its name or 'latest'")
    return find_run(os.fspath(path), runs_folder(out), to_resume=to_resume)


def runs_folder(out: str | os.PathLike[str] | None) -> Path:
    """Return the folder of runs: the one that is named, or else the usual one."""
    return path_of("out", out) or output_folder()


def path_of(argument: str, value: str | os.PathLike[str] | None) -> Path | None:
    """Return a path; None if none is given."""
    expect(argument, value, (str, os.PathLike, type(None)), "a path")
    return None if value is None else Path(value)


def whole(argument: str, value: int) -> int:
    """Return a whole number, of NumPy's too."""
    expect(argument, value, Integral, "a whole number", but=bool)
    return int(value)


def expect(argument: str, value: object, kinds: Any, expected: str, but: Any = ()) -> None:
    """Check what an argument is.

    Args:
        argument: Its name.
        value: What was given.
        kinds: Types that it may have.
        expected: The same in words.
        but: Types of these that it may not have.

    Raises:
        UsageError: If it is anything else.
    """
    if not isinstance(value, kinds) or isinstance(value, but):
        plain = isinstance(value, str | int | float | None)
        received = f"{value!r:.60}" if plain else f"an object of type {type(value).__name__}"
        raise UsageError(f"`{argument}`: expected {expected}; received {received}")


class Named(dict[str, Value]):
    """What is asked for by name; of a name that is none, the error says the nearest.

    Args:
        kind: What it holds, as `weight`.
        values: By name.
    """

    def __init__(self, kind: str, values: Mapping[str, Value]) -> None:
        super().__init__(values)
        self._kind = kind

    def __missing__(self, name: object) -> Value:
        """Raise what says which names there are."""
        raise KeyError(f"no {self._kind} {name!r}{plugins.suggestion(str(name), tuple(self))}")
