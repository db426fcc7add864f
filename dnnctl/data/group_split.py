"""The splits of rows in memory that belong to groups: rows of one group stay together."""

import numpy as np
from numpy.typing import NDArray

from dnnctl.config.schema import DataConfig
from dnnctl.data.split import Splits
from dnnctl.data.stream_split import membership_of
from dnnctl.datasets.base import Dataset
from dnnctl.datasets.samples import held
from dnnctl.datasets.streams.base import Marks
from dnnctl.datasets.streams.membership import TEST, TRAIN, VALIDATION
from dnnctl.errors import DataError


def split_groups(dataset: Dataset, keys: NDArray[np.uint64], settings: DataConfig) -> Splits:
    """Split rows by a hash of the group that they belong to, as those of a stream are.

    Shares are met as nearly as the sizes of groups allow, and classes are not told apart.

    Args:
        dataset: What was read.
        keys: For each training row a number that rows of one group share, (n,).
        settings: The configuration's `data`.

    Raises:
        DataError: If no rows are left to train or to test on.
    """
    train, marks = held(dataset.train), Marks(keys=keys)
    membership = membership_of(settings, [(len(train), marks)], apart=dataset.test is not None)
    split = membership.of(0, len(train), marks)
    rows = {
        name: np.flatnonzero(split == part)
        for name, part in (("train", TRAIN), ("validation", VALIDATION), ("test", TEST))
    }
    test = train.take(rows["test"])
    if dataset.test is not None and settings.fold is None:
        test = held(dataset.test)
        rows["test"] = np.arange(len(test))
    if not len(rows["train"]) or not len(test):
        raise DataError(
            f"data set {dataset.name!r}: expected rows left for training and test; received {len(rows['train'])} and "
            f"{len(test)} of {len(train):,}. {settings.group!r} (data.group) has {len(np.unique(keys)):,} different "
            "values: are these too few?"
        )
    validation = train.take(rows["validation"]) if len(rows["validation"]) else None
    return Splits(train.take(rows["train"]), validation, test, rows)
