"""A run on disk: the name of every file in it, and making a new one."""

import datetime
import os
from dataclasses import dataclass
from pathlib import Path

from dnnctl.errors import Call, RunError

MANIFEST = "manifest.json"


def output_folder() -> Path:
    """Return the folder of all runs where none is named: `$DNNCTL_OUTPUT_DIR`, or `outputs`."""
    return Path(os.environ.get("DNNCTL_OUTPUT_DIR") or "outputs")


class _Inside:
    """The path of a file or folder in that of a run."""

    def __init__(self, *parts: str) -> None:
        self._parts = parts

    def __get__(self, run: "RunDirectory", _: type) -> Path:
        return run.path.joinpath(*self._parts)


@dataclass(frozen=True)
class RunDirectory:
    """The folder of one run.

    Args:
        path: The folder.
    """

    path: Path

    config = _Inside("config.yaml")
    """The resolved configuration; training it repeats the run (from the weights of another one, if that did)."""
    manifest = _Inside(MANIFEST)
    """Versions, platform, digests, sizes, timings, hashes, and the run's state."""
    preprocessing = _Inside("preprocessing.json")
    """Statistics fitted on the training rows."""
    history = _Inside("history.csv")
    """A row an epoch."""
    iterations = _Inside("iterations.csv")
    """A row an optimizer step, where the length is given in iterations."""
    layers = _Inside("layers.csv")
    """A row an epoch and layer."""
    metrics = _Inside("metrics.json")
    """The final metrics of each split and of the baselines."""
    predictions = _Inside("predictions.npz")
    """Row numbers, truth and scores of the test rows."""
    model = _Inside("model.keras")
    """The network with its preprocessing, for plain Keras."""
    weights = _Inside("weights.npz")
    """The network's weights by name."""
    ensemble = _Inside("ensemble.json")
    """How the members of an ensemble vote, and their names; other runs have none."""
    members = _Inside("members")
    """The folder of an ensemble's members, each a run."""
    plots = _Inside("plots")
    """The folder of pictures."""
    checkpoint = _Inside("checkpoint", "state.npz")
    """Everything that an exact resume needs."""
    lock = _Inside("checkpoint", "lock")
    """Held by the process that trains."""

    def can_answer(self) -> bool:
        """Whether what its answers come from is there: weights, or the members of an ensemble."""
        # Unlike Path.is_file, this never raises.
        return os.path.isfile(self.weights) or os.path.isfile(self.ensemble)  # noqa: PTH113

    def primary_files(self) -> list[Path]:
        """Return the files whose hashes the manifest keeps: all but the manifest, plots and reports.

        Those of an ensemble include its members' files.
        """
        named = (
            self.config,
            self.preprocessing,
            self.history,
            self.iterations,
            self.layers,
            self.metrics,
            self.predictions,
            self.model,
            self.weights,
            self.ensemble,
        )
        own = [path for path in named if path.is_file()]
        if self.ensemble not in own:
            return own
        # Not whatever is in the folder: members have numbers of two digits, and are no ensembles themselves.
        inner = [RunDirectory(self.members / f"{number:02d}") for number in range(1, 100)]
        return own + [path for member in inner if not member.ensemble.exists() for path in member.primary_files()]


def run_at(path: Path) -> RunDirectory:
    """Make the folders of a run in a given place, as far as they are not there.

    Args:
        path: The run's own folder.

    Raises:
        RunError: If they cannot be made.
    """
    try:
        for folder in ("plots", "checkpoint"):
            (path / folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"{path}: the run's folder cannot be made: {error.strerror}") from None
    return RunDirectory(path)


def how_to_resume(run: RunDirectory) -> Call:
    """Return the call that goes on with a run."""
    return Call("resume", (str(run.path),))


def create_run(out: Path, name: str, now: datetime.datetime | None = None) -> RunDirectory:
    """Make the folder of a new run: `<out>/<name>/<YYYYMMDD-HHMMSS>`, with `-2`, `-3`, ... if taken.

    Args:
        out: The output folder.
        name: The configuration's name.
        now: When the run starts; now, if not given.

    Raises:
        RunError: If the folder cannot be made.
    """
    stamp = (now or datetime.datetime.now()).strftime("%Y%m%d-%H%M%S")
    parent = out / name
    try:
        parent.mkdir(parents=True, exist_ok=True)
        for attempt in range(1, 10_000):
            path = parent / (stamp if attempt == 1 else f"{stamp}-{attempt}")
            try:
                path.mkdir()
            except FileExistsError:
                continue
            return run_at(path)
    except OSError as error:
        raise RunError(
            f"{parent}: the run's folder cannot be made: {error.strerror}. Choose another place with `out`"
        ) from None
    raise RunError(f"{parent}: every name for this second is taken")
