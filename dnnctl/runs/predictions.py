"""What a run's network said of its test rows, as `predictions.npz` has it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.errors import RunError
from dnnctl.runs.layout import RunDirectory
from dnnctl.runs.reading import open_inside


@dataclass(frozen=True)
class StoredPredictions:
    """The test rows of a run.

    Args:
        rows: Row numbers, (n,).
        y_true: Labels (n,), or targets (n, targets).
        scores: What the network says of each row, as `Network.scores` returns it.
    """

    rows: NDArray[np.int64]
    y_true: NDArray[Any]
    scores: NDArray[Any]


def read_predictions(run: RunDirectory) -> StoredPredictions:
    """Read a finished run's predictions.

    Args:
        run: Its folder.

    Raises:
        RunError: If the file is missing or damaged, or its arrays do not belong together.
    """
    try:
        with open_inside(run.predictions, run.path) as stream, np.load(stream, allow_pickle=False) as stored:
            found = StoredPredictions(stored["rows"], stored["y_true"], stored["scores"])
    except FileNotFoundError:
        raise RunError(f"{run.predictions}: no such file; the run is incomplete") from None
    except RunError:
        raise
    except Exception as error:
        # Damage to an archive surfaces as many kinds of exception.
        raise RunError(f"{run.predictions}: cannot be read: {error}") from None
    if found.rows.ndim != 1 or not len(found.rows) == len(found.y_true) == len(found.scores):
        raise RunError(f"{run.predictions}: expected as many row numbers as targets and scores. Restore it")
    return found
