"""How good predicted classes are, in NumPy.

Scores are probabilities: (n, classes), or (n,) or (n, 1) of class 1 where there are two classes.
Precision, recall and F1 are macro averages for every task, two classes included: each class that occurs
in the truth or among the predictions counts the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.errors import DataError
from dnnctl.memory import blocks

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class ClassRow:
    """How one class fared.

    Args:
        label: Its label.
        precision: Share of the rows given this class that are of it, 0 if there are none.
        recall: Share of the rows of this class that were given it, 0 if there are none.
        f1: Harmonic mean of the two, 0 if both are 0.
        support: Number of rows of this class.
    """

    label: int
    precision: float
    recall: float
    f1: float
    support: int


def columns(scores: NDArray[Any]) -> NDArray[Any]:
    """Return scores as one column a class.

    Args:
        scores: (n, classes), or (n,) or (n, 1) probabilities of class 1.

    Returns:
        (n, classes); (n, 2) for two classes.
    """
    if scores.ndim == 1 or scores.shape[1] == 1:
        second = scores.reshape(-1)
        return np.stack([1 - second, second], axis=1)
    return scores


def predicted_labels(scores: NDArray[Any]) -> Integers:
    """Return the class with the highest score of each row; the lower label if two are equal.

    Args:
        scores: (n, classes), or (n,) or (n, 1) probabilities of class 1; 0.5 is class 0, as in Keras.

    Returns:
        int64 (n,) labels.
    """
    if scores.ndim == 1 or scores.shape[1] == 1:
        return (scores.reshape(-1) > 0.5).astype(np.int64)
    labels = np.empty(len(scores), np.int64)
    # One answer for all rows may be held once; argmax would make a copy for each of them.
    for block in blocks(len(scores)):
        labels[block] = scores[block].argmax(axis=1)
    return labels


def confusion_matrix(y_true: NDArray[Any], scores: NDArray[Any]) -> Integers:
    """Count rows by their true class (rows of the matrix) and the predicted one (columns).

    Args:
        y_true: int64 (n,) labels.
        scores: (n, classes), or (n,) or (n, 1) probabilities of class 1.

    Returns:
        int64 (classes, classes).

    Raises:
        DataError: If the numbers of rows differ, or a label has no column among the scores.
    """
    classes, labels = check_labels(y_true, scores), y_true.reshape(-1)
    counts = np.zeros(classes * classes, np.int64)
    for block in blocks(len(labels)):
        cells = labels[block].astype(np.int64) * classes + predicted_labels(scores[block])
        counts += np.bincount(cells, minlength=len(counts))
    return counts.reshape(classes, classes)


def check_labels(y_true: NDArray[Any], scores: NDArray[Any]) -> int:
    """Return the number of classes that scores are of, if the labels are among them; arguments as above.

    Raises:
        DataError: If the numbers of rows differ, or a label has no column among the scores.
    """
    labels = y_true.reshape(-1)
    classes = 2 if scores.ndim == 1 else max(2, scores.shape[1])
    if len(labels) != len(scores):
        raise DataError(f"expected scores for each of the {len(labels)} labels; received {len(scores)} rows of scores")
    if len(labels) and not 0 <= labels.min() <= labels.max() < classes:
        raise DataError(
            f"expected labels from 0 to {classes - 1}, since the scores are of {classes} classes; "
            f"received labels from {labels.min()} to {labels.max()}"
        )
    return classes


def per_class(y_true: NDArray[Any], scores: NDArray[Any]) -> list[ClassRow]:
    """Return precision, recall, F1 and support of every class, in the order of the labels.

    Args:
        y_true: int64 (n,) labels.
        scores: (n, classes), or (n,) or (n, 1) probabilities of class 1.
    """
    return class_rows(confusion_matrix(y_true, scores))


def class_rows(matrix: Integers) -> list[ClassRow]:
    """Return `per_class` of rows that were counted: by true class (rows of the matrix) and predicted one (columns)."""
    hits, given, support = np.diag(matrix), matrix.sum(axis=0), matrix.sum(axis=1)
    precision, recall = _ratio(hits, given), _ratio(hits, support)
    f1 = _ratio(2 * hits, given + support)
    return [
        ClassRow(label, float(precision[label]), float(recall[label]), float(f1[label]), int(support[label]))
        for label in range(len(matrix))
    ]


def _ratio(part: Integers, whole: Integers) -> NDArray[np.float64]:
    """Divide; 0 where there is nothing to divide by."""
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)


def accuracy(y_true: NDArray[Any], scores: NDArray[Any]) -> float:
    """Return the share of rows given their own class."""
    labels = y_true.reshape(-1)
    return _share(predicted_labels(scores[block]) == labels[block] for block in blocks(len(labels)))


def top_k(y_true: NDArray[Any], scores: NDArray[Any], k: int) -> float:
    """Return the share of rows whose own class is among the `k` with the highest scores.

    Of two equal scores the lower label comes first, so that `top_k(..., 1)` is the accuracy.
    """
    labels = y_true.reshape(-1, 1)
    return _share(ranks(columns(scores[block]), labels[block]) < k for block in blocks(len(labels)))


def ranks(table: NDArray[Any], labels: NDArray[Any]) -> Integers:
    """Return how many classes come before each row's own one, (n,), for scores (n, classes) and labels (n, 1)."""
    own = np.take_along_axis(table, labels, axis=1)
    ahead = table == own
    ahead &= np.arange(table.shape[1]) < labels
    ahead |= table > own
    return np.asarray(ahead.sum(axis=1), np.int64)


