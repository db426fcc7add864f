"""Classes that no training row is of."""

import numpy as np

from dnnctl.datasets.base import DatasetInfo, Samples
from dnnctl.datasets.parts.faults import quoted


def absent_classes(info: DatasetInfo, train: Samples, limit: int | None) -> tuple[str, ...]:
    """Warn of classes that no network can learn, as of a table that is sorted by class and cut by `data.limit`.

    Args:
        info: What is known about the data set; of numbers to predict nothing is said.
        train: The training rows.
        limit: `data.limit`.

    Returns:
        One warning; none if each class has a row.
    """
    if not info.class_names:
        return ()
    counts = np.bincount(train.y, minlength=len(info.class_names))
    absent = [name for name, count in zip(info.class_names, counts, strict=True) if not count]
    if not absent:
        return ()
    first = f"; data.limit takes the first {limit:,} rows, whatever their order" if limit is not None else ""
    return (f"no training row is of class {quoted(absent)}, which therefore cannot be learned{first}",)
