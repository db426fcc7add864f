"""Opening a finished run: nothing in it is executed, only its configuration and arrays are read."""

import json
import zipfile
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.config.loading import load
from dnnctl.config.resolve import plan_of
from dnnctl.config.schema import Config
from dnnctl.data.preprocessing import Preprocessing
from dnnctl.datasets.base import DatasetInfo
from dnnctl.engines.base import Hardware, NetworkTask
from dnnctl.errors import ConfigError, RunError
from dnnctl.inference.network import Network
from dnnctl.layers.parts.plan import NetworkPlan
from dnnctl.runs.layout import RunDirectory
from dnnctl.runs.manifest import read_manifest


@dataclass(frozen=True)
class OpenedRun:
    """A run that was read.

    Args:
        run: Its folder.
        config: Its configuration.
        info: What is known about its data set.
        preprocessing: Statistics of its training rows.
        plan: Its network.
        manifest: What made it.
    """

    run: RunDirectory
    config: Config
    info: DatasetInfo
    preprocessing: Preprocessing
    plan: NetworkPlan
    manifest: dict[str, Any]

    def network(self) -> Network:
        """Return the run's network, ready to answer."""
        from dnnctl.engines.keras.engine import KerasEngine

        config = self.config
        task = NetworkTask(
            self.plan,
            self.preprocessing,
            config.training.loss,
            config.training.optimizer,
            config.seed,
            read_weights(self.run, self.plan),
        )
        engine = KerasEngine(task, Hardware(device="auto" if config.device == "gpu" else config.device))
        return Network(engine, self.info, self.preprocessing, config.training.loss)


def open_run(run: RunDirectory) -> OpenedRun:
    """Read a run.

    Args:
        run: Its folder.

    Raises:
        RunError: If a file is missing or damaged, or its parts do not belong together.
    """
    manifest = read_manifest(run.manifest)
    if not run.weights.is_file():
        state = manifest.get("state", "unknown")
        raise RunError(
            f"{run.path}: this run has no weights; it is {state!r}. Train it again: dnnctl train {run.config}"
        )
    try:
        loaded = load(run.config)
        preprocessing = Preprocessing.from_json(json.loads(run.preprocessing.read_text(encoding="utf-8")))
    except ConfigError as error:
        raise RunError(f"{run.path}: its configuration cannot be used: {error}") from None
    except (OSError, ValueError) as error:
        raise RunError(f"{run.preprocessing}: cannot be read: {error}") from None
    plan = plan_of(loaded.config, loaded.info)
    expected = manifest.get("network", {}).get("architecture")
    if expected != plan.architecture_hash:
        raise RunError(
            f"{run.path}: manifest.json and config.yaml describe different networks; one of them was changed. "
            "Restore it, or train again"
        )
    return OpenedRun(run, loaded.config, loaded.info, preprocessing, plan, manifest)


def read_weights(run: RunDirectory, plan: NetworkPlan) -> dict[str, NDArray[Any]]:
    """Read a run's weights and check them against a network.

    Args:
        run: The run.
        plan: The network they are for.

    Raises:
        RunError: If the file is missing or damaged, holds anything but numbers, or does not fit.
    """
    expected = plan.shapes
    try:
        with np.load(run.weights, allow_pickle=False) as stored:
            names = set(stored.files)
            if names != set(expected):
                different = sorted(names ^ set(expected))[:6]
                raise RunError(
                    f"{run.weights}: its weights are those of another network; not in both: {', '.join(different)}"
                )
            weights = {name: stored[name] for name in expected}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise RunError(f"{run.weights}: cannot be read as arrays: {error}") from None
    for name, shape in expected.items():
        array = weights[name]
        if array.shape != shape or array.dtype.kind != "f":
            raise RunError(
                f"{run.weights}: {name}: expected floating point numbers of shape {shape}; received {array.dtype} "
                f"{array.shape}. The network must have the same layers as the run"
            )
    return weights
