"""The schema of a configuration: every key, its type, its range and its default."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_serializer, model_validator
from pydantic_core import PydanticCustomError

from dnnctl.config.augmentation import Augment
from dnnctl.config.class_weights import ClassWeights
from dnnctl.config.conditions import Condition
from dnnctl.config.device import Device, LogicalCpus
from dnnctl.config.names import Name
from dnnctl.datasets.base import DatasetField, DatasetOptions
from dnnctl.datasets.tables.options import ColumnOptions
from dnnctl.datasets.user import csv as user_csv
from dnnctl.datasets.user import image_folder as user_images
from dnnctl.datasets.user import npy as user_npy
from dnnctl.datasets.user import npz as user_npz
from dnnctl.datasets.user import parquet as user_parquet
from dnnctl.datasets.user import tfrecord as user_tfrecord
from dnnctl.network.layers.base import LayerField, OutputField
from dnnctl.network.losses.base import LossField
from dnnctl.network.optimizers.base import OPTIMIZERS, OptimizerField
from dnnctl.spec import Strict, flag_or, whole_number_or

# Where rows can come from: exactly one of these keys stands in `data`.
SOURCES = ("dataset", "csv", "parquet", "tfrecord", "npz", "npy", "image_folder")
SOURCES_TOLD = f"{', '.join(SOURCES[1:-1])} and {SOURCES[-1]}"

EpochCount = Annotated[int, Field(ge=1, le=1_000_000)]


def _auto_is_none(written: Any) -> Any:
    """Read `auto`, or one name without brackets around it."""
    if isinstance(written, str):
        return None if written == "auto" else [written]
    return written


Metrics = Annotated[list[str] | None, BeforeValidator(_auto_is_none)]


class Fold(Strict):
    """One of several equal parts of the training rows.

    Args:
        index: Which one, from 1.
        of: How many there are.
    """

    index: int = Field(ge=1)
    of: int = Field(ge=2)

    @model_validator(mode="after")
    def _one_of_them(self) -> "Fold":
        if self.index > self.of:
            raise PydanticCustomError("value_error", f"expected index: 1 to {self.of}; received {self.index}")
        return self


class DataConfig(Strict):
    """Which rows, split how, in batches of what size.

    Exactly one of `dataset`, `csv`, `parquet`, `tfrecord`, `npz`, `npy` and `image_folder` says where they come from.

    Args:
        dataset: A data set of `dnnctl data list`.
        csv: A table of one's own.
        parquet: A table of one's own in Parquet files.
        tfrecord: Records of one's own, of a table or of pictures.
        npz: Arrays of one's own in an archive.
        npy: Arrays of one's own in a folder, each in a file.
        image_folder: Pictures of one's own, a folder a class.
        path: Folder or file to find it in; looked for in the usual places if not given.
        split_seed: Fixes who is in which split, whatever `seed` is.
        validation_split: Share of the training rows to validate on, 0 to 0.9.
        test_split: Share of all rows to test on, above 0 to 0.9, for sets that come without a test set.
        batch_size: Rows an optimizer step, or `full` for all of them (batch gradient descent).
        limit: Use only the first so many training rows, for a quick try.
        fold: Hold out one of several equal parts of the training rows and test on it; the test rows are left alone.
        group: A column of a table that says who or what a row is of, as `patient_id`: rows that share it stay
            together in one split or fold. It is no input.
        shuffle_window: Of rows that are read as they are needed, how many are shuffled together.
        augment: Random changes to training pictures, as `{shift: 0.1, rotate: 10}`.
    """

    dataset: DatasetField | None = None
    csv: user_csv.Options | None = None
    parquet: user_parquet.Options | None = None
    tfrecord: user_tfrecord.Options | None = None
    npz: user_npz.Options | None = None
    npy: user_npy.Options | None = None
    image_folder: user_images.Options | None = None
    path: str | None = None
    split_seed: int = Field(0, ge=0, lt=2**32)
    validation_split: float = Field(0.1, ge=0, le=0.9)
    test_split: float = Field(0.2, gt=0, le=0.9)
    batch_size: whole_number_or("full") = 32  # type: ignore[valid-type]
    limit: int | None = Field(None, ge=1)
    fold: Fold | None = None
    group: str | None = Field(None, min_length=1)
    shuffle_window: whole_number_or("auto") = "auto"  # type: ignore[valid-type]
    augment: Augment | None = None

    @property
    def source(self) -> DatasetOptions:
        """The one source that is given; a table with the column of `group`."""
        given: DatasetOptions = next(getattr(self, key) for key in SOURCES if getattr(self, key) is not None)
        if self.group is None or not isinstance(given, ColumnOptions):
            return given
        return given.model_copy(update={"group": self.group})

    @model_validator(mode="before")
    @classmethod
    def _one_source(cls, written: Any) -> Any:
        given = [key for key in SOURCES if isinstance(written, dict) and written.get(key) is not None]
        if isinstance(written, dict) and len(given) != 1:
            received = " and ".join(given) or "none of them"
            expected = f"expected one of dataset (the name of a known one), {SOURCES_TOLD}"
            raise PydanticCustomError("value_error", f"{expected}; received {received}")
        return written

    @model_serializer(mode="wrap")
    def _written(self, handler: Any) -> dict[str, Any]:
        written: dict[str, Any] = handler(self)
        return {
            key: value for key, value in written.items() if key not in (*SOURCES, "fold", "group") or value is not None
        }


class ModelConfig(Strict):
    """The network between the inputs and the answer.

    Args:
        layers: Hidden layers in order; none at all makes a linear model.
        output: `auto`: units and activation from the task; or an activation; or a dense layer with one.
    """

    layers: list[LayerField] = Field(default_factory=list, max_length=200)
    output: OutputField = "auto"


class EarlyStoppingConfig(Strict):
    """Stop when a metric has not improved for a while.

    Args:
        monitor: Column of the history to watch.
        patience: Epochs to wait for an improvement.
        min_delta: Smallest change that counts as one.
        restore_best: Whether the weights of the best epoch are kept in the end.
    """

    monitor: str = "val_loss"
    patience: int = Field(5, ge=0)
    min_delta: float = Field(0.0, ge=0)
    restore_best: bool = True


class ReduceOnPlateauConfig(Strict):
    """Lower the learning rate when a metric has not improved for a while.

    Args:
        monitor: Column of the history to watch.
        factor: What is left of the learning rate, 0 to 1.
        patience: Epochs to wait for an improvement.
        min_delta: Smallest change that counts as one.
        cooldown: Epochs after a fall before waiting begins again.
        min_learning_rate: Never go below this.
    """

    monitor: str = "val_loss"
    factor: float = Field(0.1, gt=0, lt=1)
    patience: int = Field(10, ge=0)
    min_delta: float = Field(1e-4, ge=0)
    cooldown: int = Field(0, ge=0)
    min_learning_rate: float = Field(0.0, ge=0)


class TrainingConfig(Strict):
    """How the network learns.

    Args:
        epochs: Passes over the training rows; 10 if neither this nor `iterations` is given.
        iterations: Optimizer steps, instead of `epochs`; the loss of each is kept then.
        optimizer: As `adam`, `sgd: 0.1`, or `adam: {learning_rate: {cosine: {peak: 0.001}}}`.
        loss: `auto` takes it from the task.
        class_weights: How much the rows of each class count in the loss that is trained: `balanced` (every class as
            much as every other), or weights by class name (1 for those that are not named).
        mix_up: Blend the rows of each batch in pairs; alpha of the Beta distribution that draws their shares.
        weight_averaging: Answer with a running average of the weights; how much of it is kept at each step.
        metrics: What to follow; each can be monitored, for validation rows with `val_` in front.
        early_stopping: When to stop before the end.
        reduce_on_plateau: When to lower the learning rate.
        threads: Processor threads for one operation; `auto` chooses by the cores and the network.
        precision: Type of weights and computation; the mixed ones compute training steps in half precision and
            keep everything else in float32 (Keras engine only).
        jit_compile: Whether XLA compiles a training step; `auto` does where it pays (Keras engine only).
        steps_per_execution: Optimizer steps run in one go; it changes speed, never results.
    """

    epochs: EpochCount | None = None
    iterations: Annotated[int, Field(ge=1, le=1_000_000_000)] | None = None
    optimizer: OptimizerField = OPTIMIZERS.parse("adam")
    loss: LossField = "auto"
    class_weights: ClassWeights = None
    mix_up: float | None = Field(None, ge=0.01, le=100)
    weight_averaging: float | None = Field(None, gt=0, lt=1)
    metrics: Metrics = None
    early_stopping: EarlyStoppingConfig | None = None
    reduce_on_plateau: ReduceOnPlateauConfig | None = None
    threads: whole_number_or("auto", at_most=1024) = "auto"  # type: ignore[valid-type]
    precision: Literal["float32", "float64", "mixed_bfloat16", "mixed_float16"] = "float32"
    jit_compile: flag_or("auto") = "auto"  # type: ignore[valid-type]
    steps_per_execution: whole_number_or("auto", at_most=4096) = "auto"  # type: ignore[valid-type]

    @model_validator(mode="before")
    @classmethod
    def _default_length(cls, written: Any) -> Any:
        if isinstance(written, dict) and written.get("epochs") is None and written.get("iterations") is None:
            return {**written, "epochs": 10}
        return written

    @property
    def dtype(self) -> str:
        """Type of weights, losses and answers: `float32` or `float64`."""
        return "float32" if self.half else self.precision

    @property
    def half(self) -> str | None:
        """Type that training steps are computed in, if another one: `bfloat16` or `float16`."""
        return self.precision.removeprefix("mixed_") if self.precision.startswith("mixed_") else None


class CheckpointConfig(Strict):
    """How often what a resume needs is written, while training; a signal and the end always write it.

    Args:
        every: Epochs between two; 1 if neither this nor `seconds` is given. Of tiny epochs, one a second.
        seconds: Seconds between two, instead of `every`; inside an epoch too.
    """

    every: Annotated[int, Field(ge=1)] | None = None
    seconds: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _default_interval(cls, written: Any) -> Any:
        if isinstance(written, dict) and written.get("every") is None and written.get("seconds") is None:
            return {**written, "every": 1}
        return written


class Config(Strict):
    """One whole configuration.

    Args:
        name: Folder of its runs below the output folder; the file's name if not given.
        seed: Decides initial weights, batch order and dropout; not who is in which split.
        engine: What trains the network: Keras on TensorFlow, or NumPy alone.
        device: Where it is trained; `auto` takes a GPU if there is one, `gpus` all of them, each of which has a part of
            every batch; `{cpus: N}` lets the processor stand for several devices.
        deterministic: Whether to allow only operations whose results never depend on timing.
        data: Which rows.
        model: Which network.
        training: How it learns.
        checkpoint: How often what a resume needs is written.
        require: Metrics to reach, as `{test.accuracy: ">= 0.88"}`; exit status 3 if one is missed.
    """

    name: Name = "run"
    seed: int = Field(42, ge=0, lt=2**32)
    engine: Literal["keras", "numpy"] = "keras"
    device: Device = "auto"
    deterministic: bool = False
    data: DataConfig
    model: ModelConfig = ModelConfig()
    training: TrainingConfig = TrainingConfig()
    checkpoint: CheckpointConfig = CheckpointConfig(every=1)
    require: dict[str, Condition] = Field(default_factory=dict)

    @property
    def logical_cpus(self) -> int:
        """Devices that the processor stands for."""
        return self.device.cpus if isinstance(self.device, LogicalCpus) else 1


def paths_to(key: str) -> list[str]:
    """Return the paths of a key that stands at the top of a configuration or in a section, as `training.epochs`."""
    sections = {name: getattr(field.annotation, "model_fields", {}) for name, field in Config.model_fields.items()}
    return [key] * (key in sections) + [f"{section}.{key}" for section, keys in sections.items() if key in keys]
