"""Everything that is settled before the first step: the data, its splits, the network's plan, the length."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dnnctl.config.loading import LoadedConfig
from dnnctl.config.resolve import as_used, plan_of
from dnnctl.config.schema import Config
from dnnctl.data.augmentation.transforms import Augmenter
from dnnctl.data.checks import (
    absent_classes,
    check_finite,
    check_labels,
    odd_columns,
    rows_in_train_and_test,
    scarce_classes,
)
from dnnctl.data.class_weights import class_counts, class_weights
from dnnctl.data.fitting import encode, fit, split_as, valid
from dnnctl.data.preprocessing import Preprocessing
from dnnctl.data.split import Splits
from dnnctl.data.training_rows import PreparedTargets, TrainingRows
from dnnctl.datasets.base import Dataset, DatasetInfo, DownloadProgress, silent
from dnnctl.datasets.rows import ArrayRows, Order, Rows
from dnnctl.datasets.samples import AnySamples, Samples, Streamed
from dnnctl.engines.base import ASKED_AT_ONCE
from dnnctl.errors import ConfigError, Fault, Notice
from dnnctl.evaluation.measure import function_of
from dnnctl.memory import SAMPLE_BYTES
from dnnctl.network.plan import NetworkPlan
from dnnctl.network.schedules import Length
from dnnctl.training.memory_estimate import check_fits, estimate


@dataclass(frozen=True)
class Prepared:
    """A training that is ready to begin.

    Args:
        config: The resolved configuration.
        dataset: What was read.
        splits: Who trains, validates and tests.
        preprocessing: Statistics of the training rows.
        plan: The network.
        length: Optimizer steps in all and an epoch.
        batch_size: Rows a step.
        warnings: Things that are probably not meant.
        class_weights: How much the rows of each class count in the loss that is trained, (classes,); None for 1 each.
    """

    config: Config
    dataset: Dataset
    splits: Splits
    preprocessing: Preprocessing
    plan: NetworkPlan
    length: Length
    batch_size: int
    warnings: tuple[Notice, ...]
    class_weights: tuple[float, ...] | None = None

    @property
    def augmenter(self) -> Augmenter | None:
        """What changes training pictures; None if nothing does."""
        info, augment = self.dataset.info, self.config.data.augment
        if augment is None:
            return None
        threads = self.config.training.threads
        workers = None if threads == "auto" else int(threads)
        return Augmenter(augment, self.config.seed, info.input_shape, info.input_range or (0.0, 255.0), workers)

    @cached_property
    def training_rows(self) -> TrainingRows:
        """The rows to learn from, as epochs visit them."""
        train, training, seed = self.splits.train, self.config.training, self.config.seed
        blending = training.mix_up if self.dataset.info.task == "regression" else None
        targets: Rows
        if isinstance(train, Samples):
            order, targets = None, ArrayRows(self.preprocessing.prepare_targets(train.y, training.dtype))
        else:
            order = self._order_of(train)
            targets = PreparedTargets(train.targets, self.preprocessing, training.dtype)
        return TrainingRows(
            train.rows,
            train.targets,
            targets,
            self.batch_size,
            seed,
            self.augmenter,
            blending,
            self.length.steps,
            order,
        )

    def _order_of(self, train: Streamed) -> Callable[[int, bool], Order]:
        """Return who knows in which order an epoch visits the rows of a stream."""
        seed, size, window = self.config.seed, self.batch_size, self._window
        return lambda epoch, ahead: train.order(seed, epoch, size, window, ahead=ahead)

    @property
    def _window(self) -> int | None:
        """How many rows of a stream are shuffled together."""
        window = self.config.data.shuffle_window
        return None if window == "auto" else int(window)

    @property
    def hindered(self) -> tuple[str, ...]:
        """What the training figures of an epoch are taken with and those of validation rows without."""
        layers, training = self.config.model.layers, self.config.training
        at_work = {
            "dropout": any(layer.key == "dropout" and layer.rate for layer in layers),
            "augmentation": self.config.data.augment is not None,
            "mix-up": training.mix_up is not None,
            "class weights": self.class_weights is not None,
        }
        return tuple(name for name, found in at_work.items() if found)

    @property
    def streamed(self) -> bool:
        """Whether the rows are never held together."""
        return self.splits.streamed

    @property
    def memory(self) -> int:
        """Estimated peak memory in bytes: the framework, the weights, a batch, and the data.

        Of large data each row is held once; small data, held twice, counts for little. Of a stream what is shuffled
        together is held, and the samples that are looked at.
        """
        splits = [s for s in (self.splits.train, self.splits.validation, self.splits.test) if s is not None]
        data = sum(s.x.nbytes if isinstance(s, Samples) else SAMPLE_BYTES for s in splits)
        if not isinstance(self.splits.train, Samples):
            data += self.splits.train.held_bytes(self._window)
        # For the backward pass the outputs of a batch are kept, twice at worst.
        rows = max(2 * self.batch_size, min(ASKED_AT_ONCE[self.config.engine], len(self.splits.train)))
        return estimate(self.config, self.plan, rows=rows, data=data)


def prepare(loaded: LoadedConfig, progress: DownloadProgress = silent) -> Prepared:
    """Read and split the data and lay out the network.

    Args:
        loaded: A checked configuration.
        progress: Called with a file's name, bytes done and bytes in all during a download.

    Raises:
        ConfigError: If the training would not fit into memory, or a rule watches a metric that these rows do not have.
        DataError: If the data is missing or damaged, or a number in it is infinite or none at all.
    """
    config = loaded.config
    if not config.data.source.paths:
        # Where the weights alone are too many, no data needs to be read, let alone downloaded.
        plan = plan_of(config, loaded.info)
        check_fits(estimate(config, plan), config, plan, loaded.path)
    dataset = loaded.read(progress)
    if dataset.table is None:
        # What becomes of a table's empty cells is settled when it is encoded.
        check_finite(dataset)
    check_labels(dataset)
    prepared = split_and_plan(loaded, dataset)
    _check_monitors(config, prepared.dataset.info, prepared.splits, loaded.path)
    return prepared


def split_and_plan(loaded: LoadedConfig, dataset: Dataset) -> Prepared:
    """Split data that was read and lay out the network.

    Args:
        loaded: A checked configuration.
        dataset: Its data; large rows of it are moved, so it is not to be used afterwards.

    Raises:
        ConfigError: If the training would not fit into memory.
        DataError: If too few rows are left to train on.
    """
    config = loaded.config
    splits = split_as(dataset, config.data, consume=True)
    dataset = valid(dataset, splits)
    dataset = replace(dataset, info=as_used(dataset.info, config.data))
    odd = (*odd_columns(dataset, splits), *rows_in_train_and_test(dataset, splits))
    dataset = replace(dataset, warnings=(*dataset.warnings, *odd))
    dataset, splits, table = encode(dataset, splits)
    absent = absent_classes(dataset.info, splits.train, config.data.limit)
    scarce = [Notice("scarce_class", told) for told in [scarce_classes(dataset.info, splits)] if told]
    preprocessing = fit(dataset.info, splits.train, table)
    if config.data.source.paths:
        preprocessing = replace(preprocessing, info=dataset.info)
    rows = len(splits.train)
    batch_size = rows if config.data.batch_size == "full" else min(config.data.batch_size, rows)
    steps_per_epoch = math.ceil(rows / batch_size)
    steps = config.training.iterations or (config.training.epochs or 1) * steps_per_epoch
    prepared = Prepared(
        config,
        dataset,
        splits,
        preprocessing,
        plan_of(config, dataset.info),
        Length(steps, steps_per_epoch),
        batch_size,
        (*loaded.warnings, *dataset.warnings, *absent, *scarce, *_unvalidated(config, dataset.info, splits)),
        class_weights(config.training.class_weights, _class_counts(dataset.info, splits), dataset.info.class_names),
    )
    check_fits(prepared.memory, config, prepared.plan, loaded.path)
    return prepared


def _class_counts(info: DatasetInfo, splits: Splits) -> NDArray[np.int64]:
    return class_counts(splits.train, len(info.class_names)) if info.class_names else np.zeros(0, np.int64)


def _unvalidated(config: Config, info: DatasetInfo, splits: Splits) -> tuple[Notice, ...]:
    """Return a warning where validation rows were asked for and there are too few rows to have any."""
    share = config.data.validation_split
    if splits.validation is not None or not share or info.shared_rows:
        return ()
    told = f"no validation rows: {share:g} (data.validation_split) of {len(splits.train):,} rows is less than one"
    return (Notice("no_validation_rows", told),)


def _check_monitors(config: Config, info: DatasetInfo, splits: Splits, where: Path) -> None:
    """Refuse rules that watch a metric these rows do not have: they would stop, or slow down, for nothing.

    Args:
        config: The resolved configuration.
        info: What is predicted.
        splits: The rows.
        where: The configuration's file.

    Raises:
        ConfigError: If a rule watches validation rows and none are left, or a metric that is not defined for the rows,
            as the area under the curve where all are of one class.
    """
    faults = []
    for key in ("early_stopping", "reduce_on_plateau"):
        rule = getattr(config.training, key)
        if rule is None:
            continue
        name = rule.monitor.removeprefix("val_")
        split, rows = ("train", splits.train) if name == rule.monitor else ("validation", splits.validation)
        if rows is None:
            few = len(splits.train)
            problem = (
                f"watches {rule.monitor!r}, but of {few:,} rows data.validation_split {config.data.validation_split:g} "
                f"leaves none for validation; raise it, or watch {name!r}"
            )
        elif name == "loss" or _is_defined(name, info, rows):
            continue
        else:
            problem = (
                f"watches {rule.monitor!r}, which is not defined for these {len(rows):,} {split} rows: "
                f"{'all are of one class' if info.class_names else 'no target varies in them'}; "
                f"watch {rule.monitor.removesuffix(name)}loss, or raise data.validation_split"
            )
        faults.append(Fault(f"training.{key}.monitor", problem, str(where)))
    if faults:
        raise ConfigError(faults)


def _is_defined(name: str, info: DatasetInfo, rows: AnySamples) -> bool:
    """Tell whether a metric has a value for rows with their targets, whatever a network says of them."""
    if not isinstance(rows, Samples):
        counted = name == "auc" and info.class_names
        return not counted or int(np.count_nonzero(class_counts(rows, len(info.class_names)))) > 1
    y = rows.y
    said = np.zeros((len(y), len(info.class_names))) if info.class_names else np.zeros(y.shape)
    return function_of(name, info.task)(y, said) is not None
