"""A training on several machines, as those see it that are not the chief.

A worker prepares the same rows and the same network, gets the state to begin with from the chief, takes its part in
every step and hears the chief's decisions. It keeps nothing on disk.
"""

from dnnctl.config.loading import LoadedConfig
from dnnctl.config.overrides import Overrides
from dnnctl.engines.choosing import build_engine
from dnnctl.engines.cluster import Cluster
from dnnctl.errors import Interrupted
from dnnctl.inference.network import Network
from dnnctl.network.initial_weights import initial_weights
from dnnctl.runs.layout import RunDirectory
from dnnctl.training.checkpoint import CheckpointManager
from dnnctl.training.loop import loop_of
from dnnctl.training.observer import Observer, StepProgress
from dnnctl.training.preparation import prepare
from dnnctl.training.resume import open_for_resume
from dnnctl.training.several import begin_alike, noticed, team_of


def take_part(
    what: LoadedConfig | RunDirectory, cluster: Cluster, overrides: Overrides = (), observer: Observer | None = None
) -> int:
    """Take part in a training as a worker, to its end.

    Args:
        what: The checked configuration; or the run that the chief goes on with, of which nothing is changed.
        cluster: The machines, of which this one is not the chief.
        overrides: Of a run, as in `resume`.
        observer: Who watches; nobody if None.

    Returns:
        How many steps were taken.

    Raises:
        DnnctlError: If something is wrong that the user can put right, or another machine has stopped.
        Interrupted: If the chief was asked to stop.
    """
    observer = observer or Observer()
    loaded = open_for_resume(what, overrides).loaded if isinstance(what, RunDirectory) else what
    prepared = prepare(loaded, observer.on_download)
    config = prepared.config
    weights = initial_weights(prepared.plan, config.seed, config.training.dtype)
    with team_of(cluster, prepared, observer) as team, noticed(team):
        assert team is not None
        engine = build_engine(
            config, prepared.plan, prepared.preprocessing, weights, prepared.class_weights, cluster=cluster
        )
        network = Network(engine, prepared.dataset.info, prepared.preprocessing, config.training.loss)
        checkpoints = CheckpointManager(None, config.checkpoint)
        loop = loop_of(prepared, engine, network, checkpoints, _Stepping(observer), team)
        begin_alike(team, loop.state)
        before = loop.state.steps
        trained = loop.run()
        taken = loop.state.steps - before
        if trained.interrupted:
            raise Interrupted(f"the chief, {cluster.hosts[0]}, was asked to stop; {taken:,} steps were taken")
    return taken


class _Stepping(Observer):
    """Passes on that steps are taken, and nothing that the chief tells already.

    Args:
        observer: Who is told.
    """

    def __init__(self, observer: Observer) -> None:
        self._observer = observer

    def on_progress(self, progress: StepProgress) -> None:
        """Pass on that a group of steps is done; end where this machine is asked to stop, which the chief hears of."""
        self._observer.on_progress(progress)
        if self._observer.stop_requested():
            raise Interrupted("interrupted; the chief, which keeps the run, tells how to go on")
