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


@dataclass(frozen=True)
class RunDirectory:
    """The folder of one run.

    Args:
        path: The folder.
    """

    path: Path

    @property
    def config(self) -> Path:
        """The resolved configuration; training it repeats the run (from the weights of another one, if that did)."""
        return self.path / "config.yaml"

    @property
    def manifest(self) -> Path:
        """Versions, platform, digests, sizes, timings, hashes, and the run's state."""
        return self.path / MANIFEST

    @property
    def preprocessing(self) -> Path:
        """Statistics fitted on the training rows."""
        return self.path / "preprocessing.json"

    @property
    def history(self) -> Path:
        """A row an epoch."""
        return self.path / "history.csv"

    @property
    def iterations(self) -> Path:
        """A row an optimizer step, where the length is given in iterations."""
        return self.path / "iterations.csv"

    @property
    def layers(self) -> Path:
        """A row an epoch and layer."""
        return self.path / "layers.csv"

    @property
    def metrics(self) -> Path:
        """The final metrics of each split and of the baselines."""
        return self.path / "metrics.json"

    @property
    def predictions(self) -> Path:
        """Row numbers, truth and scores of the test rows."""
        return self.path / "predictions.npz"

    @property
    def model(self) -> Path:
        """The network with its preprocessing, for plain Keras."""
        return self.path / "model.keras"

    @property
    def weights(self) -> Path:
        """The network's weights by name."""
        return self.path / "weights.npz"

    @property
    def ensemble(self) -> Path:
        """How the members of an ensemble vote, and their names; other runs have none."""
        return self.path / "ensemble.json"

    @property
    def members(self) -> Path:
        """The folder of an ensemble's members, each a run."""
        return self.path / "members"

    @property
    def plots(self) -> Path:
        """The folder of pictures."""
        return self.path / "plots"

    @property
    def checkpoint(self) -> Path:
        """Everything that an exact resume needs."""
        return self.path / "checkpoint" / "state.npz"

    @property
    def lock(self) -> Path:
        """Held by the process that trains."""
        return self.path / "checkpoint" / "lock"

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
