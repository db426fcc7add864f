r"""How the loss is written, and which tasks and outputs each one fits.

With $y$ the truth, $p$ the predicted probability (or value $\hat y$), one row:

| name | loss |
| --- | --- |
| `sparse_categorical_crossentropy` | $-\log p_y$ |
| `categorical_crossentropy` | $-\sum_k t_k \log p_k$, $t$ one-hot, smoothed: $t(1 - s) + s/K$ |
| `binary_crossentropy` | $-t \log p - (1 - t) \log(1 - p)$, smoothed: $t(1 - s) + s/2$ |
| `mean_squared_error` | $(\hat y - y)^2$, mean over the targets |
| `mean_absolute_error` | $\lvert\hat y - y\rvert$, mean over the targets |
| `huber` | $e^2/2$ up to $\lvert e\rvert = \delta$, then $\delta\lvert e\rvert - \delta^2/2$ |
"""

from typing import ClassVar

from pydantic import Field

from dnnctl.datasets.base import Task
from dnnctl.spec import Catalog, Spec, chosen_from


class LossSpec(Spec):
    """A loss as it is written in a configuration."""

    tasks: ClassVar[tuple[Task, ...]]
    activation: ClassVar[str]


class SparseCategoricalCrossentropy(LossSpec):
    """Cross entropy between class labels and a row of probabilities."""

    tasks: ClassVar[tuple[Task, ...]] = ("multiclass", "binary")
    activation: ClassVar[str] = "softmax"


class CategoricalCrossentropy(LossSpec):
    """Cross entropy between one-hot labels, smoothed, and a row of probabilities.

    Args:
        label_smoothing: How much of the certainty is spread over all classes, 0 to 1 (1 excluded).

    Source: Szegedy et al., Rethinking the Inception Architecture, 2016, section 7.
    """

    main: ClassVar[str | None] = "label_smoothing"
    tasks: ClassVar[tuple[Task, ...]] = ("multiclass", "binary")
    activation: ClassVar[str] = "softmax"
    label_smoothing: float = Field(0.0, ge=0, lt=1)


class BinaryCrossentropy(LossSpec):
    """Cross entropy between 0 or 1 and one probability.

    Args:
        label_smoothing: How far 0 and 1 are drawn towards a half, 0 to 1 (1 excluded).
    """

    main: ClassVar[str | None] = "label_smoothing"
    tasks: ClassVar[tuple[Task, ...]] = ("binary",)
    activation: ClassVar[str] = "sigmoid"
    label_smoothing: float = Field(0.0, ge=0, lt=1)


class MeanSquaredError(LossSpec):
    """Mean of the squared differences, of standardized targets."""

    tasks: ClassVar[tuple[Task, ...]] = ("regression",)
    activation: ClassVar[str] = "linear"


class MeanAbsoluteError(LossSpec):
    """Mean of the absolute differences, of standardized targets."""

    tasks: ClassVar[tuple[Task, ...]] = ("regression",)
    activation: ClassVar[str] = "linear"


class Huber(LossSpec):
    """Squared up to `delta`, absolute beyond it, of standardized targets.

    Args:
        delta: Where the one becomes the other, in standard deviations of the target, above 0.

    Source: Huber, Robust Estimation of a Location Parameter, 1964.
    """

    main: ClassVar[str | None] = "delta"
    tasks: ClassVar[tuple[Task, ...]] = ("regression",)
    activation: ClassVar[str] = "linear"
    delta: float = Field(1.0, gt=0)


LOSSES = Catalog(
    "loss",
    {
        "sparse_categorical_crossentropy": SparseCategoricalCrossentropy,
        "categorical_crossentropy": CategoricalCrossentropy,
        "binary_crossentropy": BinaryCrossentropy,
        "mean_squared_error": MeanSquaredError,
        "mean_absolute_error": MeanAbsoluteError,
        "huber": Huber,
    },
)
LossField = chosen_from(LOSSES, LossSpec, also=("auto",))

# What `auto` means for each task; a softmax over two classes takes the loss of many.
DEFAULTS: dict[Task, str] = {
    "multiclass": "sparse_categorical_crossentropy",
    "binary": "binary_crossentropy",
    "regression": "mean_squared_error",
}
