"""Comma-separated values with a header: one prediction a row, flat columns."""

import csv
from collections.abc import Iterable
from typing import IO, Any

from dnnctl.errors import UsageError
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

    Raises:
        UsageError: If some rows have what names them and others have not, so that their columns differ.
    """
    writer = csv.writer(stream, lineterminator="\n")
    before, named = 0, False
    for number, predictions in enumerate(parts):
        naming = predictions.naming
        if number and named != (naming.ids is not None) and (naming.column or naming.header):
            raise UsageError(_other_columns(predictions, named=named))
        if not number:
            named = naming.ids is not None
            # Columns of several targets have names out of somebody's table.
            titles = predictions.short(slice(0)) or predictions.columns(slice(0))
            writer.writerow([encodable(title, stream) for title in titles])
        for rows in blocks(len(predictions)):
            table = predictions.short(rows, before) or _wide(predictions, rows)
            writer.writerows(zip(*(_encodable(column, stream) for column in table.values()), strict=True))
        before += len(predictions)


def _wide(predictions: Predictions, rows: slice) -> dict[str, list[Any]]:
    table = predictions.columns(rows)
    if "correct" in table:
        table["correct"] = [WORDS[known] for known in table["correct"]]
    return table


def _other_columns(predictions: Predictions, *, named: bool) -> str:
    """Say that rows further down cannot stand in one table with those before them."""
    column = predictions.naming.column
    what = f"column {column!r}" if column else "name of a file"
    here, before = ("no", f"those before have a {what}") if named else ("a", "those before have none")
    return (
        f"{predictions.names[0]}: rows from here on have {here} {what}, and {before}: they are no rows of one table; "
        "ask about these inputs apart"
    )


def _encodable(column: list[Any], stream: IO[str]) -> list[Any]:
    """Return a column of texts with what a stream's encoding lacks written in ASCII; one of numbers as it is."""
    try:
        ascii_only = "".join(filter(None, column)).isascii()
    except TypeError:
        return column
    return column if ascii_only else [None if cell is None else encodable(cell, stream) for cell in column]
