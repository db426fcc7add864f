"""Everything that is settled before the first step: the data, its splits, the network's plan, the length."""

import math
from dataclasses import dataclass, replace

from dnnctl.config.loading import LoadedConfig
from dnnctl.config.resolve import plan_of
from dnnctl.config.schedules import Length
from dnnctl.config.schema import Config
from dnnctl.data.encoding import encode
from dnnctl.data.preprocessing import Preprocessing, fit_preprocessing
from dnnctl.data.split import Splits, repeated, split
from dnnctl.datasets.base import Dataset, Progress, silent
from dnnctl.datasets.sources.places import default_places
from dnnctl.datasets.sources.reading import read
from dnnctl.layers.parts.plan import NetworkPlan

# Memory that importing TensorFlow and starting its threads takes, measured on Linux.
TENSORFLOW_BYTES = 450_000_000
# The same for Python with NumPy and matplotlib.
NUMPY_BYTES = 110_000_000


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
    """

    config: Config
    dataset: Dataset
    splits: Splits
    preprocessing: Preprocessing
    plan: NetworkPlan
    length: Length
    batch_size: int
    warnings: tuple[str, ...]

    @property
    def memory(self) -> int:
        """Estimated peak memory in bytes: the framework, the data, and four numbers for each weight.

        Four: the weight, its gradient, and two running means of Adam. Outputs of a batch are kept for the
        backward pass, twice at worst.
        """
        number = 8 if self.config.training.precision == "float64" else 4
        framework = TENSORFLOW_BYTES if self.config.engine == "keras" else NUMPY_BYTES
        splits = (self.splits.train, self.splits.validation, self.splits.test)
        data = sum(s.x.nbytes for s in splits if s is not None) + self.splits.train.x.nbytes
        outputs = self.batch_size * (self.plan.inputs + sum(layer.outputs for layer in self.plan.layers))
        return framework + data + number * (4 * self.plan.parameters + 2 * outputs)


def prepare(loaded: LoadedConfig, progress: Progress = silent) -> Prepared:
    """Read and split the data and lay out the network.

    Args:
        loaded: A checked configuration.
        progress: Called with a file's name, bytes done and bytes in all during a download.

    Raises:
        DataError: If the data is missing or damaged.
    """
    config = loaded.config
    dataset = read(config.data.source, default_places(config.data.path, progress))
    return prepare_rows(loaded, dataset)


def prepare_rows(loaded: LoadedConfig, dataset: Dataset) -> Prepared:
    """Split data that was read and lay out the network.

    Args:
        loaded: A checked configuration.
        dataset: Its data.

    Raises:
        DataError: If too few rows are left to train on.
    """
    config = loaded.config
    splits = split(
        dataset,
        split_seed=config.data.split_seed,
        validation_split=config.data.validation_split,
        test_split=config.data.test_split,
        limit=config.data.limit,
    )
    overlap = repeated(dataset, splits)
    dataset, splits, table = encode(dataset, splits)
    preprocessing = fit_preprocessing(dataset.info, splits.train, table)
    if config.data.source.paths:
        preprocessing = replace(preprocessing, info=dataset.info)
    rows = len(splits.train)
    batch_size = rows if config.data.batch_size == "full" else min(config.data.batch_size, rows)
    steps_per_epoch = math.ceil(rows / batch_size)
    steps = config.training.iterations or (config.training.epochs or 1) * steps_per_epoch
    return Prepared(
        config,
        dataset,
        splits,
        preprocessing,
        plan_of(config, dataset.info),
        Length(steps, steps_per_epoch),
        batch_size,
        (*loaded.warnings, *dataset.warnings, *overlap),
    )
