r"""How good predicted labels are, in NumPy, where each of several labels is 0 or 1 and any number of them may be 1.

Scores are the probabilities of the labels, (n, labels); above 0.5 a label is predicted to be 1, as in Keras. With the
counts $tp_k, fp_k, fn_k$ of label $k$ out of $K$,

$$F_{macro} = \frac{1}{K} \sum_k \frac{2 tp_k}{2 tp_k + fp_k + fn_k} \qquad
F_{micro} = \frac{2 \sum_k tp_k}{\sum_k (2 tp_k + fp_k + fn_k)},$$

0 where there is nothing to divide by: a label that is 1 in no row and was predicted for none counts as 0 in a macro
average, as in scikit-learn.

Source: Tsoumakas, Katakis and Vlahavas, Mining Multi-label Data, Data Mining and Knowledge Discovery Handbook, 2010.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dnnctl.errors import DataError
from dnnctl.evaluation.classification import ClassRow, area_under_curve
from dnnctl.memory import blocks

Numbers = NDArray[np.floating]
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class LabelRow(ClassRow):
    """How one label fared.

    Args:
        accuracy: Share of the rows in which it was predicted rightly, be it 0 or 1.
    """

    accuracy: float


def check_labels(y_true: Numbers, scores: Numbers) -> None:
    """Check that truth and scores fit each other.

    Args:
        y_true: (n, labels) of 0 and 1.
        scores: (n, labels) probabilities.

    Raises:
        DataError: If their shapes differ, or the truth holds anything but 0 and 1.
    """
    if y_true.ndim != 2 or y_true.shape != scores.shape:
        raise DataError(
            f"expected a score for each of several labels of a row; received truth {y_true.shape} and scores "
            f"{scores.shape}"
        )
    wrong = (y_true != 0) & (y_true != 1)
    if wrong.any():
        row, label = np.argwhere(wrong)[0].tolist()
        raise DataError(f"expected labels of 0 and 1; received {y_true[row, label]:g} for label {label + 1}")


def all_right(y_true: Numbers, scores: Numbers) -> Counts:
    """Return in how many rows every label was predicted rightly, (1,)."""
    parts = (((scores[here] > 0.5) == (y_true[here] > 0.5)).all(axis=1).sum() for here in blocks(len(y_true)))
    return np.array([sum(map(int, parts))], np.int64)


def counted(y_true: Numbers, scores: Numbers) -> Counts:
    """Return for each label how many rows are 0 or 1 (rows of its matrix) and predicted to be so (columns).

    Args:
        y_true: (n, labels) of 0 and 1.
        scores: (n, labels) probabilities.

    Returns:
        int64 (labels, 2, 2).
    """
    found = np.zeros((y_true.shape[1], 2, 2), np.int64)
    for here in blocks(len(y_true)):
        truth, said = y_true[here] > 0.5, scores[here] > 0.5
        found[:, 1, 1] += (truth & said).sum(axis=0)
        found[:, 1, 0] += (truth & ~said).sum(axis=0)
        found[:, 0, 1] += (~truth & said).sum(axis=0)
        found[:, 0, 0] += (~truth & ~said).sum(axis=0)
    return found


def label_rows(counts: Counts) -> list[LabelRow]:
    """Return how each label fared, in their order, by what `counted` counts; the support is the rows that are 1."""
    hits, given, support = counts[:, 1, 1], counts[:, :, 1].sum(axis=1), counts[:, 1].sum(axis=1)
    right, rows = hits + counts[:, 0, 0], counts.sum(axis=(1, 2))
    shares = (_ratio(hits, given), _ratio(hits, support), _ratio(2 * hits, given + support), _ratio(right, rows))
    return [
        LabelRow(label, precision, recall, f1, own, right)
        for label, (precision, recall, f1, right, own) in enumerate(
            zip(*(share.tolist() for share in shares), support.tolist(), strict=True)
        )
    ]


def _ratio(part: Counts, whole: Counts) -> NDArray[np.float64]:
    """Divide; 0 where there is nothing to divide by."""
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)


def of_counts(counts: Counts, name: str) -> float:
    """Return a metric by what `counted` counts.

    Args:
        counts: (labels, 2, 2).
        name: `accuracy`, of all labels of all rows; `micro_f1`; or a mean over the labels: `precision`, `recall`,
            `macro_f1`.
    """
    if name == "accuracy":
        return int(counts[:, 0, 0].sum() + counts[:, 1, 1].sum()) / int(counts.sum())
    if name == "micro_f1":
        hits = 2 * int(counts[:, 1, 1].sum())
        return hits / max(1, hits + int(counts[:, 0, 1].sum() + counts[:, 1, 0].sum()))
    return float(np.mean([getattr(row, name.removeprefix("macro_")) for row in label_rows(counts)]))


def subset_accuracy(y_true: Numbers, scores: Numbers) -> float:
    """Return the share of the rows in which every label was predicted rightly."""
    return int(all_right(y_true, scores)[0]) / len(y_true)


def auc(y_true: Numbers, scores: Numbers) -> float | None:
    """Return the area under the ROC curve, the mean over the labels that have rows of 0 and of 1; None without one."""
    return mean_area(area_under_curve(y_true[:, k] > 0.5, scores[:, k]) for k in range(y_true.shape[1]))


def mean_area(areas: Iterable[float | None]) -> float | None:
    """Return the mean of those areas that are defined; None without one."""
    defined = [area for area in areas if area is not None]
    return float(np.mean(defined)) if defined else None
