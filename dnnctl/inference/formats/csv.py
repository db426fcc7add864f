"""Comma-separated values with a header: one prediction a row, flat columns."""

import csv
from collections.abc import Iterable
from typing import IO, Any

from dnnctl.inference.formats.base import encodable
from dnnctl.inference.predictions import Predictions
from dnnctl.memory import blocks

WRITES_NOTES = False
WORDS = {True: "true", False: "false", None: None}


def write(parts: Iterable[Predictions], stream: IO[str]) -> None:
    """Write one row a prediction, with the columns of `Predictions.short` or else of `Predictions.columns`.

    What is None is left empty.

    Args:
        parts: What to write, one after the other, with the same columns.
        stream: An open text file; lines end with a line feed.
    """
    writer = csv.writer(stream, lineterminator="\n")
    before = 0
    for number, predictions in enumerate(parts):
        if not number:
            # Columns of several targets have names out of somebody's table.
            titles = predictions.short(slice(0)) or predictions.columns(slice(0))
            writer.writerow([encodable(title, stream) for title in titles])
        for rows in blocks(len(predictions)):
            table = predictions.short(rows, before) or predictions.columns(rows)
            if "correct" in table:
                table["correct"] = [WORDS[known] for known in table["correct"]]
            writer.writerows(zip(*(_encodable(column, stream) for column in table.values()), strict=True))
        before += len(predictions)


def _encodable(column: list[Any], stream: IO[str]) -> list[Any]:
    """Return a column of texts with what a stream's encoding lacks written in ASCII; one of numbers as it is."""
    try:
        ascii_only = "".join(filter(None, column)).isascii()
    except TypeError:
        return column
    return column if ascii_only else [None if cell is None else encodable(cell, stream) for cell in column]
