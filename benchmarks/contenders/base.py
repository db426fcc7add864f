"""What a worker asks of a contender, and the data that peers get."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from benchmarks.works import Work


class RefusedError(Exception):
    """The contender does not offer what was asked of it; it is left out, and the report says so."""


@dataclass(frozen=True)
class Job:
    """What one worker has to do.

    Args:
        contender: Key of the contender.
        module: Module below `benchmarks.contenders`.
        option: Which of its variants.
        work: What it trains.
        rows: Training rows.
        rounds: Rounds that will be asked for, after one epoch to warm up.
        threads: Threads of one operation, and operations at a time; empty leaves both to the contender.
        data: Folder with the arrays.
    """

    contender: str
    module: str
    option: str
    work: Work
    rows: int
    rounds: int
    threads: tuple[int, ...]
    data: Path


class Trainer(Protocol):
    """A contender that is ready."""

    @property
    def steps(self) -> int:
        """Optimizer steps so far, as its own optimizer counts them where it does."""

    def epochs(self, count: int) -> None:
        """Train so many epochs more."""

    def quality(self) -> float | None:
        """Return test accuracy, or the mean squared error for a number; None if nothing is learned. Asked last."""

    def facts(self) -> dict[str, Any]:
        """Return versions and settings for the record."""


@dataclass(frozen=True)
class Arrays:
    """The data as courses prepare it: float32, flat, scaled.

    Args:
        x: Inputs, (n, inputs), 0 to 1 for pictures, standardized for numbers.
        y: Targets, (n,) int64 labels, or (n, 1) float32 standardized.
        x_test: Inputs of the test rows.
        y_test: Targets of the test rows.
        unit: Standard deviation of a number that is learned, in its own unit.
    """

    x: NDArray[np.float32]
    y: NDArray[Any]
    x_test: NDArray[np.float32]
    y_test: NDArray[Any]
    unit: float = 1.0

    def quality(self, answers: NDArray[Any]) -> float:
        """Return accuracy of scores (n, classes), or the mean squared error of values (n, 1), in the unit's square."""
        if self.y.ndim == 1:
            return float(np.mean(answers.argmax(axis=1) == self.y_test))
        return float(np.mean((answers.reshape(-1, 1) - self.y_test) ** 2) * self.unit**2)


def arrays(job: Job) -> Arrays:
    """Read the arrays that the driver has written, and scale them."""
    parts = {}
    for name in ("x", "y", "x_test", "y_test"):
        parts[name] = np.load(job.data / job.work.dataset / f"{name}.npy")
    x, y = parts["x"][: job.rows], parts["y"][: job.rows]
    if job.work.classes:
        flat = [(rows.reshape(len(rows), -1) / np.float32(255)).astype(np.float32) for rows in (x, parts["x_test"])]
        return Arrays(flat[0], y, flat[1], parts["y_test"])
    columns = [(part - part.mean(axis=0)) / part.std(axis=0) for part in (x, y)]
    return Arrays(columns[0], columns[1], columns[0], columns[1], float(y.std()))
