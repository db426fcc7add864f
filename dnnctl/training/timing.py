"""Where the wall time of a training went."""

import contextlib
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dnnctl import memory

STAGES = {
    "start-up": "starting Python, reading the configuration",
    "data": "reading, checking and splitting the rows",
    "import": "importing the framework",
    "build": "building the network",
    "first steps": "building the graph, first steps",
    "waiting": "steps waiting for their rows",
    "epochs": "all other steps, validation",
    "evaluation": "final metrics and baselines",
    "plots": "drawing",
    "saving": "writing files",
    "rest": "everything else",
}
# Parts of the stage `training`.
IN_TRAINING = ("first steps", "waiting")


@dataclass
class Clock:
    """Where the wall time goes.

    Args:
        seconds: Seconds by stage.
        started: When it began to count.
    """

    seconds: dict[str, float] = field(default_factory=dict)
    started: float = field(default_factory=time.perf_counter)

    @classmethod
    def of(cls, command: Sequence[str]) -> "Clock":
        """Return a clock that has counted the start of the process, where a command line is what started it."""
        return cls({"start-up": round(process_age(), 4)} if command else {})

    def finish(self) -> None:
        """Count what belongs to no stage."""
        self.seconds.pop("rest", None)
        whole = self.seconds.get("start-up", 0.0) + time.perf_counter() - self.started
        self.seconds["rest"] = round(rest(self.seconds, whole), 4)

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count what happens in the block as a stage; memory that it leaves free is given back."""
        start = time.perf_counter()
        try:
            yield
        finally:
            memory.give_back()
            self.seconds[name] = round(self.seconds.get(name, 0.0) + time.perf_counter() - start, 4)


def process_age() -> float:
    """Return for how many seconds this process has run; 0 where the system does not say (outside Linux)."""
    try:
        # Field 22 of the file, counted behind the command's name, which may hold spaces.
        fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
        started = int(fields[19]) / os.sysconf("SC_CLK_TCK")
        return max(0.0, time.clock_gettime(time.CLOCK_BOOTTIME) - started)
    except (OSError, AttributeError, ValueError, IndexError):
        return 0.0


def rest(seconds: Mapping[str, float], whole: float) -> float:
    """Return the part of a whole time that no stage accounts for, in seconds."""
    return max(0.0, whole - sum(taken for stage, taken in seconds.items() if stage not in IN_TRAINING))


def profile(seconds: Mapping[str, float]) -> list[tuple[str, str, float, float]]:
    """Return where the time went.

    Args:
        seconds: Seconds by stage, as the manifest has them.

    Returns:
        Stage, what it is, seconds, and share of the whole (0 to 1), in the order of a training.
    """
    parts = dict(seconds)
    parts["epochs"] = max(0.0, parts.pop("training", 0.0) - sum(parts.get(stage, 0.0) for stage in IN_TRAINING))
    whole = sum(parts.values()) or 1.0
    return [(stage, what, parts[stage], parts[stage] / whole) for stage, what in STAGES.items() if stage in parts]
