"""Answers of any task as flat columns, and a row of these as a record."""

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from dnnctl.datasets.base import DatasetInfo
from dnnctl.inference.class_answers import class_columns, class_record
from dnnctl.inference.several_answers import label_columns, label_record, number_columns, number_record


def flat_columns(
    info: DatasetInfo, scores: NDArray[Any], truth: NDArray[Any] | None, ranks: int
) -> dict[str, list[Any]]:
    """Return answers as flat columns, their names left out.

    Args:
        info: What is known about the data set.
        scores: (n, outputs) probabilities, or values in the target's unit.
        truth: The right answers, a row each, NaN where one is not known; None if none is.
        ranks: How many classes of each row, where there are classes.
    """
    if info.task == "multilabel":
        return label_columns(info.targets, scores, truth)
    if info.task == "regression":
        return number_columns(info, scores, truth)
    return class_columns(info, scores, truth, ranks)


def flat_record(info: DatasetInfo, flat: Mapping[str, Any], outputs: int, ranks: int) -> dict[str, Any]:
    """Return a flat record with what belongs together as lists.

    Args:
        info: What is known about the data set.
        flat: A row of flat columns, by their titles.
        outputs: How many outputs the network has.
        ranks: How many classes are listed, where there are classes; 1 for no list.
    """
    if info.task == "multilabel":
        return label_record(info.targets, flat)
    return number_record(info, flat, outputs) if info.task == "regression" else class_record(flat, ranks)
