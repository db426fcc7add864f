"""Opening a finished run: nothing in it is executed, only its configuration and arrays are read."""

import os
import sys
import zipfile
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from dnnctl import plugins
from dnnctl.archives import read_npy
from dnnctl.config.loading import load
from dnnctl.config.resolve import plan_of
from dnnctl.config.schema import Config
from dnnctl.data.preprocessing import Preprocessing
from dnnctl.datasets.base import DatasetInfo
from dnnctl.datasets.tables.options import ColumnOptions
from dnnctl.engines.choosing import build_engine
from dnnctl.errors import ConfigError, DataError, ModelError, RunError, UsageError
from dnnctl.inference.network import Forward, Network
from dnnctl.network.plan import NetworkPlan
from dnnctl.runs.layout import RunDirectory, how_to_resume
from dnnctl.runs.manifest import read_manifest
from dnnctl.runs.reading import open_inside, read_json
from dnnctl.runs.series import check_single

# What stands in an error before the call that comes next; the manifest has that in the words of Python.
BEFORE_CALL = ". Try: "
# What a float32 can hold: the statistics and weights of a run are computed with in 32 bits at least.
LARGEST = float(np.finfo(np.float32).max)
SMALLEST = float(np.finfo(np.float32).tiny)
WIDTHS = (2, 4, 8)
ENGINES = ("auto", "numpy", "keras")
# Bytes of an archive of arrays that are no elements: headers, names, directory.
ARCHIVE_BYTES = 1 << 16
MEMBER_BYTES = 1 << 11


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

    def network(self, engine: str = "auto") -> Network:
        """Return the run's network, ready to answer.

        Args:
            engine: `keras`, `numpy`, or `auto`: NumPy where training found that both say the same, since
                it starts in a fraction of the time; Keras otherwise.

        Raises:
            UsageError: If it is none of these.
        """
        if engine not in ENGINES:
            raise UsageError(f"`engine`: unknown engine {engine!r}{plugins.suggestion(engine, ENGINES)}")
        config = self.config
        weights = read_weights(self.run, self.plan)
        chosen = self.light_engine() if engine == "auto" else engine
        forward: Forward
        if chosen == "numpy":
            from dnnctl.engines.numpy.network import NumpyNetwork

            forward = NumpyNetwork(self.plan, self.preprocessing, weights, dtype=config.training.dtype)
        else:
            device = "cpu" if config.device == "cpu" or config.logical_cpus > 1 else "auto"
            anywhere = config.model_copy(update={"engine": "keras", "device": device})
            forward = build_engine(anywhere, self.plan, self.preprocessing, weights)
        return Network(forward, self.info, self.preprocessing, config.training.loss)

    @property
    def unfinished(self) -> tuple[str, ...]:
        """A note that the training did not come to its end; none if it did."""
        state = str(self.manifest.get("state", "unknown"))
        return () if state == "done" else (f"this run is not finished: its training is {state[:40]!r}",)

    @property
    def notes(self) -> tuple[str, ...]:
        """What someone who reads this run's metrics should know."""
        shared = "training and test are the same few rows, so these figures say nothing about new ones"
        return (*self.unfinished, *((shared,) if self.info.shared_rows else ()))

    def light_engine(self) -> str:
        """Return `numpy` where it was found to say the same as the engine that trained, else `keras`."""
        checked = self.manifest.get("engines_agree")
        agree = isinstance(checked, dict) and checked.get("passed") is True
        return "numpy" if self.config.engine == "numpy" or agree else "keras"


def open_run(run: RunDirectory) -> OpenedRun:
    """Read a run.

    Args:
        run: Its folder.

    Raises:
        RunError: If a file is missing or damaged, or its parts do not belong together.
    """
    manifest = read_manifest(run.manifest)
    check_single(run, manifest)
    if not run.weights.is_file():
        state = str(manifest.get("state", "unknown"))
        if state == "done":
            raise RunError(f"{run.weights}: no such file, although the training is done. Restore it, or train again")
        error = str(manifest.get("error", ""))
        if state == "failed" and error.startswith(f"{ModelError.__name__}: "):
            # The steps are the same again, and so is their end.
            told = error.partition(": ")[2].partition(BEFORE_CALL)[0][:2000]
            raise RunError(f"{run.path}: this run has no weights: {told}")
        raise RunError(f"{run.path}: this run has no weights; it is {state[:40]!r}. Go on with: ", how_to_resume(run))
    stored = read_preprocessing(run)
    try:
        open_inside(run.config, run.path).close()
        loaded = load(run.config, info=stored.info)
    except FileNotFoundError:
        raise RunError(f"{run.config}: no such file; the run is incomplete") from None
    except (ConfigError, DataError) as error:
        raise RunError(f"{run.path}: its configuration cannot be used: {error}") from None
    source = loaded.config.data.source
    of_table = isinstance(source, ColumnOptions) and not loaded.info.is_image
    if bool(source.paths) != (stored.info is not None) or (stored.table is not None) != of_table:
        raise RunError(f"{run.preprocessing}: is not of a network on {source.key}. Restore it, or train again")
    plan = plan_of(loaded.config, loaded.info)
    preprocessing = _check_preprocessing(run, stored, loaded.info, plan)
    network = manifest.get("network")
    if not isinstance(network, dict) or network.get("architecture") != plan.architecture_hash:
        raise RunError(
            f"{run.path}: manifest.json and config.yaml describe different networks; one of them was changed. "
            "Restore it, or train again"
        )
    return OpenedRun(run, loaded.config, loaded.info, preprocessing, plan, manifest)


