"""Which run is meant."""

import os
from pathlib import Path
from typing import Protocol

from dnnctl.runs.finding import find_run
from dnnctl.runs.layout import RunDirectory, output_folder


class Located(Protocol):
    """What has a folder: a `Run`, or the `run` of a result."""

    @property
    def path(self) -> Path:
        """The folder."""


RunLike = str | os.PathLike[str] | Located


def find(run: RunLike, out: str | os.PathLike[str] | None = None, *, to_resume: bool = False) -> RunDirectory:
    """Return the folder of the run that is meant.

    Args:
        run: A run, its path, its name (its newest), or `latest`.
        out: The folder of runs; the usual one if None.
        to_resume: Whether a run that was stopped before it had weights is as good as any other.

    Raises:
        RunError: If there is none.
    """
    path: str | os.PathLike[str] = getattr(run, "path", run)  # type: ignore[arg-type]
    return find_run(os.fspath(path), runs_folder(out), to_resume=to_resume)


def runs_folder(out: str | os.PathLike[str] | None) -> Path:
    """Return the folder of runs: the one that is named, or else the usual one."""
    return output_folder() if out is None else Path(out)
