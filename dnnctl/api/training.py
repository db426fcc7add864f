"""Training from Python, and the configurations that all functions here take alike."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dnnctl.api.arguments import RunLike, find, runs_folder
from dnnctl.api.interrupts import interruptible
from dnnctl.api.run import Run, load
from dnnctl.config.loading import LoadedConfig
from dnnctl.config.loading import load as load_config
from dnnctl.config.overrides import Overrides
from dnnctl.config.schema import Config
from dnnctl.engines.cluster import Cluster, find_cluster
from dnnctl.errors import UsageError
from dnnctl.runs.layout import RunDirectory
from dnnctl.runs.manifest import read_manifest
from dnnctl.runs.series import check_single
from dnnctl.training import job
from dnnctl.training.observer import Observer

ConfigLike = str | os.PathLike[str] | Mapping[str, Any] | Config


def train(
    config: ConfigLike,
    *,
    overrides: Overrides = (),
    name: str | None = None,
    engine: str | None = None,
    seed: int | None = None,
    init_from: "RunLike | None" = None,
    hosts: str | None = None,
    worker: int | None = None,
    out: str | os.PathLike[str] | None = None,
    observer: Observer | None = None,
) -> Run:
    """Train a network, evaluate it, save it and draw its plots, as `dnnctl train` does.

    Args:
        config: A dict with the keys of a YAML file, a file's path, a shipped configuration's name, as `digits`, or
            the `config` of a run. Relative paths in a dict start at the current directory.
        overrides: Values by key path, as `{"training.epochs": 5, "model.layers[0].dense": 64}`, or a list of
            `key=value` in YAML, as `["training.epochs=5"]`.
        name: Name of the run, in place of the configuration's.
        engine: `keras` or `numpy`, in place of the configuration's.
        seed: The seed, in place of the configuration's.
        init_from: A run whose weights to start from.
        hosts: Addresses of the machines that train together, as `host1:2222,host2:2222`, the chief first, which is
            this one; the others call `dnnctl.take_part`. None asks `TF_CONFIG` and SLURM, else this machine is alone.
        worker: Which of `hosts` this machine is, counted from 0; None to find out.
        out: The folder of runs; `$DNNCTL_OUTPUT_DIR`, or `outputs`, if None.
        observer: Who watches; nobody if None.

    Returns:
        The finished run, ready to be asked.

    Raises:
        ConfigError: With everything that is wrong with the configuration.
        DnnctlError: If something else is wrong that the user can put right.
        Interrupted: If the observer asked to stop, or Ctrl-C was pressed; the message names the call that goes on.
    """
    loaded = read_config(config, overrides, name=name, engine=engine, seed=seed)
    start = None if init_from is None else find(init_from, out, "init_from")
    if start is not None:
        check_single(start, read_manifest(start.manifest))
    cluster = chief_of(hosts, worker)
    with interruptible(observer) as watching:
        result = job.train(loaded, out=runs_folder(out), observer=watching, init_from=start, cluster=cluster)
    return load(result.run)


def chief_of(hosts: str | None, worker: int | None) -> Cluster | None:
    """Return the machines that train together, of which this one is the chief; None if it is alone.

    Raises:
        UsageError: If it is another one; arguments are those of `train`.
    """
    cluster = find_cluster(hosts, worker, os.environ)
    if cluster is not None and not cluster.chief:
        raise UsageError(
            f"`worker`: expected the chief, {cluster.hosts[0]}, which keeps the run; this is another machine, "
            f"{cluster.here}, where dnnctl.take_part is to be called"
        )
    return cluster


def take_part(
    config: "ConfigLike | RunDirectory | Run",
    *,
    overrides: Overrides = (),
    hosts: str | None = None,
    worker: int | None = None,
    observer: Observer | None = None,
) -> int:
    """Take part in a training on several machines as one that is not the chief, as `dnnctl train` does there.

    Args:
        config: As of `dnnctl.train`; or, where the chief resumes, the run, a `Run` or `RunDirectory`, in which nothing
            is changed.
        overrides: As of `dnnctl.train`, the same as the chief's.
        hosts: As of `dnnctl.train`, the same as the chief's.
        worker: As of `dnnctl.train`.
        observer: Who watches; nobody if None.

    Returns:
        How many steps were taken; the chief keeps the run.

    Raises:
        ConfigError: With everything that is wrong with the configuration.
        DnnctlError: If something else is wrong that the user can put right, or another machine has stopped.
        Interrupted: If the chief was asked to stop.
    """
    from dnnctl.training import worker as workers

    cluster = find_cluster(hosts, worker, os.environ)
    if cluster is None or cluster.chief:
        raise UsageError("`worker`: expected one of several machines that is not the chief, which calls dnnctl.train")
    if isinstance(config, Run | RunDirectory):
        found = RunDirectory(config.path)
        return workers.take_part(found, cluster, overrides, observer)
    return workers.take_part(read_config(config, overrides), cluster, (), observer)


def read_config(config: ConfigLike, overrides: Overrides = (), **options: str | int | None) -> LoadedConfig:
    """Read and check a configuration; arguments are those of `train`.

    Raises:
        ConfigError: With everything that is wrong with it.
    """
    named = Path(config) if isinstance(config, os.PathLike) else config
    return load_config(named, overrides, options)
