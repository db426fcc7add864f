r"""Are the gradients right? The backward pass against differences of the loss, and against TensorFlow.

For an entry with analytic gradient $a$ and the other one $n$, the relative error is
$|a - n| / \max(|a|, |n|, 10^{-6} \max |g|)$ with $g$ the gradient of the whole network: where an entry is smaller
than a millionth of the largest one, the two may differ by $10^{-12}$ of that, which is what rounding in float64 may
make of them. The gradient of a bias in front of batch normalization, 0 in truth, consists of nothing else.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.config.loading import LoadedConfig
from dnnctl.datasets.base import DownloadProgress, silent
from dnnctl.engines.base import NetworkTask
from dnnctl.engines.keras.gradient import keras_gradient, keras_is_there
from dnnctl.errors import ModelError, UsageError
from dnnctl.experiments.explain.finite_differences import slope
from dnnctl.experiments.explain.loss_surface import DTYPE, LossSurface
from dnnctl.experiments.explain.training_batch import batch_of
from dnnctl.notebook import Shown, Tabular
from dnnctl.random_streams import generator
from dnnctl.training.preparation import Prepared, prepare

TOLERANCE = 1e-6
ROWS = 16
# Entries of an array, drawn by lot, and of those with the largest gradient; all of a smaller array.
DRAWN = 50
LARGEST = 10


@dataclass(frozen=True)
class Disagreement:
    """The entry of an array where two gradients differ most.

    Args:
        index: Its place in the array.
        backward: What the backward pass says.
        other: What it was compared with says.
        error: Their relative error; infinite if one of them is no number.
    """

    index: tuple[int, ...]
    backward: float
    other: float
    error: float


@dataclass(frozen=True)
class ArrayCheck:
    """What was found for one array of weights.

    Args:
        layer: The layer that owns it.
        weight: Its name there.
        shape: Its shape.
        checked: Entries compared with differences.
        largest: Largest absolute gradient in it.
        differences: The worst entry against differences of the loss.
        keras: The worst of all entries against TensorFlow; None if that was not asked for.
    """

    layer: str
    weight: str
    shape: tuple[int, ...]
    checked: int
    largest: float
    differences: Disagreement
    keras: Disagreement | None

    @property
    def passed(self) -> bool:
        """Whether all errors are below the tolerance."""
        return all(found.error < TOLERANCE for found in (self.differences, self.keras) if found is not None)


@dataclass(frozen=True, repr=False)
class GradientCheck(Tabular):
    """What was found for a network.

    Args:
        name: The configuration's name.
        rows: Rows of the batch.
        loss: Their loss, penalties included.
        arrays: What was found, an entry for each trainable array.
        keras: Whether TensorFlow's gradients were compared too.
    """

    name: str
    rows: int
    loss: float
    arrays: tuple[ArrayCheck, ...]
    keras: bool

    @property
    def passed(self) -> bool:
        """Whether every array passed."""
        return all(found.passed for found in self.arrays)

    def _shown(self) -> Shown:
        rows = [
            (
                f"{each.layer}/{each.weight}",
                each.differences.error,
                each.keras and each.keras.error,
                "passed" if each.passed else "failed",
            )
            for each in self.arrays
        ]
        heading = f"GradientCheck of {self.name} on {self.rows} rows: {'passed' if self.passed else 'failed'}"
        return heading, ("weights", "error to differences", "error to Keras", ""), rows, ()


def gradcheck(
    loaded: LoadedConfig, *, rows: int = ROWS, keras: bool = True, progress: DownloadProgress = silent
) -> GradientCheck:
    """Check the backward pass of a network on a small batch of its training rows, from its initial weights.

    Args:
        loaded: A checked configuration.
        rows: Rows of the batch, at least 1; all if there are fewer.
        keras: Whether to compare with TensorFlow's gradients too, where it is installed.
        progress: Called with a file's name, bytes done and bytes in all during a download.

    Raises:
        DataError: If the data is missing or damaged.
        ModelError: If the loss of the initial weights is not a finite number.
        UsageError: If `rows` is below 1.
    """
    if rows < 1:
        raise UsageError(f"`rows`: expected at least 1; received {rows}")
    prepared = prepare(loaded, progress)
    prepared = replace(prepared, batch_size=min(rows, len(prepared.splits.train)))
    batch = batch_of(prepared, 0, DTYPE)
    surface = LossSurface(prepared, batch)
    if not np.isfinite(surface.value):
        raise ModelError(f"the loss of the initial weights is {surface.value}; look at the initializers and the data")
    gradient = surface.gradient()
    theirs = None
    if keras and keras_is_there():
        theirs = keras_gradient(_task(prepared, surface), batch.x, batch.targets)
    largest = max(float(np.abs(g).max()) for g in gradient.values())
    arrays = [
        _check(surface, name, g, None if theirs is None else theirs[name], largest) for name, g in gradient.items()
    ]
    return GradientCheck(prepared.config.name, len(batch.x), surface.value, tuple(arrays), theirs is not None)


def _task(prepared: Prepared, surface: LossSurface) -> NetworkTask:
    config, preprocessing = prepared.config, prepared.preprocessing
    loss, optimizer = config.training.loss, config.training.optimizer
    return NetworkTask(prepared.plan, preprocessing, loss, optimizer, config.seed, surface.weights, DTYPE)


def _check(
    surface: LossSurface, name: str, gradient: NDArray[Any], theirs: NDArray[Any] | None, largest: float
) -> ArrayCheck:
    """Compare one array's gradient with differences and, if it is there, with TensorFlow's."""
    entries = chosen_entries(name, gradient)
    own = gradient.ravel()
    numeric = np.array([slope(surface.along(name, int(entry))) for entry in entries])
    layer, weight = name.split("/", maxsplit=1)
    return ArrayCheck(
        layer,
        weight,
        gradient.shape,
        len(entries),
        float(np.abs(own).max()),
        _worst(gradient.shape, entries, own[entries], numeric, largest),
        None if theirs is None else _worst(gradient.shape, np.arange(own.size), own, theirs.ravel(), largest),
    )


def chosen_entries(name: str, gradient: NDArray[Any]) -> NDArray[np.int64]:
    """Return which entries of an array are checked: some drawn by lot, and those with the largest gradients.

    Args:
        name: The array, which decides the lot.
        gradient: Its gradient.

    Returns:
        Places in the flattened array, (entries,), int64; all of them if the array is small.
    """
    if gradient.size <= DRAWN + LARGEST:
        return np.arange(gradient.size)
    drawn = generator("gradcheck", name).permutation(gradient.size)
    largest = np.argsort(-np.abs(gradient.ravel()), kind="stable")[:LARGEST]
    return np.concatenate([largest, drawn[~np.isin(drawn, largest)][:DRAWN]])


def _worst(
    shape: tuple[int, ...], entries: NDArray[np.int64], own: NDArray[Any], other: NDArray[Any], largest: float
) -> Disagreement:
    """Return the entry with the largest relative error.

    Args:
        shape: Shape of the array.
        entries: Places of the entries in the flattened array, (entries,).
        own: The backward pass's gradient there, (entries,).
        other: What it is compared with, (entries,).
        largest: Largest absolute gradient of the whole network.
    """
    size = np.maximum(np.maximum(np.abs(own), np.abs(other)), TOLERANCE * largest)
    error = np.abs(own - other) / np.where(size == 0, 1, size)
    error = np.where(np.isfinite(error), error, np.inf)
    at = int(np.argmax(error))
    index = tuple(int(i) for i in np.unravel_index(int(entries[at]), shape))
    return Disagreement(index, float(own[at]), float(other[at]), float(error[at]))
