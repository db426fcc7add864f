"""Reading what a run stored."""

import json
from pathlib import Path
from typing import Any

import numpy as np


def arrays(path: Path) -> dict[str, Any]:
    """Read every array of an `.npz` file and close it."""
    with np.load(path) as stored:
        return dict(stored)


def only_run(folder: Path) -> Path:
    """Return the only run below a folder's `outputs`."""
    (manifest,) = folder.glob("outputs/*/*/manifest.json")
    return manifest.parent


def state(folder: Path) -> Any:
    """Return the state of the only run below a folder's `outputs`."""
    return json.loads((only_run(folder) / "manifest.json").read_text())["state"]
