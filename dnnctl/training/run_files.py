"""Writing what a training leaves behind; each file whole or not at all."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from dnnctl.data.split import Splits
from dnnctl.datasets.samples import looked_at
from dnnctl.engines.base import Engine
from dnnctl.evaluation.baselines import Baseline
from dnnctl.files import json_numbers, sha256_of_file, write_json, write_npz
from dnnctl.inference.network import Measured
from dnnctl.runs.history import write_table
from dnnctl.runs.layout import RunDirectory
from dnnctl.training.final_metrics import MetricsBySplit
from dnnctl.training.preparation import Prepared
from dnnctl.training.state import Trained


def save_history(run: RunDirectory, trained: Trained) -> None:
    """Write a row an epoch, a row an inspected layer, and a row a step where these were kept."""
    write_table(run.history, trained.history)
    write_table(run.layers, trained.layers)
    if trained.losses:
        every = [float(loss) for part in trained.losses for loss in part]
        write_table(run.iterations, [{"iteration": i, "loss": loss} for i, loss in enumerate(every, start=1)])


def save_network(prepared: Prepared, engine: Engine, run: RunDirectory) -> None:
    """Write the weights, the statistics of the training rows, and the network for plain Keras."""
    write_json(run.preprocessing, prepared.preprocessing.to_json())
    write_npz(run.weights, engine.weights())
    engine.save_model(run.model)


def metrics_json(metrics: MetricsBySplit, simple: Sequence[Baseline]) -> dict[str, Any]:
    """Return final metrics as `metrics.json` has them: by split, and those of the baselines by their kind.

    Args:
        metrics: Metrics of each split.
        simple: What a trivial and a linear model reach.
    """
    by_split = {split: json_numbers(values) for split, values in metrics.items()}
    return {**by_split, "baseline": {each.kind: {"label": each.label, **json_numbers(each.test)} for each in simple}}


def save_evaluation(
    splits: Splits,
    run: RunDirectory,
    metrics: MetricsBySplit,
    simple: tuple[Baseline, ...],
    test: Measured,
    more: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Write the final metrics, and the scores of the test rows.

    Args:
        splits: The rows that were measured.
        run: The run's folder.
        metrics: Metrics of each split.
        simple: What a trivial and a linear model reach.
        test: What the network says of the test rows, or of a sample of them.
        more: Further values by name.
    """
    write_json(run.metrics, {**metrics_json(metrics, simple), **more})
    # Values in a target's unit may have more digits than 32 bits hold, as times have.
    scores = test.scores.astype("float64" if "mse" in test.metrics else "float32", copy=False)
    arrays = {"rows": splits.numbers("test"), "y_true": test.samples.y, "scores": scores}
    write_npz(run.predictions, arrays)


def facts(prepared: Prepared, command: Sequence[str], init_from: RunDirectory | None) -> dict[str, Any]:
    """Return what the manifest says of a training before it begins.

    Args:
        prepared: What it is made from.
        command: The command line.
        init_from: The run whose weights it starts from; None for fresh ones.
    """
    config, splits = prepared.config, prepared.splits
    names = prepared.dataset.info.class_names
    weighted = (
        {"class_weights": dict(zip(names, prepared.class_weights, strict=True))} if prepared.class_weights else {}
    )
    return {
        "name": config.name,
        "command": list(command),
        "seed": config.seed,
        "engine": config.engine,
        "deterministic": config.deterministic,
        "threads_asked": config.training.threads,
        "data": {
            "dataset": prepared.dataset.name,
            "found": prepared.dataset.found,
            "digests": prepared.dataset.digests,
            "notes": list(prepared.dataset.notes),
            "rows": splits.counts,
            "batch_size": prepared.batch_size,
            **weighted,
        },
        "network": {
            "architecture": prepared.plan.architecture_hash,
            "units": list(prepared.dataset.info.units(prepared.plan.outputs)),
            "parameters": prepared.plan.parameters,
            "trainable": prepared.plan.trainable,
            "steps_per_epoch": prepared.length.steps_per_epoch,
            "steps_planned": prepared.length.steps,
        },
        "init_from": str(init_from.path.absolute()) if init_from else None,
        "init_from_digest": sha256_of_file(init_from.weights) if init_from else None,
        "warnings": [warning.to_json() for warning in prepared.warnings],
    }


def sampled(measured: Mapping[str, Measured], prepared: Prepared) -> dict[str, Any]:
    """Return what the manifest of a run on a stream says of figures that are not exact, or not of all rows.

    Args:
        measured: What the network is worth on each split.
        prepared: What it is made from.
    """
    if not prepared.streamed:
        return {}
    errors = {name: each.auc_error for name, each in measured.items() if each.auc_error is not None}
    rows = {"train": len(looked_at(prepared.splits.train)), "test": len(measured["test"].samples)}
    said = "baselines, predictions.npz and plots but confusion_matrix and per_class are of samples of so many rows"
    return {"sampled": {"what": said, "rows": rows, "auc_error_at_most": errors}}


def changed_facts(prepared: Prepared, before: dict[str, Any]) -> dict[str, Any]:
    """Return what a manifest says otherwise when a training goes on, perhaps for longer.

    Args:
        prepared: What it is made from.
        before: The manifest.
    """
    network = before.get("network")
    known = network if isinstance(network, dict) else {}
    return {
        "network": {**known, "steps_planned": prepared.length.steps},
        "warnings": [warning.to_json() for warning in prepared.warnings],
    }
