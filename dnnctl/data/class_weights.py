"""How many rows each class and each label has, and how much those of a class count in the loss that is trained."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.samples import AnySamples, Samples


def class_counts(samples: AnySamples, classes: int) -> NDArray[np.int64]:
    """Return how many rows each of so many classes has, (classes,)."""
    if isinstance(samples, Samples):
        return np.bincount(samples.y.reshape(-1), minlength=classes)
    return samples.class_counts


def label_shares(train: AnySamples) -> NDArray[np.float64]:
    """Return in which share of the training rows each of several labels is 1, (labels,)."""
    if isinstance(train, Samples):
        return np.asarray(train.y.mean(axis=0, dtype=np.float64))
    return train.target_means


def class_weights(
    written: Mapping[str, float] | str | None, counts: NDArray[np.int64], class_names: Sequence[str]
) -> tuple[float, ...] | None:
    r"""Return the weight of each class.

    Balanced, a class with $n_k$ of the $n$ training rows weighs $n / (K n_k)$, $K$ being the number of classes that
    have any: each class then counts as much as every other, and the mean weight of a row is 1.

    Args:
        written: `balanced`, weights by class name (1 for a class that is not named), or None for no weights.
        counts: Training rows of each class, (classes,); looked at if `balanced` alone.
        class_names: Names of the classes in the order of their labels.

    Returns:
        A weight for each class, in the order of the labels; None for no weights.

    Source: King and Zeng, Logistic Regression in Rare Events Data, 2001.
    """
    if written is None:
        return None
    if isinstance(written, str):
        rows, present = int(counts.sum()), int(np.count_nonzero(counts))
        # No row takes the weight of a class without rows.
        return tuple(rows / (present * int(count)) if count else 1.0 for count in counts)
    return tuple(written.get(name, 1.0) for name in class_names)
