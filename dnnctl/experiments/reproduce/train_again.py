"""Training a run again and comparing bit by bit."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dnnctl.config.loading import load
from dnnctl.config.schema import Config
from dnnctl.errors import Interrupted, RunError, UsageError
from dnnctl.experiments.reproduce.compare import (
    ArrayDifference,
    Change,
    changes,
    different_weights,
    environment_changes,
    final_metrics,
    first_different_epoch,
)
from dnnctl.inference.open import OpenedRun, open_run, read_weights
from dnnctl.notebook import Shown, Tabular
from dnnctl.runs.finding import find_run
from dnnctl.runs.layout import RunDirectory
from dnnctl.runs.manifest import read_manifest
from dnnctl.training.job import train
from dnnctl.training.observer import Observer


@dataclass(frozen=True, repr=False)
class Reproduction(Tabular):
    """What came of training a run again.

    Args:
        run: The run.
        arrays: How many weight arrays were compared.
        numbers: How many numbers they hold.
        weights: Arrays that differ.
        metrics: Final metrics that differ, with all their digits.
        first_epoch: The first epoch whose metrics differ, counted from 1; None if none does.
        environment: What differs in versions, platform, flags, threads and data.
        deterministic: Whether the configuration asks for deterministic operations.
        lengthened: The schedule of the learning rate, if it depends on the length of the training and that was
            changed on the way; None otherwise. Trained in one go the run comes to something else.
    """

    run: RunDirectory
    arrays: int
    numbers: int
    weights: tuple[ArrayDifference, ...]
    metrics: tuple[Change, ...]
    first_epoch: int | None
    environment: tuple[Change, ...]
    deterministic: bool
    lengthened: str | None

    @property
    def equal(self) -> bool:
        """Whether weights, metrics and epochs are the same in every bit."""
        return not (self.weights or self.metrics or self.first_epoch)

    def _shown(self) -> Shown:
        rows = [(each.name, f"{each.different:,} of {each.size:,}", f"by {each.largest:.3g}") for each in self.weights]
        rows += [(each.name, each.then, each.now) for each in (*self.metrics, *self.environment)]
        heading = f"Reproduction({str(self.run.path)!r}): {'equal' if self.equal else 'different'}"
        return heading, ("different", "then", "now"), rows, ()

    def to_json(self) -> dict[str, Any]:
        """Return this as plain values."""
        return {**asdict(self), "run": str(self.run.path), "equal": self.equal}


def reproduce(
    run: RunDirectory,
    *,
    out: Path = Path("outputs"),
    init_from: str | None = None,
    data: Path | None = None,
    observer: Observer | None = None,
    command: Sequence[str] = (),
) -> Reproduction:
    """Train from a run's own configuration, in a scratch folder, and compare; the run itself is only read.

    Args:
        run: A finished run.
        out: Folder of runs, to look `init_from` up in.
        init_from: The run whose weights it was started from, where that is not where it was.
        data: Folder or file to read the data set from, instead of where the training found it.
        observer: Who watches the training; nobody if None.
        command: The command line, for the scratch run's manifest.

    Raises:
        DnnctlError: If the run is not finished or not whole, or cannot be trained here.
        Interrupted: If the observer asked to stop.
    """
    opened = open_run(run)
    state = opened.manifest.get("state")
    if state != "done":
        raise RunError(
            f"{run.path}: only a finished run can be compared with; its training is {str(state)[:40]!r}. "
            "Train to the end first"
        )
    before = read_weights(run, opened.plan)
    # Read first, so that a damaged run is found before it is trained again.
    known = final_metrics(run)
    start = _start(opened, init_from, out)
    loaded = load(run.config, [f"data.path={data.absolute()}"] if data else [])
    with tempfile.TemporaryDirectory(prefix="dnnctl-reproduce-") as scratch:
        try:
            again = train(loaded, out=Path(scratch), observer=observer, init_from=start, command=command).run
        except Interrupted:
            raise Interrupted(f"interrupted; {run.path} is as it was") from None
        after = read_weights(again, opened.plan)
        return Reproduction(
            run,
            len(before),
            sum(array.size for array in before.values()),
            different_weights(before, after),
            changes(known, final_metrics(again)),
            first_different_epoch(run, again),
            environment_changes(opened.manifest, read_manifest(again.manifest)),
            loaded.config.deterministic,
            _lengthened(opened.manifest, loaded.config),
        )


def _lengthened(manifest: Mapping[str, Any], config: Config) -> str | None:
    """Return the schedule that a change of the training's length changed; None if there is none."""
    schedule = config.training.optimizer.learning_rate
    starts = manifest.get("starts")
    entries = [start for start in starts if isinstance(start, dict)] if isinstance(starts, list) else []
    lengths = {start["steps_planned"] for start in entries if isinstance(start.get("steps_planned"), int)}
    return schedule.key if schedule.depends_on_length() and len(lengths) > 1 else None


def _start(opened: OpenedRun, named: str | None, out: Path) -> RunDirectory | None:
    """Return the run whose weights a run was started from; None for fresh weights."""
    recorded = opened.manifest.get("init_from")
    if named is not None:
        if recorded is None:
            raise UsageError(f"{opened.run.path}: was not started from another run; expected no `init_from`")
        return find_run(named, out)
    if recorded is None:
        return None
    start = RunDirectory(Path(str(recorded)))
    try:
        read_manifest(start.manifest)
    except RunError:
        raise RunError(
            f"{opened.run.path}: was started from the weights of {str(recorded)[:200]}, which is no run here. "
            "Say where that run is: `init_from`=RUN"
        ) from None
    return start
