"""The manifest: what made a run, and what it made."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from dnnctl.errors import RunError
from dnnctl.files import sha256_of_file, write_json
from dnnctl.runs.environment import environment, machine, now, versions
from dnnctl.runs.layout import RunDirectory
from dnnctl.runs.reading import read_json
from dnnctl.version import __version__

# Of a run's files; another one is not read.
FORMAT = 2
State = Literal["running", "done", "interrupted", "failed"]
# What a manifest says of how a training ended; none of it holds once training goes on.
ENDED = (
    "finished",
    "error",
    "files",
    "optimizer_steps",
    "epochs_trained",
    "best_epoch",
    "verdict",
    "advice",
    "unmet",
    "device",
    "threads",
    "engines_agree",
    "sampled",
    "seconds",
)


class Manifest:
    """The manifest of one run, written anew at each change of state.

    `starts` has an entry each time that training began or was resumed:

        state         running, done, interrupted, failed; killed if it ended without a word
        first_step    the first optimizer step it took, counted from 1 over the whole run
        last_step     the last one that was kept: what comes after it was not in a checkpoint and is taken again
        steps_taken   how many it took in all; null if it was killed
        steps_planned the length of the training, in optimizer steps, as it was to be then

    Args:
        run: The run.
        facts: What is known at the start: command line, seed, engine, data, splits, network.
        before: What the manifest says, if the run is resumed.
    """

    def __init__(self, run: RunDirectory, facts: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> None:
        self._run = run
        self._values: dict[str, Any] = dict(before) if before else self._first()
        self._values.update(facts)
        for name in ENDED:
            self._values.pop(name, None)

    def _first(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "dnnctl": __version__,
            "state": "running",
            "started": now(),
            "versions": versions(),
            "platform": machine(),
        }

    def begin(self, steps: int, command: Sequence[str] = ()) -> None:
        """Write the manifest with a new entry in `starts`.

        Args:
            steps: Optimizer steps that the run has behind it.
            command: The command line.
        """
        written = self._values.get("starts", [])
        starts = [dict(start) for start in written if isinstance(start, dict)] if isinstance(written, list) else []
        if starts and starts[-1].get("state") == "running":
            starts[-1].update(state="killed", last_step=steps)
        new = {"started": now(), "state": "running", "first_step": steps + 1, "last_step": steps, "steps_taken": None}
        network = self._values.get("network")
        planned = network.get("steps_planned") if isinstance(network, dict) else None
        self._values["starts"] = [*starts, {**new, "steps_planned": planned, "command": list(command)}]
        self.update("running")

    def count(self, last_step: int, taken: int) -> None:
        """Note how far this start came; written with the next `update`.

        Args:
            last_step: The last optimizer step that is in a checkpoint, counted over the whole run.
            taken: Steps taken since `begin`.
        """
        self._values["starts"][-1].update(last_step=last_step, steps_taken=taken)

    def replicas(self, count: int) -> int:
        """Note on how many devices the steps are taken; return on how many they were before, one if nothing is known.

        Args:
            count: Devices of all machines, each of which has a part of every batch.
        """
        known = self._values.get("replicas")
        before, self._values["replicas"] = known if isinstance(known, int) else 1, count
        if before != count:
            self.update("running")
        return before

    def update(self, state: State, **facts: Any) -> None:
        """Write the manifest with a new state and further facts.

        Args:
            state: What the run is now.
            facts: Values to add or replace.
        """
        self._values.update(facts)
        self._values["state"] = state
        # At each change of state: TensorFlow's determinism shows only once it was started.
        self._values["environment"] = environment()
        if state != "running":
            self._values["finished"] = now()
            for start in self._values.get("starts", [])[-1:]:
                start.update(state=state, finished=now())
            self._values["files"] = {
                path.relative_to(self._run.path).as_posix(): sha256_of_file(path) for path in self._run.primary_files()
            }
        write_json(self._run.manifest, self._values)


def check_format(run: RunDirectory, manifest: Mapping[str, Any]) -> None:
    """Check that this version of dnnctl can read a run's files.

    Args:
        run: The run.
        manifest: Its manifest.

    Raises:
        RunError: If another version wrote them in another form; the message says what to do.
    """
    received = manifest.get("format")
    if received != FORMAT:
        version, written = str(manifest.get("dnnctl", __version__))[:40], repr(received)[:20]
        # One that names this very version came of a state between two releases, or was changed by hand.
        advice = (
            "; this dnnctl writes no such runs. Train again"
            if version == __version__
            else f", as dnnctl {version} wrote it. Use that version, or train again with this one"
        )
        raise RunError(
            f"{run.path}: expected a run of format {FORMAT}; received {'none' if received is None else written}{advice}"
        )


def read_manifest(path: Path) -> dict[str, Any]:
    """Read a manifest.

    Raises:
        RunError: If it is missing, not JSON, larger than 16 MiB, or no regular file in the run's folder.
    """
    try:
        value = read_json(path, path.parent, "a run's manifest")
    except FileNotFoundError:
        raise RunError(f"{path}: no such file; is this the folder of a run?") from None
    if not isinstance(value, dict):
        raise RunError(f"{path}: expected a run's manifest; received {type(value).__name__}")
    return value
