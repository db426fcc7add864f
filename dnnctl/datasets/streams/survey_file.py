"""A survey on disk, so that who resumes, evaluates or trains again on the same files need not read them all first."""

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.columns import Column
from dnnctl.datasets.streams.moments import Moments
from dnnctl.datasets.streams.row_sample import SampledRows
from dnnctl.datasets.streams.survey import Statistics, Survey
from dnnctl.files import write_npz

_MOMENTS = ("count", "mean", "squares", "low", "high")


def save_survey(survey: Survey, path: Path) -> None:
    """Write a survey, whole or not at all.

    Raises:
        OSError: If it cannot be written.
    """
    train = survey.train
    told = {
        "columns": [column.to_json() for column in train.columns],
        "rows": [train.x.rows, train.y.rows],
        "ground": train.ground,
    }
    arrays: dict[str, NDArray[Any]] = {
        "counts": survey.counts,
        "classes": survey.classes,
        "sample_x": train.sample.x,
        "sample_y": train.sample.y,
        "told": np.frombuffer(json.dumps(told).encode(), np.uint8),
    }
    for name, moments in (("x", train.x), ("y", train.y)):
        arrays |= {f"{name}_{part}": getattr(moments, part) for part in _MOMENTS}
    arrays |= {f"words_{i}": counts for i, counts in enumerate(train.words)}
    path.parent.mkdir(parents=True, exist_ok=True)
    write_npz(path, arrays)


def read_survey(path: Path) -> Survey | None:
    """Return a survey that was written; None if there is none, or it is damaged."""
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
            told = json.loads(stored["told"].tobytes())
            columns = tuple(map(Column.from_json, told["columns"]))
            x, y = (
                Moments(rows, *(stored[f"{name}_{part}"] for part in _MOMENTS))
                for name, rows in zip("xy", told["rows"], strict=True)
            )
            words = tuple(stored[f"words_{i}"] for i in range(len(columns)))
            sample = SampledRows(stored["sample_x"], stored["sample_y"])
            train = Statistics(columns, x, y, words, told["ground"], sample)
            return Survey(stored["counts"], stored["classes"], train)
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        return None