def read_preprocessing(run: RunDirectory) -> Preprocessing:
    """Read a run's statistics, and what is stored of the user's own data.

    Args:
        run: The run.

    Raises:
        RunError: If the file is missing or damaged, or of another format.
    """
    try:
        return Preprocessing.from_json(read_json(run.preprocessing, run.path, "statistics"), run.preprocessing)
    except FileNotFoundError:
        raise RunError(f"{run.preprocessing}: no such file; the run is incomplete") from None
    except (OSError, ValueError, RecursionError) as error:
        raise RunError(f"{run.preprocessing}: cannot be read: {error}") from None


def _check_preprocessing(
    run: RunDirectory, stored: Preprocessing, info: DatasetInfo, plan: NetworkPlan
) -> Preprocessing:
    """Check that a run's statistics are numbers that fit its data set and its network."""
    columns = 0 if info.is_image else plan.inputs
    targets = plan.outputs if info.task == "regression" else 0
    numbers = [
        (stored.mean, columns, False),
        (stored.std, columns, True),
        (stored.target_mean, targets, False),
        (stored.target_std, targets, True),
        (() if stored.divisor is None else (stored.divisor,), int(info.is_image), True),
        (() if stored.ground is None else (stored.ground,), int(info.is_image), False),
    ]
    fits = all(
        isinstance(values, tuple)
        and len(values) == count
        and all(type(v) in {int, float} and (SMALLEST if positive else -LARGEST) <= v <= LARGEST for v in values)
        for values, count, positive in numbers
    )
    if stored.table is not None:
        fits = fits and stored.table.names == info.feature_names
    if not fits or stored.input_shape != info.input_shape:
        raise RunError(f"{run.preprocessing}: its statistics do not fit the run's data set. Restore it, or train again")
    return stored


def read_weights(run: RunDirectory, plan: NetworkPlan) -> dict[str, NDArray[Any]]:
    """Read a run's weights and check them against a network.

    No more memory is taken than the network needs: the archive's size, and each array's name, shape and type,
    are checked before any element is read.

    Args:
        run: The run.
        plan: The network they are for.

    Raises:
        RunError: If the file is missing or damaged, holds anything but finite numbers, or does not fit.
    """
    try:
        stream = open_inside(run.weights, run.path)
    except FileNotFoundError:
        raise RunError(f"{run.weights}: no such file; the run is incomplete") from None
    with stream, _archive(stream, run, plan) as archive:
        expected = plan.shapes
        found = archive.infolist()
        members = {member.filename.removesuffix(".npy"): member for member in found}
        if set(members) != set(expected) or len(found) != len(members):
            different = ", ".join(sorted(set(members) ^ set(expected))[:6]) or "a name that stands there twice"
            raise RunError(f"{run.weights}: its weights are those of another network; not in both: {different}")
        return {name: _read_array(archive, members[name], shape, run) for name, shape in expected.items()}


def _archive(stream: IO[bytes], run: RunDirectory, plan: NetworkPlan) -> zipfile.ZipFile:
    """Open the archive of a run's weights; one larger than the network's can be is not looked into."""
    size, most = os.fstat(stream.fileno()).st_size, max(WIDTHS) * plan.parameters
    most += ARCHIVE_BYTES + MEMBER_BYTES * len(plan.shapes)
    if size > most:
        raise RunError(
            f"{run.weights}: its weights are those of another network: "
            f"expected at most {most:,} bytes, received {size:,}"
        )
    # Damage to an archive's directory surfaces as many kinds of exception.
    try:
        return zipfile.ZipFile(stream)
    except Exception as error:
        raise RunError(f"{run.weights}: cannot be read as arrays: {error}") from None


def _read_array(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, expected: tuple[int, ...], run: RunDirectory
) -> NDArray[Any]:
    """Read one weight; its shape and type are checked before any of its elements is read."""
    label = f"{run.weights}: {member.filename.removesuffix('.npy')}"
    if member.compress_type != zipfile.ZIP_STORED:
        raise RunError(f"{label}: expected an array that is not compressed, as numpy.savez writes it")

    def check(shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        if shape != expected or dtype.kind != "f" or dtype.itemsize not in WIDTHS:
            raise RunError(
                f"{label}: expected floating point numbers of shape {expected}; received {dtype} {shape}. "
                "The network must have the same layers as the run"
            )

    try:
        with archive.open(member) as stream:
            array = read_npy(stream, member.file_size, label, check, sys.maxsize)
    except DataError as error:
        raise RunError(str(error)) from None
    except RunError:
        raise
    except Exception as error:
        raise RunError(f"{label}: cannot be read: {error}") from None
    most = min(LARGEST, float(np.finfo(array.dtype).max))
    wrong = int(array.size - np.count_nonzero(np.abs(array) <= most))
    if wrong:
        raise RunError(
            f"{label}: {wrong:,} of {array.size:,} weights are infinite or not a number; the training diverged or "
            "the file was changed. Train again, or take another run"
        )
    return array.astype(array.dtype.newbyteorder("="), copy=False)
