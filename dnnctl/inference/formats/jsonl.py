"""JSON Lines: one JSON object a prediction, one a line."""

import json
from typing import IO

from dnnctl.inference.predictions import Predictions

WRITES_NOTES = False


def write(predictions: Predictions, stream: IO[str]) -> None:
    """Write one JSON object a line in ASCII, with null for what is no number.

    Args:
        predictions: What to write.
        stream: An open text file.

    Source: https://jsonlines.org
    """
    encoder = json.JSONEncoder(allow_nan=False)
    for record in predictions.records():
        stream.write(encoder.encode(record) + "\n")
