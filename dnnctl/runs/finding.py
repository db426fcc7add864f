"""Finding a run by its path, by its name, or as the latest."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from dnnctl import plugins
from dnnctl.errors import Call, RunError
from dnnctl.runs.layout import MANIFEST, RunDirectory
from dnnctl.runs.series import is_series

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
    for path in (Path(name), out / name):
        if name and os.path.isfile(path / MANIFEST):  # noqa: PTH113 - Path.is_file raises on a name too long
            return RunDirectory(path)
    age = _stamp if to_resume else _age
    runs = sorted(_runs(out, "*/*"), key=age)
    if name == LATEST and runs:
        return runs[-1]
    own = [run for run in runs if run.path.parent.name == name.rstrip("/")]
    own = own or sorted(_runs(Path(name), "*"), key=age)
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
