"""What can be said about a data set in numbers, for people and as JSON."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets import read as reading
from dnnctl.datasets.base import DATASETS, Dataset, DatasetInfo, DatasetOptions, Places
from dnnctl.datasets.samples import Samples, held


def overview(places: Places) -> list[dict[str, Any]]:
    """Return `described` and where its files are (`found`, None if nowhere) of every data set."""
    chosen = ((name, reading.options_for(name)) for name in DATASETS.names())
    return [
        described(name, reading.describe(options)) | {"found": reading.find(options, places)}
        for name, options in chosen
    ]


def facts(options: DatasetOptions, places: Places) -> dict[str, Any]:
    """Return `described`, and `counted` too where the data is here; `found` is None where it is not.

    A path that was given must lead to it.

    Args:
        options: Which data set.
        places: Where to look; nothing is downloaded for this.

    Raises:
        DataError: If the data is damaged, or not at the path that was given.
    """
    known = described(options.key, reading.describe(options))
    if places.path is None and reading.find(options, places) is None:
        return known | {"found": None}
    return known | counted(reading.read(options, places))


def described(name: str, info: DatasetInfo) -> dict[str, Any]:
    """Return what is known about a data set without its data, ready for JSON.

    Args:
        name: Its key.
        info: What is known.
    """
    return {
        "name": name,
        "title": info.title,
        "task": info.task,
        "shape": list(info.input_shape),
        "features": list(info.feature_names),
        "feature_units": list(info.feature_units),
        "target": info.target,
        "unit": info.unit,
        "classes": list(info.class_names),
        "published_rows": {"train": info.rows[0], "test": info.rows[1]},
        "shared_rows": info.shared_rows,
        "licence": info.licence,
        "source": info.source,
    }


def counted(dataset: Dataset) -> dict[str, Any]:
    """Return what the data itself says, ready for JSON.

    Args:
        dataset: A data set that was read.

    Returns:
        `found`, `rows`, `dtype`, `x_range` (smallest, largest), `y_range` or `class_counts`, `digests`,
        `notes`; each of rows, ranges and counts for `train` and, where there is one, `test`.
    """
    parts = {"train": held(dataset.train)} | ({"test": held(dataset.test)} if dataset.test else {})
    facts: dict[str, Any] = {
        "found": dataset.found,
        "dtype": str(parts["train"].x.dtype),
        "rows": {part: len(samples) for part, samples in parts.items()},
        "x_range": {part: _range(samples.x) for part, samples in parts.items()},
    }
    if dataset.info.class_names:
        facts["class_counts"] = {part: class_counts(samples, dataset.info) for part, samples in parts.items()}
    else:
        facts["y_range"] = {part: _range(samples.y) for part, samples in parts.items()}
    return facts | {"digests": dataset.digests, "notes": list(dataset.notes)}


def class_counts(samples: Samples, info: DatasetInfo) -> dict[str, int]:
    """Return the number of rows of each class, in the order of their labels."""
    counts = np.bincount(samples.y, minlength=len(info.class_names))
    return dict(zip(info.class_names, counts.tolist(), strict=True))


def _range(values: NDArray[Any]) -> list[float]:
    return [values.min().item(), values.max().item()]
