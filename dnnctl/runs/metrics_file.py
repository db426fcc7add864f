"""The final metrics of a run, as `metrics.json` has them."""

from typing import Any

from dnnctl.errors import RunError
from dnnctl.runs.layout import RunDirectory
from dnnctl.runs.reading import read_json


def read_metrics(run: RunDirectory) -> tuple[dict[str, dict[str, float]], dict[str, dict[str, Any]]]:
    """Read a finished run's metrics.

    Args:
        run: Its folder.

    Returns:
        Loss and metrics by split; and what each baseline reaches on the test rows, with its `label`, by its kind.

    Raises:
        RunError: If the file is missing or holds anything else.
    """
    stored = read_metrics_json(run)
    simple = {kind: values for kind, values in stored.get("baseline", {}).items() if isinstance(values, dict)}
    return {split: _numbers(values) for split, values in stored.items() if split != "baseline"}, simple


def read_metrics_json(run: RunDirectory) -> dict[str, dict[str, Any]]:
    """Read what a finished run's `metrics.json` holds, unsorted.

    Args:
        run: Its folder.

    Returns:
        What the file has by split, and under `baseline`; the values may be anything that JSON knows.

    Raises:
        RunError: If the file is missing or has no splits.
    """
    try:
        stored = read_json(run.metrics, run.path, "metrics")
    except FileNotFoundError:
        raise RunError(f"{run.metrics}: no such file; the run is incomplete") from None
    if not isinstance(stored, dict) or not all(isinstance(values, dict) for values in stored.values()):
        raise no_metrics(run)
    return stored


def no_metrics(run: RunDirectory) -> RunError:
    """Return the error of a `metrics.json` that holds something else."""
    return RunError(f"{run.metrics}: expected figures by split, as {{'test': {{'loss': 0.1}}}}")


def _numbers(values: dict[str, Any]) -> dict[str, float]:
    return {name: float(value) for name, value in values.items() if type(value) in {int, float}}
