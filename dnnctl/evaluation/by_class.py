"""How each class fared, or each of several labels: counts of rows by what is true and what was predicted."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.evaluation import classification, multilabel
from dnnctl.evaluation.classification import ClassRow


def counts_of(y_true: NDArray[Any], scores: NDArray[Any]) -> NDArray[np.int64]:
    """Return counts of rows by what is true (rows of the matrix) and what was predicted (columns).

    Args:
        y_true: int64 (n,) labels of classes, or (n, labels) of 0 and 1.
        scores: (n, classes) or (n, labels) probabilities, or (n,) or (n, 1) of class 1.

    Returns:
        (classes, classes), or (labels, 2, 2).
    """
    several = y_true.ndim > 1 and y_true.shape[1] > 1
    return multilabel.counted(y_true, scores) if several else classification.confusion_matrix(y_true, scores)


def rows_of(counts: NDArray[np.int64]) -> Sequence[ClassRow]:
    """Return precision, recall, F1 and support of each class, or label, by what `counts_of` counts."""
    return multilabel.label_rows(counts) if counts.ndim > 2 else classification.class_rows(counts)
