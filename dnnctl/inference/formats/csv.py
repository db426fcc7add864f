"""Comma-separated values with a header: one prediction a row, flat columns."""

import csv
from typing import IO, Any

import numpy as np

from dnnctl.inference.formats.base import Predictions, encodable, record

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
    width = max((np.asarray(row.scores).size for row in predictions.rows), default=1)
    if predictions.is_regression:
        header = ["prediction"] if width == 1 else [f"prediction_{target + 1}" for target in range(width)]
        header += ["unit"]
    else:
        # One score of two classes is the probability of the second.
        ranks = range(2, min(predictions.top, max(2, width)) + 1)
        header = ["prediction", "confidence"]
        header += [f"{column}_{rank}" for rank in ranks for column in ("class", "probability")]
    if predictions.has_truth:
        several = predictions.is_regression and width > 1
        header += [f"true_{target + 1}" for target in range(width)] if several else ["true"]
        header += [] if predictions.is_regression else ["correct"]
    writer.writerow(["name", *header])
    for row in predictions.rows:
        cells = flat(record(row, predictions))
        writer.writerow([encodable(_cell(cells.get(column)), stream) for column in ("name", *header)])


def flat(written: dict[str, Any]) -> dict[str, Any]:
    """Return a record without lists: their elements under names with a number, counted from 1."""
    if isinstance(written["prediction"], list):
        numbered = {f"prediction_{rank}": value for rank, value in enumerate(written["prediction"], 1)}
        truths = enumerate(written.get("true", ()), 1)
        return written | numbered | {f"true_{rank}": value for rank, value in truths}
    flat = dict(written)
    for rank, choice in enumerate(written.get("top", ()), 1):
        flat |= {f"{column}_{rank}": value for column, value in choice.items()}
    return flat


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
