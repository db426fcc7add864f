"""What to change, as settings of the configuration: only where the evidence says that it helps.

An advice is a pair of key path and value, as `training.epochs` and 60, for each setting; the command line writes
them as flags, and from Python they are `overrides`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from dnnctl.config.schema import Config
from dnnctl.network.layers.base import Activation, LayerSpec
from dnnctl.network.layers.dense import Layer as Dense

Setting = tuple[str, Any]
Cause = Literal[
    "still falling",
    "hardly moved",
    "saturated",
    "too small",
    "rose again",
    "linear is better",
    "few pictures",
    "wide gap",
]

LONGER, WIDER, FASTER = 3, 4, 10
FEWEST_UNITS, MOST_UNITS = 32, 1024
L2 = 0.001
DEEP = 3  # So many layers that saturate, one behind another, keep the first ones from learning.
MOST_EPOCHS = 1_000_000
# Fewer validation rows than this stop a training by chance.
ROWS_TO_STOP_BY = 40


@dataclass(frozen=True)
class Advice:
    """Settings to train with next.

    Args:
        why: What speaks for them.
        settings: Key paths of the configuration and their values, as plain values.
        figure: The figure of unseen rows that they are to make better.
    """

    why: str
    settings: tuple[Setting, ...]
    figure: str

    def to_json(self) -> dict[str, Any]:
        """Return this as plain values."""
        return {"why": self.why, "figure": self.figure, "settings": dict(self.settings)}


def settings_for(cause: Cause, config: Config, *, validation_rows: int) -> tuple[Setting, ...]:
    """Return the settings that answer a cause.

    Args:
        cause: What is wrong.
        config: The configuration that was trained, resolved.
        validation_rows: How many validation rows there are.

    Returns:
        At least one setting; none where the configuration leaves nothing to change.
    """
    layers = config.model.layers
    guard = [] if validation_rows < ROWS_TO_STOP_BY else list(_stopping(config, at_least=10))
    if cause == "rose again":
        return tuple(_stopping(config, at_least=5))
    if cause == "few pictures":
        return (*_changed_a_little(), *_longer(config), *guard) if config.data.augment is None else ()
    if cause == "wide gap":
        return tuple(_penalized(layers))
    if cause == "linear is better":
        return (("model.layers", []),) if layers else ()
    if cause == "still falling":
        return (*_longer(config), *guard)
    if cause == "hardly moved":
        return (*_faster(config), *guard)
    if cause == "saturated":
        return tuple(_rectified(layers))
    return (*_wider(layers), *_longer(config), *guard)


def saturates(config: Config) -> bool:
    """Tell whether so many bounded activations stand behind each other that the first layers hardly learn."""
    layers = config.model.layers
    if any(layer.key == "batch_normalization" for layer in layers):
        return False
    return sum(1 for _ in _rectified(layers)) >= DEEP


def _stopping(config: Config, *, at_least: int) -> Iterator[Setting]:
    """Yield early stopping on the validation loss that keeps the best weights, if it is not there yet."""
    rule = config.training.early_stopping
    if rule is None:
        patience = max(at_least, min(25, (config.training.epochs or 0) // 4))
        yield "training.early_stopping", {"monitor": "val_loss", "patience": patience}
    elif not rule.restore_best:
        yield "training.early_stopping.restore_best", True


def _changed_a_little() -> Iterator[Setting]:
    """Yield changes to training pictures that leave nearly all of them what they are."""
    yield "data.augment", {"shift": 0.05, "rotate": 5}


def _penalized(layers: Sequence[LayerSpec]) -> Iterator[Setting]:
    """Yield a penalty on the weights of each hidden layer, where nothing else keeps them from fitting every row."""
    dense = [(i, layer) for i, layer in enumerate(layers) if isinstance(layer, Dense)]
    regular = any(layer.key in {"dropout", "batch_normalization"} for layer in layers)
    if regular or any(layer.kernel_regularizer or layer.max_norm for _, layer in dense):
        return
    for i, _ in dense:
        yield f"model.layers[{i}].dense.kernel_regularizer.l2", L2


def _longer(config: Config) -> Iterator[Setting]:
    training = config.training
    if training.iterations is not None:
        yield "training.iterations", training.iterations * LONGER
    elif training.epochs is not None:
        yield "training.epochs", min(MOST_EPOCHS, training.epochs * LONGER)


def _faster(config: Config) -> Iterator[Setting]:
    optimizer = config.training.optimizer
    rate = optimizer.learning_rate
    key, higher = f"training.optimizer.{optimizer.key}.learning_rate", float(f"{rate.top() * FASTER:.3g}")
    if rate.key != "constant":
        key += f".{rate.key}.peak"
    elif rate.warmup_epochs:
        key += ".constant.value"
    yield key, higher


def _wider(layers: Sequence[LayerSpec]) -> Iterator[Setting]:
    """Yield more units for each hidden layer; a first hidden layer where there is none."""
    dense = [(i, layer) for i, layer in enumerate(layers) if isinstance(layer, Dense)]
    if not dense:
        yield "model.layers", [{"dense": 64}, "relu"]
    for i, layer in dense:
        units = min(MOST_UNITS, max(FEWEST_UNITS, layer.units * WIDER))
        if units > layer.units:
            yield f"model.layers[{i}].dense", units


def _rectified(layers: Sequence[LayerSpec]) -> Iterator[Setting]:
    """Yield relu in place of each hidden activation whose outputs have a largest value."""
    for i, layer in enumerate(layers):
        if isinstance(layer, Dense) and isinstance(layer.activation, Activation) and layer.activation.bounded:
            yield f"model.layers[{i}].dense.activation", "relu"
        elif isinstance(layer, Activation) and layer.bounded:
            yield f"model.layers[{i}]", "relu"
