"""Finding a run by its path, by its name, or as the latest."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from dnnctl import plugins
from dnnctl.errors import Call, RunError
from dnnctl.runs.layout import MANIFEST, RunDirectory
from dnnctl.runs.series import is_series, series_at
from dnnctl.spelling import as_stored, composed

LATEST = "latest"
STAMP = re.compile(r"\d{8}-\d{6}")


def find_run(name: str, out: Path, *, to_resume: bool = False) -> RunDirectory:
    """Return the run that a user means.

    Args:
        name: A run's folder, a folder of runs (its newest), a configuration's name (its newest run),
            `<name>/<stamp>`, or `latest`.
        out: The output folder to look in.
        to_resume: Whether a run that was stopped before it had weights is as good as any other.

    Raises:
        RunError: If there is none; the message says which were looked at.
    """
    return _find(name, out, _stamp if to_resume else _age)


def find_answering(name: str, out: Path) -> tuple[RunDirectory, tuple[str, ...]]:
    """Return the run that a user means; of a cross-validation or a repeated training the newest of its runs.

    Args:
        name: As `find_run` takes it.
        out: The output folder to look in.

    Returns:
        The run, and a note where it is one of several.

    Raises:
        RunError: If there is none; the message says which were looked at.
    """
    run = _find(name, out, _answering_age)
    kind, inner = series_at(run), _inner(run)
    if kind is None or not inner:
        return run, ()
    which = f"{run.path} is {kind.article} {kind.noun} of {len(inner)} {kind.runs} that can answer"
    return inner[-1], (f"{which}; asked is the newest of them, {inner[-1].path.relative_to(run.path)}",)


def _find(name: str, out: Path, age: Callable[[RunDirectory], Any]) -> RunDirectory:
    for path in (as_stored(Path(name)), as_stored(out / name)):
        if name and os.path.isfile(path / MANIFEST):  # noqa: PTH113 - Path.is_file raises on a name too long
            return RunDirectory(path)
    runs = sorted(_runs(out, "*/*"), key=age)
    if name == LATEST and runs:
        return runs[-1]
    own = [run for run in runs if composed(run.path.parent.name) == composed(name.rstrip("/"))]
    own = own or sorted(_runs(as_stored(Path(name)), "*"), key=age)
    if own:
        return own[-1]
    if "/" in name and os.path.isdir(name):  # noqa: PTH112
        raise RunError(f"{name}: this folder is no run: expected {MANIFEST} in it")
    if not runs:
        raise RunError(f"no run {name!r}: there are no runs in {out}. Train one first: ", Call("train", ("digits",)))
    names = tuple(sorted({run.path.parent.name for run in runs} | {LATEST}))
    raise RunError(f"no run {name!r} in {out}{plugins.suggestion(name, names)}")


def _runs(folder: Path, pattern: str) -> Iterator[RunDirectory]:
    if os.path.isdir(folder):  # noqa: PTH112
        for manifest in folder.glob(f"{pattern}/{MANIFEST}"):
            yield RunDirectory(manifest.parent)


def _age(run: RunDirectory) -> tuple[bool, tuple[str, int, int]]:
    """Sort by age; a run that was stopped before it could answer counts as older than the others."""
    return run.can_answer() or is_series(run), _stamp(run)


def _answering_age(run: RunDirectory) -> tuple[bool, tuple[str, int, int]]:
    """Sort by age; what has nothing that can answer counts as older than the others."""
    return run.can_answer() or bool(_inner(run)), _stamp(run)


def _inner(run: RunDirectory) -> list[RunDirectory]:
    """Return the runs of a cross-validation or a repeated training that can answer, the newest last; else none."""
    kind = series_at(run)
    folders = sorted((run.path / kind.folder).glob("*")) if kind else []
    return [inner for inner in map(RunDirectory, folders) if inner.can_answer()]


def _stamp(run: RunDirectory) -> tuple[str, int, int]:
    """Sort by the stamp in the name, then its number; a folder that was renamed counts as older than the others."""
    stamp, number = run.path.name[:15], run.path.name[16:]
    if not STAMP.fullmatch(stamp):
        stamp = ""
    # Digits of other scripts count as digits, but are no number; a folder may be gone by now, or closed to us.
    count = int(number) if number.isascii() and number.isdigit() else 0
    try:
        return stamp, count, run.path.stat().st_mtime_ns
    except OSError:
        return stamp, count, 0
