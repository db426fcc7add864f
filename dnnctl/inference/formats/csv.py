"""Comma-separated values with a header: one prediction a row, flat columns."""

import csv
from typing import IO

import numpy as np

from dnnctl.inference.formats.base import Prediction, Predictions, choices, encodable, record

WRITES_NOTES = False


def write(predictions: Predictions, stream: IO[str]) -> None:
    """Write one row a prediction.

    The columns are `name`, `prediction`, `confidence`, then `class_2`, `probability_2` and so on for
    `top` above 1, then `true` and `correct` where the truth is known. For values they are `name`,
    `prediction` (or `prediction_1`, ... for several targets), `unit`, and `true`. What is no finite
    number or not known is left empty.

    Args:
        predictions: What to write.
        stream: An open text file; lines end with a line feed.
    """
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(_header(predictions))
    for row in predictions.rows:
        writer.writerow([encodable(_cell(value), stream) for value in _cells(row, predictions)])


def _targets(predictions: Predictions) -> int:
    return max((np.asarray(row.scores).size for row in predictions.rows), default=1)


def _ranks(predictions: Predictions) -> int:
    """Return how many classes each row names."""
    return min(predictions.top, max(len(predictions.info.class_names), _targets(predictions)))


def _header(predictions: Predictions) -> list[str]:
    if predictions.is_regression:
        targets = _targets(predictions)
        values = ["prediction"] if targets == 1 else [f"prediction_{target + 1}" for target in range(targets)]
        return ["name", *values, "unit"] + ["true"] * predictions.has_truth
    ranks = range(2, _ranks(predictions) + 1)
    others = [f"{column}_{rank}" for rank in ranks for column in ("class", "probability")]
    return ["name", "prediction", "confidence", *others] + ["true", "correct"] * predictions.has_truth


def _cells(row: Prediction, predictions: Predictions) -> list[object]:
    written = record(row, predictions)
    if predictions.is_regression:
        value = written["prediction"]
        values = value if isinstance(value, list) else [value]
        return [row.name, *values, written["unit"]] + [written.get("true")] * predictions.has_truth
    others: list[object] = []
    for choice in choices(row, predictions.info)[1 : _ranks(predictions)]:
        others += [choice.name, choice.probability]
    truth = [written.get("true"), written.get("correct")] if predictions.has_truth else []
    return [row.name, written["prediction"], written["confidence"], *others, *truth]


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
