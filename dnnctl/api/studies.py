"""Looking into data, networks and runs from Python: what is wrong with them, and do they come out again?"""

import os
from typing import TYPE_CHECKING

from dnnctl.api.arguments import RunLike, expect, find, path_of, runs_folder, whole
from dnnctl.api.training import ConfigLike, read_config
from dnnctl.config.overrides import Overrides
from dnnctl.training.observer import Observer

if TYPE_CHECKING:
    from dnnctl.experiments.data.finding import Checks
    from dnnctl.experiments.data.pipeline import PipelineReport
    from dnnctl.experiments.explain.gradcheck import GradientCheck
    from dnnctl.experiments.explain.trace import Trace
    from dnnctl.experiments.reproduce.train_again import Reproduction
    from dnnctl.runs.verifying import Verification


def check_data(config: ConfigLike, *, overrides: Overrides = ()) -> "Checks":
    """Look at the data of a configuration before training on it, as `dnnctl data check` does.

    Args:
        config: As of `dnnctl.train`.
        overrides: As of `dnnctl.train`.

    Returns:
        What each check found: its `name`, its `status` (`passed`, `warned`, `failed`) and the `finding` in words.

    Raises:
        ConfigError: With everything that is wrong with the configuration.
        DataError: If the data is missing or damaged, or too few rows are left to train on.
    """
    from dnnctl.experiments.data.check import check_data as check

    loaded = read_config(config, overrides)
    return check(loaded, loaded.read())


def inspect_pipeline(config: ConfigLike, *, overrides: Overrides = ()) -> "PipelineReport":
    """Look at how the rows of a configuration come to the training steps, as `dnnctl data pipeline` does.

    Args:
        config: As of `dnnctl.train`.
        overrides: As of `dnnctl.train`.

    Returns:
        The `stages` with what each hands on, rows a second `alone` and beside `training`, and `waiting`: the share of
        the time for which steps waited for their rows.

    Raises:
        DnnctlError: If something is wrong that the user can put right.
    """
    from dnnctl.experiments.data.pipeline import inspect_pipeline as look

    return look(read_config(config, overrides))


def gradcheck(config: ConfigLike, *, overrides: Overrides = (), rows: int = 16, keras: bool = True) -> "GradientCheck":
    """Prove the gradients of a network against differences, as `dnnctl gradcheck` does.

    Args:
        config: As of `dnnctl.train`.
        overrides: As of `dnnctl.train`.
        rows: Training rows to check on.
        keras: Whether to compare with TensorFlow's gradients too.

    Returns:
        Whether all `passed`, and what was found for each array of weights.

    Raises:
        DnnctlError: If something is wrong that the user can put right.
    """
    from dnnctl.experiments.explain.gradcheck import gradcheck as check

    return check(read_config(config, overrides), rows=whole("rows", rows), keras=keras)


def trace(config: ConfigLike, *, overrides: Overrides = (), steps: int = 1, rows: int | None = None) -> "Trace":
    """Look at the first steps of a training, layer by layer, there and back, as `dnnctl trace` does.

    Args:
        config: As of `dnnctl.train`.
        overrides: As of `dnnctl.train`.
        steps: Steps to take.
        rows: Rows a step; the configuration's batch size if None.

    Returns:
        The steps: losses, outputs and gradients of each layer, and changes of each weight.

    Raises:
        DnnctlError: If something is wrong that the user can put right.
    """
    from dnnctl.experiments.explain.trace import trace as look

    return look(
        read_config(config, overrides), steps=whole("steps", steps), rows=None if rows is None else whole("rows", rows)
    )


def reproduce(
    run: "RunLike" = "latest",
    *,
    init_from: "RunLike | None" = None,
    data: str | os.PathLike[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    observer: Observer | None = None,
) -> "Reproduction":
    """Train a run again in a scratch folder and compare bit by bit, as `dnnctl reproduce` does.

    Args:
        run: A finished run, its path, its name (its newest), or `latest`.
        init_from: The run whose weights it was started from, where that moved.
        data: Folder or file to read the data set from, in place of where the training found it.
        out: The folder of runs; `$DNNCTL_OUTPUT_DIR`, or `outputs`, if None.
        observer: Who watches the training; nobody if None.

    Returns:
        Whether all is `equal`, and what differs, in weights, metrics, versions and platform.

    Raises:
        DnnctlError: If the run is not finished or not whole, or cannot be trained here.
        Interrupted: If the observer asked to stop.
    """
    from dnnctl.experiments.reproduce.train_again import reproduce as again

    start = None if init_from is None else str(find(init_from, out, "init_from").path)
    expect("observer", observer, (Observer, type(None)), "an Observer")
    return again(find(run, out), out=runs_folder(out), init_from=start, data=path_of("data", data), observer=observer)


def verify(run: "RunLike" = "latest", *, out: str | os.PathLike[str] | None = None) -> "Verification":
    """Check that a run's files are as they were written, as `dnnctl runs verify` does.

    Args:
        run: A run, its path, its name (its newest), or `latest`.
        out: The folder of runs; `$DNNCTL_OUTPUT_DIR`, or `outputs`, if None.

    Returns:
        Whether all files `passed`, and which are damaged, missing or extra.

    Raises:
        RunError: If the manifest cannot be read, or has no hashes to compare with.
    """
    from dnnctl.runs.verifying import verify as compare

    return compare(find(run, out))
