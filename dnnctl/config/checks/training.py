"""Checks of the training: loss and metrics against the task, monitors, lengths, batch sizes."""

import math
from collections.abc import Iterator

from dnnctl import plugins
from dnnctl.config import metrics
from dnnctl.config.checks import Finding
from dnnctl.config.resolve import resolve_output
from dnnctl.config.schema import Config, DataConfig, EarlyStoppingConfig, ReduceOnPlateauConfig
from dnnctl.config.yaml_reader import KeyPath
from dnnctl.datasets.base import DatasetInfo
from dnnctl.datasets.tables.options import ColumnOptions
from dnnctl.network.layers.base import Activation
from dnnctl.network.layers.dense import Layer as Dense
from dnnctl.network.losses.base import LOSSES, LossSpec
from dnnctl.runs.environment import slow_in_bfloat16

SPLITS = ("test", "validation", "train")


def check_training(config: Config, info: DatasetInfo | None) -> Iterator[Finding]:
    """Yield what is wrong with the training.

    Args:
        config: A configuration whose keys and types are right.
        info: What is known about its data set; None if it is unknown, and all that rests on it is left out.
    """
    if config.engine == "numpy" and config.device not in {"auto", "cpu"}:
        received = f"{{cpus: {config.logical_cpus}}}" if config.logical_cpus > 1 else repr(config.device)
        problem = f"the NumPy engine computes on the processor alone; expected auto or cpu; received {received}"
        yield Finding(("device",), problem)
    if config.training.jit_compile is True and (config.device == "gpus" or config.logical_cpus > 1):
        problem = "several devices take steps that are not compiled; expected auto or false; received true"
        yield Finding(("training", "jit_compile"), problem)
    if config.engine == "numpy" and config.training.half:
        yield Finding(
            ("training", "precision"),
            f"the NumPy engine computes in float32 or float64; received {config.training.precision!r}. "
            "Take one of these, or engine: keras",
        )
    if config.engine == "numpy" and config.training.jit_compile is True:
        yield Finding(
            ("training", "jit_compile"),
            "the NumPy engine compiles nothing; expected auto or false; received true. Take this key out, or use "
            "engine: keras",
        )
    if config.training.epochs is not None and config.training.iterations is not None:
        yield Finding(
            ("training", "iterations"),
            "expected either epochs or iterations; received both. Take one of them out",
        )
    if config.checkpoint.every is not None and config.checkpoint.seconds is not None:
        yield Finding(("checkpoint", "seconds"), "expected either every or seconds; received both. Take one out")
    yield from _precision(config)
    yield from _metrics(config, info)
    for name in ("early_stopping", "reduce_on_plateau"):
        yield from _monitor(config, info, name)
    yield from _requirements(config, info)
    yield from _warm_up(config, info)
    if info is not None:
        yield from _loss(config, info)
        yield from _batch_size(config, info)
        yield from _data_path(config, info)
        yield from _group(config)


def _precision(config: Config) -> Iterator[Finding]:
    """Find bfloat16 where it is no gain; docs/performance.md has the measurement."""
    if config.training.half == "bfloat16" and config.engine == "keras" and slow_in_bfloat16(str(config.device)):
        problem = (
            "this processor has no AMX instructions, without which a product in bfloat16 takes about twice as long as "
            "in float32; float32 is faster here"
        )
        yield Finding(("training", "precision"), problem, code="slow_precision")


def _loss(config: Config, info: DatasetInfo) -> Iterator[Finding]:
    loss = config.training.loss
    if not isinstance(loss, LossSpec):
        return
    path: KeyPath = ("training", "loss")
    fitting = [name for name in LOSSES.names() if info.task in LOSSES.get(name).tasks]  # type: ignore[attr-defined]
    if info.task not in loss.tasks:
        task = metrics.PREDICTED[info.task]
        yield Finding(
            path, f"{loss.key} does not fit {info.target!r}, which is {task}; expected {' or '.join(fitting)}"
        )
        return
    output = config.model.output
    if not (output == "auto" or isinstance(output, Dense | Activation)):
        return
    resolved = resolve_output(output, info)
    activation = resolved.activation.key if isinstance(resolved, Dense) and resolved.activation else ""
    if activation in {"softmax", "sigmoid"} and activation != loss.activation:
        yield Finding(
            path,
            f"{loss.key} wants a {loss.activation} output; received {activation}. 'loss: auto' chooses the fitting one",
        )


def _metrics(config: Config, info: DatasetInfo | None) -> Iterator[Finding]:
    for i, name in enumerate(config.training.metrics or ()):
        problem = _metric_problem(name, info)
        if problem:
            yield Finding(("training", "metrics", i), problem)


