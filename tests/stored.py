"""Reading and changing what a run stored."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from dnnctl.runs.layout import RunDirectory


def arrays(path: Path) -> dict[str, Any]:
    """Read every array of an `.npz` file and close it."""
    with np.load(path) as stored:
        return dict(stored)


def only_run(folder: Path) -> Path:
    """Return the only run below a folder's `outputs`."""
    (manifest,) = folder.glob("outputs/*/*/manifest.json")
    return manifest.parent


def rewrite(run: RunDirectory, **changed: Any) -> None:
    """Change entries of a run's manifest."""
    run.manifest.write_text(json.dumps({**json.loads(run.manifest.read_text()), **changed}))


def state(folder: Path) -> Any:
    """Return the state of the only run below a folder's `outputs`."""
    return json.loads((only_run(folder) / "manifest.json").read_text())["state"]
