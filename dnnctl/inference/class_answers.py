"""Answers of classes as flat columns and as records: the best classes of each row with their probabilities."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.base import DatasetInfo
from dnnctl.inference.exact_numbers import exact


def class_columns(
    info: DatasetInfo, scores: NDArray[Any], truth: NDArray[Any] | None, ranks: int
) -> dict[str, list[Any]]:
    """Return classes as columns: the best ones, their probabilities, then the truth and whether it was said.

    Args:
        info: What is known about the data set.
        scores: (n, classes) probabilities, or (n, 1) that of class 1 of two.
        truth: (n,) labels, NaN where one is not known; None if it is not known for any row.
        ranks: How many classes of each row.

    Returns:
        The columns, among them `class_1`, the name of the best class even where its probability is no number.
    """
    table: dict[str, list[Any]] = {}
    if scores.shape[1] == 1:
        scores = np.concatenate([1 - scores, scores], axis=1)
    # The lower label first among equals. NaN sorts last, so what is no number is never preferred to what is one.
    labels = np.argsort(-scores, axis=1, kind="stable")[:, :ranks]
    called = [class_name(label, info) for label in range(scores.shape[1])]
    for rank, label in enumerate(labels.T, 1):
        names = [called[each] for each in label.tolist()]
        chances = exact(np.take_along_axis(scores, label[:, np.newaxis], axis=1)[:, 0])
        if rank == 1:
            said = zip(names, chances, strict=True)
            table["prediction"] = [None if chance is None else name for name, chance in said]
        table |= {f"class_{rank}": names, "confidence" if rank == 1 else f"probability_{rank}": chances}
    if truth is not None:
        known = [None if label != label else int(label) for label in truth.tolist()]  # noqa: PLR0124 - NaN
        answers = zip(known, labels[:, 0].tolist(), table["confidence"], strict=True)
        table["true"] = [None if label is None else class_name(label, info) for label in known]
        table["correct"] = [
            None if label is None else chance is not None and label == best for label, best, chance in answers
        ]
    return table


def class_record(flat: Mapping[str, Any], ranks: int) -> dict[str, Any]:
    """Return a flat record of classes with the best ones as a list, where these are more than one."""
    record = {key: flat[key] for key in ("name", "prediction", "confidence")}
    if ranks > 1:
        first = {"class": flat["class_1"], "probability": flat["confidence"]}
        others = ((flat[f"class_{rank}"], flat[f"probability_{rank}"]) for rank in range(2, ranks + 1))
        record["top"] = [first, *({"class": name, "probability": chance} for name, chance in others)]
    return record | {key: flat[key] for key in ("true", "correct") if flat.get(key) is not None}


def class_name(label: int, info: DatasetInfo) -> str:
    """Return a class's name, or its number where it has none."""
    return info.class_names[label] if 0 <= label < len(info.class_names) else str(label)
