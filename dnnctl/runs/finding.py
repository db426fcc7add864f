"""Finding a run by its path, by its name, or as the latest."""

from collections.abc import Iterator
from pathlib import Path

from dnnctl import plugins
from dnnctl.errors import RunError
from dnnctl.runs.layout import RunDirectory

LATEST = "latest"


def find_run(name: str, out: Path) -> RunDirectory:
    """Return the run that a user means.

    Args:
        name: A folder, a configuration's name (its newest run), `<name>/<stamp>`, or `latest`.
        out: The output folder to look in.

    Raises:
        RunError: If there is none; the message says which were looked at.
    """
    for path in (Path(name), out / name):
        if name and (path / "manifest.json").is_file():
            return RunDirectory(path)
    runs = sorted(_runs(out), key=_age)
    if name == LATEST and runs:
        return runs[-1]
    own = [run for run in runs if run.path.parent.name == name]
    if own:
        return own[-1]
    if not runs:
        raise RunError(f"no run {name!r}: there are no runs in {out}. Train one first: dnnctl train digits")
    names = tuple(sorted({run.path.parent.name for run in runs} | {LATEST}))
    raise RunError(f"no run {name!r} in {out}{plugins.suggestion(name, names)}")


def _runs(out: Path) -> Iterator[RunDirectory]:
    for manifest in out.glob("*/*/manifest.json"):
        yield RunDirectory(manifest.parent)


def _age(run: RunDirectory) -> tuple[str, int, int]:
    """Sort by the stamp in the name, then its number, then by when the folder was made."""
    stamp = run.path.name[:15]
    number = run.path.name[16:]
    return stamp, int(number) if number.isdigit() else 0, run.path.stat().st_mtime_ns
