"""What a training on several machines does besides its steps: meet the others, and begin with one state."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dnnctl.config.schema import Config
from dnnctl.engines.base import LostError
from dnnctl.engines.choosing import gpus_to_use, import_framework
from dnnctl.engines.cluster import Cluster
from dnnctl.errors import Call, Interrupted, ModelError
from dnnctl.runs.environment import versions
from dnnctl.runs.layout import RunDirectory
from dnnctl.training.checkpoint import read_checkpoint, write_checkpoint
from dnnctl.training.observer import Observer
from dnnctl.training.preparation import Prepared
from dnnctl.training.state import TrainingState
from dnnctl.training.team import Team, joined

# What may differ between machines: where the data lies, and what only the chief does.
MAY_DIFFER = ("name", "require", "checkpoint")


@contextlib.contextmanager
def team_of(cluster: Cluster | None, prepared: Prepared, observer: Observer) -> Iterator[Team | None]:
    """Wait for the other machines and make sure that they are to train the same; None if there are no others.

    Args:
        cluster: The machines; None for this one alone.
        prepared: The training.
        observer: Hears what is waited for; may ask to stop.

    Raises:
        ModelError: If a machine does not come, or is about to train something else.
        Interrupted: If the observer asked to stop.
    """
    if cluster is None:
        yield None
        return
    _check(prepared.config)
    told: set[str] = set()

    def pause(waiting: str) -> None:
        if waiting not in told:
            observer.on_notice(waiting)
            told.add(waiting)
        if observer.stop_requested():
            raise Interrupted("interrupted before the first step")

    import_framework(prepared.config)
    with joined(cluster, _card(prepared), pause) as team:
        yield team


def _check(config: Config) -> None:
    """Raise `ModelError` if a configuration asks for what several machines do not do."""
    if config.engine == "numpy":
        raise ModelError("the NumPy engine trains on one machine; expected no `hosts`, or engine: keras")
    if config.logical_cpus > 1:
        raise ModelError(
            "device: of several machines each is one device of its processor, or its GPUs; expected auto, cpu, gpu or "
            f"gpus; received {{cpus: {config.logical_cpus}}}"
        )
    if config.training.jit_compile is True:
        raise ModelError(
            "training.jit_compile: several machines take steps that are not compiled; expected auto or false; "
            "received true"
        )


@contextlib.contextmanager
def noticed(team: Team | None, run: RunDirectory | None = None) -> Iterator[None]:
    """Say which machine has stopped where a step or a message fails for it.

    Args:
        team: The machines; None if there is one.
        run: The run to go on with; None where it is not known, as on a worker.

    Raises:
        ModelError: With what is known, and how to go on.
    """
    try:
        yield
    except LostError as error:
        assert team is not None
        what = team.lost(error)
        if run is None:
            raise ModelError(f"{what}. The run is kept by the chief, which tells how to go on") from None
        again = Call("resume", (str(run.path),), {"hosts": ",".join(team.cluster.hosts)})
        raise ModelError(f"{what}. Start all machines again to go on from the last checkpoint: ", again) from None


def _card(prepared: Prepared) -> dict[str, Any]:
    """Return what has to be the same on all machines, by names that a user understands."""
    values = dict(_flat(prepared.config.model_dump(mode="json")))
    return {
        **{key: value for key, value in values.items() if not key.endswith(".path")},
        "digests of the data": prepared.dataset.digests,
        "training rows": len(prepared.splits.train),
        "GPUs to use": gpus_to_use(prepared.config),
        **{f"version of {package}": versions()[package] for package in ("tensorflow", "keras", "numpy")},
    }


def _flat(values: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every value of a configuration that decides what is learned, by its key path."""
    if isinstance(values, dict) and (values or not path):
        for key, value in values.items():
            if path or key not in MAY_DIFFER:
                yield from _flat(value, f"{path}.{key}" if path else str(key))
    else:
        yield path, values


def begin_alike(team: Team, state: TrainingState) -> None:
    """Begin everywhere with the state that the chief has.

    Args:
        team: The machines.
        state: This one's state; of a worker it is replaced.

    Raises:
        ModelError: If another machine has stopped.
    """
    with tempfile.TemporaryDirectory() as folder:
        place = RunDirectory(Path(folder)).checkpoint
        place.parent.mkdir()

        def made() -> bytes:
            write_checkpoint(place, state.snapshot())
            return place.read_bytes()

        received = team.hand_out(made)
        if not team.cluster.chief:
            place.write_bytes(received)
            state.restore(read_checkpoint(place))
