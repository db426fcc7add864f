"""How time and memory grow with the rows: MNIST repeated, a fresh process each."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from benchmarks import repeated
from benchmarks.commands import run
from benchmarks.interleaving import Say
from benchmarks.timings import UnequalWorkError

ROWS = (1_000, 10_000, 60_000, 100_000, 300_000, 1_000_000)
QUICK_ROWS = (1_000, 10_000)
ROW_BYTES = 784
# Epochs after the first, which builds the graph: more of them where they are short.
MEASURED_ROWS = 2_000_000
MOST_EPOCHS = 10
SCRIPT = [sys.executable, "-m", "benchmarks.scripts.many_rows"]


def measure(rows: tuple[int, ...], data: Path, scratch: Path, say: Say) -> dict[str, Any]:
    """Measure trainings on more and more rows.

    Args:
        rows: Training rows of each.
        data: Folder with the arrays.
        scratch: Folder for the repeated rows; up to 784 bytes a row.
        say: Told of what happens.

    Returns:
        The section of the JSON file.

    Raises:
        UnequalWorkError: If a training took other steps than are due.
    """
    say("rows: time and memory")
    alone = _json(run([*SCRIPT, "tensorflow"]))["peak_bytes"]
    say(f"  TensorFlow alone              {alone / 1e6:9,.0f} MB")
    entries = []
    for count in rows:
        folder = scratch / f"mnist-{count}"
        repeated.write(data / "mnist", count, folder)
        epochs = 1 + max(2, min(MOST_EPOCHS, MEASURED_ROWS // count))
        entry = _json(run([*SCRIPT, str(folder), str(count), str(epochs)]))
        shutil.rmtree(folder)
        if entry["steps"] != entry["steps_due"]:
            raise UnequalWorkError(
                f"{count:,} rows: expected {entry['steps_due']:,} steps, received {entry['steps']:,}"
            )
        entry |= {"data_bytes": count * ROW_BYTES, "share": (entry["peak_bytes"] - alone) / (count * ROW_BYTES)}
        entries.append(entry)
        say(f"  {count:9,} rows {entry['epoch_seconds'][-1]:9.3f} s an epoch {entry['peak_bytes'] / 1e6:9,.0f} MB")
    return {"kind": "rows", "title": "time and memory against rows", "tensorflow_bytes": alone, "entries": entries}


def _json(done: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(done["output"].splitlines()[-1])
    return answer
