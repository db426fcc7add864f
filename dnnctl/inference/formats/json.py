"""One JSON object: `{"predictions": [...], "notes": [...]}`."""

import json
from collections.abc import Iterable
from typing import IO, Any

from dnnctl.inference.formats.base import merged
from dnnctl.inference.predictions import Predictions

WRITES_NOTES = True


def write(parts: Iterable[Predictions], stream: IO[str]) -> None:
    """Write predictions and notes as one JSON object in ASCII, with null for what is no number.

    Args:
        parts: What to write, one after the other.
        stream: An open text file.

    Source: RFC 8259.
    """
    encoder = json.JSONEncoder(indent=2, allow_nan=False)

    def indented(value: Any, depth: int) -> str:
        return encoder.encode(value).replace("\n", "\n" + "  " * depth)

    stream.write('{\n  "predictions": [')
    before, end, notes = "\n    ", "", list[str]()
    for predictions in parts:
        notes += predictions.notes
        for record in predictions.records():
            stream.write(before + indented(record, 2))
            before, end = ",\n    ", "\n  "
    stream.write(f'{end}],\n  "notes": {indented(merged(notes), 1)}\n}}\n')
