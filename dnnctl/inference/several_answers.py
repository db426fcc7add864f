"""Answers of numbers, and of labels of 0 and 1 with their probabilities, as flat columns and as records."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.base import DatasetInfo
from dnnctl.inference.exact_numbers import exact

# What stands in a column of its own beside those of the targets.
FIXED = ("name", "unit", "correct")


def titles(targets: Sequence[str]) -> dict[str, list[str]]:
    """Return what the columns of several targets are called: their own names, and these behind a word.

    Args:
        targets: Names of the targets.

    Returns:
        Titles by what the columns hold: `prediction`, `probability` and `true`; no two are the same, since a title that
        is taken gets a `_` behind it.
    """
    taken = set(FIXED)
    found = {}
    for kind in ("prediction", "probability", "true"):
        wanted = targets if kind == "prediction" else [f"{kind}_{name}" for name in targets]
        found[kind] = [_free(title, taken) for title in wanted]
    return found


def _free(title: str, taken: set[str]) -> str:
    while title in taken:
        title += "_"
    taken.add(title)
    return title


def number_columns(info: DatasetInfo, scores: NDArray[Any], truth: NDArray[Any] | None) -> dict[str, list[Any]]:
    """Return numbers as columns: those that are predicted, the unit, then the truth.

    Args:
        info: What is known about the data set.
        scores: (n, targets) values.
        truth: (n,) or (n, targets) values; None if they are not known for any row.
    """
    table = _columns_of("prediction", info.targets, scores) | {"unit": [info.unit] * len(scores)}
    if truth is None:
        return table
    return table | _columns_of("true", info.targets, truth if truth.ndim > 1 else truth[:, np.newaxis])


def _columns_of(kind: str, targets: Sequence[str], values: NDArray[Any]) -> dict[str, list[Any]]:
    """Return numbers (n, targets) as columns; that of a single target is called by its kind, `prediction` or `true`."""
    called = titles(targets)[kind] if values.shape[1] > 1 else [kind]
    return {title: exact(column) for title, column in zip(called, values.T, strict=True)}


def number_record(info: DatasetInfo, flat: Mapping[str, Any], outputs: int) -> dict[str, Any]:
    """Return a flat record of numbers with those of several targets as lists."""
    told = {"target": info.target, "unit": info.unit}
    if outputs == 1:
        known = {"true": flat["true"]} if flat.get("true") is not None else {}
        return {"name": flat["name"], "prediction": flat["prediction"], **told, **known}
    called = titles(info.targets)
    values = [flat[title] for title in called["prediction"]]
    true = [flat[title] for title in called["true"] if flat.get(title) is not None]
    return {"name": flat["name"], "prediction": values, **told, **({"true": true} if true else {})}


def label_columns(targets: Sequence[str], scores: NDArray[Any], truth: NDArray[Any] | None) -> dict[str, list[Any]]:
    """Return labels as columns: 0 or 1 for each, then their probabilities, then the truth and whether all are right.

    Args:
        targets: Names of the labels.
        scores: (n, labels) probabilities; None stands for what is no finite number.
        truth: (n, labels) of 0 and 1, NaN where it is not known; None if it is not known for any row.
    """
    called = titles(targets)
    chances = [exact(column) for column in scores.T]
    said = [[None if chance is None else int(chance > 0.5) for chance in column] for column in chances]
    table = dict(zip(called["prediction"], said, strict=True)) | dict(zip(called["probability"], chances, strict=True))
    if truth is None:
        return table
    known = [[None if np.isnan(value) else int(value) for value in column] for column in truth.T.tolist()]
    rows = zip(zip(*known, strict=True), zip(*said, strict=True), strict=True)
    correct = [None if None in true else true == answer for true, answer in rows]
    return table | dict(zip(called["true"], known, strict=True)) | {"correct": correct}


def label_record(targets: Sequence[str], flat: Mapping[str, Any]) -> dict[str, Any]:
    """Return a flat record of labels with what belongs together by the label's name."""
    called = titles(targets)
    record: dict[str, Any] = {"name": flat["name"]}
    for kind in ("prediction", "probability", "true"):
        if kind != "true" or _are_known(flat.get(title) for title in called[kind]):
            record[kind] = {name: flat[title] for name, title in zip(targets, called[kind], strict=True)}
    return record | ({"correct": flat["correct"]} if flat.get("correct") is not None else {})


def _are_known(values: Iterable[Any]) -> bool:
    return any(value is not None for value in values)


def present(targets: Sequence[str], values: Mapping[str, Any]) -> list[str]:
    """Return the labels that are 1 of those by name."""
    return [name for name in targets if values[name]]


def lists_of_present(targets: Sequence[str], classes: NDArray[np.int64]) -> NDArray[Any]:
    """Return for each row of 0 and 1, (n, labels), a list of the labels that are 1, (n,)."""
    lists = np.empty(len(classes), object)
    lists[:] = [[name for name, has in zip(targets, row, strict=True) if has > 0] for row in classes]
    return lists
