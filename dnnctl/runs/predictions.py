"""What a run's network said of its test rows, as `predictions.npz` has it."""

import zipfile
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
            if any(member.compress_type != zipfile.ZIP_STORED for member in stored.zip.infolist()):
                raise RunError(
                    f"{run.predictions}: expected arrays that are not compressed, as numpy.savez writes them"
                )
            found = StoredPredictions(stored["rows"], stored["y_true"], stored["scores"])
    except FileNotFoundError:
        raise RunError(f"{run.predictions}: no such file; the run is incomplete") from None
    except RunError:
        raise
    except Exception as error:
        # Damage to an archive surfaces as many kinds of exception.
        raise RunError(f"{run.predictions}: cannot be read: {error}") from None
    arrays = (found.rows, found.y_true, found.scores)
    numbers = found.rows.dtype.kind == "i" and all(array.dtype.kind in "if" and array.ndim for array in arrays)
    if not numbers or found.rows.ndim != 1 or len({len(array) for array in arrays}) > 1:
        raise RunError(f"{run.predictions}: expected row numbers, targets and scores, as many of each. Restore it")
    return found
