"""The gradient of a batch's loss as TensorFlow computes it, to compare with."""

from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.engines.base import Hardware, NetworkTask
from dnnctl.engines.numpy.targets import Targets
from dnnctl.network.layers.dropout import Layer as Dropout
from dnnctl.network.plan import PlannedLayer
from dnnctl.random_streams import layer_seed


def keras_is_there() -> bool:
    """Tell whether Keras and TensorFlow are installed, without importing them."""
    return all(find_spec(module) is not None for module in ("keras", "tensorflow"))


def keras_gradient(task: NetworkTask, x: NDArray[Any], targets: Targets) -> dict[str, NDArray[Any]]:
    """Return the gradient of a batch's loss by `GradientTape`, from logits, by the names of the weights.

    The network trains: batch normalization takes the batch's statistics, and dropout the mask that the NumPy
    network takes in its first step, since Keras would draw another one.

    Args:
        task: The network, its weights and its loss.
        x: Prepared inputs, (rows, inputs).
        targets: Their targets as the loss takes them.
    """
    from dnnctl.engines.keras import runtime
    from dnnctl.engines.keras.build import build_layers, keras_loss, variables
    from dnnctl.engines.keras.float64 import computing_in

    plan, dtype = task.plan, task.dtype
    tensorflow = runtime.start(Hardware())
    with computing_in(dtype), tensorflow.device("/CPU:0"):
        layers = build_layers(task)
        loss = keras_loss(task.loss, dtype)
        own = {name: variable for name, variable in variables(plan, layers).items() if variable.trainable}
        with tensorflow.GradientTape() as tape:
            value = tensorflow.constant(x)
            for planned, layer in zip(plan.layers[:-1], layers[:-1], strict=True):
                value = _forward(planned, layer, value, task.seed)
            total = sum(loss(y, value, weights) for y, weights in targets.parts)
            total += sum(penalty for layer in layers for penalty in layer.losses)
        found = tape.gradient(total, [variable.value for variable in own.values()])
    return {name: np.asarray(gradient) for name, gradient in zip(own, found, strict=True)}


def _forward(planned: PlannedLayer, layer: Any, x: Any, seed: int) -> Any:
    """Return a layer's output while training: by its Keras layer, but for dropout, whose mask would be another one."""
    spec = planned.spec
    if isinstance(spec, Dropout):
        dropout = spec.to_numpy(layer_seed(seed, planned.name), x.dtype.name)
        dropout.at(0)
        return x * dropout.mask(tuple(x.shape)).copy()
    return layer(x, training=True)
