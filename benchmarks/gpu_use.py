"""What a GPU is busy with while something runs, by `nvidia-smi`."""

import contextlib
import statistics
import subprocess
from collections.abc import Iterator
from typing import Any

EVERY_MS = 200


def describe() -> str | None:
    """Return the first GPU in words, with its driver; None where there is no NVIDIA GPU."""
    ask = ["nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"]
    try:
        done = subprocess.run(ask, check=False, capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.splitlines()[0].strip() if done.returncode == 0 and done.stdout.strip() else None


@contextlib.contextmanager
def watched() -> Iterator[dict[str, Any]]:
    """Put the mean `utilization` in percent into what is yielded, once the block has ended; nothing without a GPU."""
    found: dict[str, Any] = {}
    ask = [
        "nvidia-smi",
        "--query-gpu=utilization.gpu",
        "--format=csv,noheader,nounits",
        "-i",
        "0",
        "-lms",
        str(EVERY_MS),
    ]
    try:
        process = subprocess.Popen(ask, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    except OSError:
        yield found
        return
    try:
        yield found
    finally:
        process.terminate()
        found |= mean_of(process.communicate()[0])


def mean_of(said: str) -> dict[str, float]:
    """Return the mean of what was said line by line, as `utilization`; lines without a figure do not count."""
    figures = [float(line) for line in said.splitlines() if line.strip().isdigit()]
    return {"utilization": statistics.mean(figures)} if figures else {}
