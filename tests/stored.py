"""Reading what a run stored."""

from pathlib import Path
from typing import Any

import numpy as np


def arrays(path: Path) -> dict[str, Any]:
    """Read every array of an `.npz` file and close it."""
    with np.load(path) as stored:
        return dict(stored)
