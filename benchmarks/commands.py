"""Running a whole command and taking its time."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.environment import ROOT
from benchmarks.processes import environment


class CommandError(Exception):
    """A command ended with another status than it should."""


def dnnctl() -> list[str]:
    """Return how dnnctl is called: the script beside this Python, as its users call it."""
    script = Path(sys.executable).with_name("dnnctl")
    return [str(script)] if script.is_file() else [sys.executable, "-m", "dnnctl"]


def run(command: Sequence[str], status: int = 0) -> dict[str, Any]:
    """Run a command to its end.

    Args:
        command: The words of it.
        status: The exit status that it must have.

    Returns:
        Its `seconds` and `output`.

    Raises:
        CommandError: If it ends with another status; the message has the end of what it said.
    """
    with tempfile.TemporaryFile() as out:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment(), stdin=subprocess.DEVNULL, stdout=out, stderr=out
        )
        process.wait()
        seconds = time.perf_counter() - start
        out.seek(0)
        said = out.read().decode(errors="replace")
    if process.returncode != status:
        raise CommandError(
            f"{' '.join(command)}: expected exit status {status}, received {process.returncode}:\n{said[-3000:]}"
        )
    return {"seconds": seconds, "output": said}
