"""JSON Lines: one JSON object a prediction, one a line."""

import json
from collections.abc import Iterable
from typing import IO

from dnnctl.inference.predictions import Predictions

WRITES_NOTES = False


def write(parts: Iterable[Predictions], stream: IO[str]) -> None:
    """Write one JSON object a line in ASCII, with null for what is no number.

    Args:
        parts: What to write, one after the other.
        stream: An open text file.

    Source: https://jsonlines.org
    """
    encoder = json.JSONEncoder(allow_nan=False)
    for predictions in parts:
        for record in predictions.records():
            stream.write(encoder.encode(record) + "\n")
