"""One JSON object: `{"predictions": [...], "notes": [...]}`."""

import json
from typing import IO

from dnnctl.inference.formats.base import Predictions, record

WRITES_NOTES = True


def write(predictions: Predictions, stream: IO[str]) -> None:
    """Write predictions and notes as one JSON object in ASCII, with null for what is no number.

    Args:
        predictions: What to write.
        stream: An open text file.

    Source: RFC 8259.
    """
    written = {
        "predictions": [record(row, predictions) for row in predictions.rows],
        "notes": list(predictions.notes),
    }
    stream.write(json.dumps(written, indent=2, allow_nan=False) + "\n")
