"""The manifest: what made a run, and what it made."""

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from dnnctl import __version__
from dnnctl.errors import RunError
from dnnctl.files import sha256_of_file, write_json
from dnnctl.runs.circumstances import environment, machine, versions
from dnnctl.runs.layout import RunDirectory
from dnnctl.runs.reading import read_json

State = Literal["running", "done", "interrupted", "failed"]


class Manifest:
    """The manifest of one run, written anew at each change of state.

    Args:
        run: The run.
        facts: What is known at the start: command line, seed, engine, data, splits, network.
    """

    def __init__(self, run: RunDirectory, facts: Mapping[str, Any]) -> None:
        self._run = run
        self._values: dict[str, Any] = {
            "dnnctl": __version__,
            "state": "running",
            "started": _now(),
            "versions": versions(),
            "platform": machine(),
            **facts,
        }

    def update(self, state: State, **facts: Any) -> None:
        """Write the manifest with a new state and further facts.

        Args:
            state: What the run is now.
            facts: Values to add or replace.
        """
        self._values.update(facts)
        self._values["state"] = state
        # At each change of state: TensorFlow's determinism shows only once it was started.
        self._values["environment"] = environment()
        if state != "running":
            self._values["finished"] = _now()
            self._values["files"] = {
                path.relative_to(self._run.path).as_posix(): sha256_of_file(path) for path in self._run.primary_files()
            }
        write_json(self._run.manifest, self._values)


def read_manifest(path: Path) -> dict[str, Any]:
    """Read a manifest.

    Raises:
        RunError: If it is missing, not JSON, larger than 16 MiB, or no regular file in the run's folder.
    """
    try:
        value = read_json(path, path.parent, "a run's manifest")
    except FileNotFoundError:
        raise RunError(f"{path}: no such file; is this the folder of a run?") from None
    if not isinstance(value, dict):
        raise RunError(f"{path}: expected a run's manifest; received {type(value).__name__}")
    return value


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
