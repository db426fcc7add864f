"""Rows a second: the input pipeline alone, validation and inference."""

import json
import sys
from typing import Any

from benchmarks.commands import run
from benchmarks.interleaving import Say

TITLES = {
    "pipeline-alone": "input pipeline alone, batches of 128",
    "pipeline": "input pipeline with the least network around it, 784-10, batches of 128",
    "validation": "validation, as after an epoch: loss and accuracy",
    "inference": "inference: probabilities",
}


def measure(rounds: int, say: Say) -> dict[str, Any]:
    """Measure rows a second in one process of dnnctl, in turn.

    Returns:
        The section of the JSON file.
    """
    say("rates: rows a second")
    said = run([sys.executable, "-m", "benchmarks.scripts.row_rates", str(rounds)])["output"]
    done = json.loads(said.splitlines()[-1])
    for key, rounds_done in done.items():
        say(f"  {key:<28} {max(each['rows_a_second'] for each in rounds_done):12,.0f} rows a second at best")
    entries = {key: {"title": TITLES[key], "kind": "rate", "rounds": each} for key, each in done.items()}
    return {"kind": "rates", "title": "rows a second", "entries": entries}