def _metric_problem(name: str, info: DatasetInfo | None) -> str:
    tasks = metrics.tasks_of(name)
    names = [*metrics.TASKS, "top_5"]
    fitting = [known for known in names if info is None or info.task in metrics.tasks_of(known)]
    if not tasks:
        return f"unknown metric {name!r}{plugins.suggestion(name, fitting)}"
    if info is None:
        return ""
    if info.task not in tasks:
        what = metrics.PREDICTED[info.task]
        return f"{name} does not fit {info.target!r}, which is {what}; expected one of: {', '.join(fitting)}"
    if name.startswith("top_") and int(name[4:]) >= len(info.class_names):
        return f"{name} is always 1 with {len(info.class_names)} classes; expected a smaller number"
    return ""


def followed(config: Config, info: DatasetInfo) -> list[str]:
    """Return the columns of the history that can be monitored.

    Args:
        config: A configuration whose keys and types are right.
        info: What is known about its data set.
    """
    chosen = config.training.metrics or metrics.DEFAULTS[info.task]
    names = ["loss", *(name for name in chosen if info.task in metrics.tasks_of(name))]
    validated = config.data.validation_split > 0 and not info.shared_rows
    return [*names, *(f"val_{name}" for name in names if validated)]


def _monitor(config: Config, info: DatasetInfo | None, key: str) -> Iterator[Finding]:
    watcher: EarlyStoppingConfig | ReduceOnPlateauConfig | None = getattr(config.training, key)
    if watcher is None:
        return
    if info is None:
        name = watcher.monitor.removeprefix("val_")
        if name != "loss" and (problem := _metric_problem(name, None)):
            yield Finding(("training", key, "monitor"), problem)
        return
    known = followed(config, info)
    if watcher.monitor in known:
        return
    reason = ""
    if watcher.monitor.startswith("val_") and watcher.monitor.removeprefix("val_") in known:
        why = "so few rows" if info.shared_rows else "data.validation_split is 0"
        reason = f" (there is no validation split: {why})"
    elif info.task in metrics.tasks_of(watcher.monitor.removeprefix("val_")):
        reason = " (add it to training.metrics)"
    problem = f"{watcher.monitor!r} is not followed{reason}{plugins.suggestion(watcher.monitor, known)}"
    yield Finding(("training", key, "monitor"), problem)


def _requirements(config: Config, info: DatasetInfo | None) -> Iterator[Finding]:
    for key in config.require:
        split, _, name = key.partition(".")
        path: KeyPath = ("require", key)
        if split not in SPLITS or not name:
            yield Finding(path, f"expected a split and a metric, as test.accuracy; received {key!r}")
        elif name != "loss" and (problem := _metric_problem(name, info)):
            yield Finding(path, problem)
        elif split == "validation" and (config.data.validation_split == 0 or (info and info.shared_rows)):
            yield Finding(path, "there is no validation split to take this figure from; expected test or train")


def _training_rows(data: DataConfig, info: DatasetInfo) -> int:
    """Return how many rows are left to train on; 0 if that is not known."""
    train, test = info.rows
    limit = data.limit or train
    if info.shared_rows:
        return min(train, limit)
    rows = min(train if test else train - round(train * data.test_split), limit)
    if data.fold is not None:
        rows -= rows // data.fold.of
    return rows - round(rows * data.validation_split)


def _batch_size(config: Config, info: DatasetInfo) -> Iterator[Finding]:
    rows = _training_rows(config.data, info)
    size = config.data.batch_size
    if isinstance(size, int) and rows and size > rows and not info.shared_rows:
        problem = f"{size:,} is more than the {rows:,} training rows, so each batch is all of them; 'full' says so"
        yield Finding(("data", "batch_size"), problem, code="batch_size_above_rows")


def _data_path(config: Config, info: DatasetInfo) -> Iterator[Finding]:
    source = config.data.source
    if config.data.path and source.paths:
        yield Finding(("data", "path"), f"data.{source.key}.path says where the data is; take this key out")
    elif config.data.path and not info.folder:
        yield Finding(("data", "path"), "this data set comes with dnnctl and is read from no path; take this key out")


def _group(config: Config) -> Iterator[Finding]:
    source = config.data.source
    if config.data.group is not None and not isinstance(source, ColumnOptions):
        told = f"rows of {source.key} have no columns with names, so none can say who a row is of; take this key out"
        yield Finding(("data", "group"), told)


def _warm_up(config: Config, info: DatasetInfo | None) -> Iterator[Finding]:
    training, optimizer = config.training, config.training.optimizer
    epochs: float | None = training.epochs
    if training.iterations is not None:
        rows = _training_rows(config.data, info) if info else 0
        size = rows if config.data.batch_size == "full" else config.data.batch_size
        epochs = training.iterations / math.ceil(rows / min(size, rows)) if rows else None
    warm_up = optimizer.learning_rate.warmup_epochs
    if epochs and warm_up >= epochs:
        problem = (
            f"the learning rate rises for {warm_up:g} epochs and the training has {epochs:g}, so it never gets to the "
            "rate that is written; expected fewer"
        )
        path = ("training", "optimizer", optimizer.key, "learning_rate", optimizer.learning_rate.key, "warmup_epochs")
        yield Finding(path, problem, code="warmup_too_long")
