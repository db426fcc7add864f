"""One JSON object: `{"predictions": [...], "notes": [...]}`."""

import json
from typing import IO, Any

from dnnctl.inference.predictions import Predictions

WRITES_NOTES = True


def write(predictions: Predictions, stream: IO[str]) -> None:
    """Write predictions and notes as one JSON object in ASCII, with null for what is no number.

    Args:
        predictions: What to write.
        stream: An open text file.

    Source: RFC 8259.
    """
    encoder = json.JSONEncoder(indent=2, allow_nan=False)

    def indented(value: Any, depth: int) -> str:
        return encoder.encode(value).replace("\n", "\n" + "  " * depth)

    stream.write('{\n  "predictions": [')
    before = "\n    "
    for record in predictions.records():
        stream.write(before + indented(record, 2))
        before = ",\n    "
    stream.write(("\n  " if len(predictions) else "") + f'],\n  "notes": {indented(list(predictions.notes), 1)}\n}}\n')