def _share(parts: Iterable[NDArray[np.bool_]]) -> float:
    """Return how many are true, of all of all parts."""
    sizes = [(int(part.sum()), len(part)) for part in parts]
    return sum(true for true, _ in sizes) / sum(size for _, size in sizes)


def precision(y_true: NDArray[Any], scores: NDArray[Any]) -> float:
    """Return precision, averaged over the classes that occur in the truth or among the predictions."""
    return macro(confusion_matrix(y_true, scores), "precision")


def recall(y_true: NDArray[Any], scores: NDArray[Any]) -> float:
    """Return recall, averaged over the classes that occur in the truth or among the predictions."""
    return macro(confusion_matrix(y_true, scores), "recall")


def f1(y_true: NDArray[Any], scores: NDArray[Any]) -> float:
    """Return F1, averaged over the classes that occur in the truth or among the predictions."""
    return macro(confusion_matrix(y_true, scores), "f1")


def macro(matrix: Integers, name: str) -> float:
    """Return the mean of a metric over the classes that occur in the truth or among the predictions.

    Args:
        matrix: Counts by true class (rows) and predicted one (columns).
        name: `precision`, `recall` or `f1`.
    """
    present = matrix.sum(axis=0) + matrix.sum(axis=1) > 0
    return float(np.mean([getattr(row, name) for row in class_rows(matrix) if present[row.label]]))


def auc(y_true: NDArray[Any], scores: NDArray[Any]) -> float | None:
    r"""Return the area under the ROC curve.

    $A = (R - p(p+1)/2) / (p q)$ with the rank sum $R$ of the $p$ positive rows among $p + q$; equal
    scores share their mean rank. More than two classes: each class against the rest, and the mean over
    the classes that have rows both in it and outside it.

    Args:
        y_true: int64 (n,) labels.
        scores: (n, classes), or (n,) or (n, 1) probabilities of class 1.

    Returns:
        0 to 1, or None if all rows are of one class.

    Source: Fawcett, An introduction to ROC analysis, Pattern Recognition Letters 27, 2006.
    """
    table, labels = columns(scores), y_true.reshape(-1)
    classes = [1] if table.shape[1] == 2 else range(table.shape[1])
    areas = [area_under_curve(labels == label, table[:, label]) for label in classes]
    defined = [area for area in areas if area is not None]
    return float(np.mean(defined)) if defined else None


def area_under_curve(positive: NDArray[np.bool_], scores: NDArray[Any]) -> float | None:
    """Return the area under the ROC curve of rows that are positive or not, (n,); None if all are, or none is."""
    hits = int(positive.sum())
    misses = len(positive) - hits
    if not hits or not misses:
        return None
    ordered, own = np.sort(scores), scores[positive]
    # Equal scores take the ranks from below + 1 to up_to.
    below, up_to = (np.searchsorted(ordered, own, side) for side in ("left", "right"))
    ranks = float((below + up_to + 1).sum()) / 2
    return (ranks - hits * (hits + 1) / 2) / (hits * misses)
