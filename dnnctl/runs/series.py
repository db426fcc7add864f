"""Folders that hold several runs: cross-validations, repetitions and ensembles.

Such a folder has a manifest with `kind`, the configuration that its runs share, and what they come to together; each
of its runs is complete. It has no weights; an ensemble is a run all the same, since its runs answer for it.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dnnctl.errors import Call, RunError
from dnnctl.runs.layout import RunDirectory, how_to_resume
from dnnctl.runs.manifest import check_format, read_manifest

# No series has more runs.
MOST = 10_000


@dataclass(frozen=True)
class Kind:
    """A kind of series.

    Args:
        key: As manifests have it.
        noun: What it is, as `cross-validation`.
        runs: What its runs are called.
        folder: The folder of its runs, in its own.
    """

    key: str
    noun: str
    runs: str
    folder: str

    @property
    def article(self) -> str:
        """The noun's article."""
        return "an" if self.noun[0] in "aeiou" else "a"

    def path(self, series: RunDirectory, number: int, of: int) -> Path:
        """Return the folder of a run, whether it is there or not.

        Args:
            series: The series.
            number: Which run, from 1.
            of: How many there are.
        """
        return series.path / self.folder / f"{number:0{max(2, len(str(of)))}d}"

    def how_to_resume(self, series: RunDirectory) -> Call:
        """Return the call that goes on with a series."""
        return Call("resume", (str(series.path),), series=self.key)


CROSSVAL = Kind("crossval", "cross-validation", "folds", "folds")
REPEAT = Kind("repeat", "repeated training", "repetitions", "members")
ENSEMBLE = Kind("ensemble", "ensemble", "members", "members")
KINDS = {kind.key: kind for kind in (CROSSVAL, REPEAT, ENSEMBLE)}


def kind_of(manifest: Mapping[str, Any]) -> Kind | None:
    """Return what kind of series a manifest is of; None if it is of anything else."""
    key = manifest.get("kind")
    return KINDS.get(key) if isinstance(key, str) else None


def series_at(run: RunDirectory) -> Kind | None:
    """Return what kind of series a folder is that is no run; None for a run, or if its manifest cannot be read."""
    try:
        kind = kind_of(read_manifest(run.manifest))
    except RunError:
        return None
    return None if kind is ENSEMBLE else kind


def is_series(run: RunDirectory) -> bool:
    """Tell whether a folder is a series that is no run; one whose manifest cannot be read is none."""
    return series_at(run) is not None


def check_single(run: RunDirectory, manifest: Mapping[str, Any]) -> None:
    """Check that a folder is a run and no series.

    Args:
        run: The folder.
        manifest: Its manifest.

    Raises:
        RunError: If it is a series; the message says where its runs and its metrics are. Or of another format.
    """
    check_format(run, manifest)
    kind = kind_of(manifest)
    if kind is not None:
        done = manifest.get("state") == "done"
        together: tuple[str | Call, ...] = (
            (f"what they come to together is in {run.metrics.name}",)
            if done
            else ("to finish it: ", kind.how_to_resume(run))
        )
        raise RunError(
            f"{run.path}: this is {kind.article} {kind.noun}, not a single run. Name one of its {kind.runs}, as "
            f"{run.path / kind.folder}/01; ",
            *together,
        )


def series_around(run: RunDirectory) -> tuple[Kind, RunDirectory] | None:
    """Return the series that a run is in, and its kind; None if it is in none.

    Args:
        run: The run.
    """
    path = Path(os.path.abspath(run.path))  # noqa: PTH100 - links are not followed
    series = RunDirectory(path.parent.parent)
    try:
        kind = kind_of(read_manifest(series.manifest))
    except RunError:
        return None
    return (kind, series) if kind is not None and kind.folder == path.parent.name else None


def check_alone(run: RunDirectory) -> None:
    """Check that a run may be changed, because no metrics of a series rest on it.

    Args:
        run: The run.

    Raises:
        RunError: If it is in a series.
    """
    found = series_around(run)
    if found is not None:
        kind, series = found
        raise RunError(
            f"{run.path}: is one of the {kind.runs} of {series.path}, whose figures rest on it; its length cannot "
            f"change. Copy its folder and train the copy longer, or begin {kind.article} {kind.noun} of another length"
        )


def check_kind(run: RunDirectory, manifest: Mapping[str, Any], wanted: Kind) -> None:
    """Check that a folder is a series of a kind.

    Args:
        run: The folder.
        manifest: Its manifest.
        wanted: The kind.

    Raises:
        RunError: If it is a run, a series of another kind, or of another format.
    """
    check_format(run, manifest)
    kind = kind_of(manifest)
    if kind is not wanted:
        received = f"{kind.article} {kind.noun}" if kind else "a single run"
        other = kind.how_to_resume(run) if kind else how_to_resume(run)
        raise RunError(
            f"{run.path}: expected {wanted.article} {wanted.noun}; received {received}. To go on with that: ", other
        )


def count_in(manifest: Mapping[str, Any], series: RunDirectory) -> int:
    """Return how many runs a series has, as its manifest says.

    Args:
        manifest: The manifest.
        series: The series.

    Raises:
        RunError: If it says no such number.
    """
    count = manifest.get("members")
    if type(count) is not int or not 2 <= count <= MOST:
        raise RunError(f"{series.manifest}: expected members: 2 to {MOST:,}; the file was changed. Restore it")
    return count


def check_inside(run: RunDirectory, series: RunDirectory) -> None:
    """Check that a run of a series that may come from a stranger is in its folder.

    Args:
        run: The run, whether it is there or not.
        series: The series.

    Raises:
        RunError: If it leads out of the folder through a symbolic link.
    """
    real = Path(os.path.realpath(run.path))
    if not real.is_relative_to(os.path.realpath(series.path)):
        raise RunError(
            f"{run.path}: expected a folder in that of the series; received a symbolic link to {real}, which is "
            "outside. Copy the run here if you trust it"
        )
