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
    with interruptible(observer) as watching:
        result = job.train(loaded, out=runs_folder(out), observer=watching, init_from=start)
    return load(result.run)


def read_config(config: ConfigLike, overrides: Overrides = (), **options: str | int | None) -> LoadedConfig:
    """Read and check a configuration; arguments are those of `train`.

    Raises:
        ConfigError: With everything that is wrong with it.
    """
    named = Path(config) if isinstance(config, os.PathLike) else config
    return load_config(named, overrides, options)
