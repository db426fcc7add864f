"""Building the Keras network from its plan."""

from typing import Any

from numpy.typing import NDArray

from dnnctl.engines.base import NetworkTask, check_weights
from dnnctl.engines.keras.float64 import computed_in_full, in_full
from dnnctl.network.plan import NetworkPlan, PlannedLayer
from dnnctl.random_streams import layer_seed


def build_layers(task: NetworkTask) -> list[Any]:
    """Return the Keras layer of each planned layer, with its weights.

    Args:
        task: The network and the weights to start from.
    """
    layers = [keras_layer(layer, task.seed, task.dtype) for layer in task.plan.layers]
    for planned, layer in zip(task.plan.layers, layers, strict=True):
        layer.build((None, planned.inputs))
    assign(task.plan, layers, task.weights)
    return layers


def keras_layer(layer: PlannedLayer, seed: int, dtype: str = "float32") -> Any:
    """Return the Keras layer of a planned one, not yet built.

    Args:
        layer: The layer in its place.
        seed: The configuration's seed.
        dtype: `float32` or `float64`.
    """
    import keras

    form = layer.spec.keras_form(layer_seed(seed, layer.name))
    made = getattr(keras.layers, form.class_name)(name=layer.name, dtype=dtype, **in_full(form.options, dtype))
    return computed_in_full(made, dtype)


def variables(plan: NetworkPlan, layers: list[Any]) -> dict[str, Any]:
    """Return the Keras variable behind each weight's name.

    Args:
        plan: The network.
        layers: Its Keras layers.
    """
    found = {}
    for planned, layer in zip(plan.layers, layers, strict=True):
        own = {variable.name: variable for variable in layer.variables}
        for weight in planned.weights:
            found[f"{planned.name}/{weight.name}"] = own[weight.name]
    return found


def assign(plan: NetworkPlan, layers: list[Any], weights: dict[str, NDArray[Any]]) -> None:
    """Give every variable its value.

    Args:
        plan: The network.
        layers: Its Keras layers.
        weights: An array for each name of `plan.shapes`.

    Raises:
        ModelError: If a name is missing or too many, or a shape does not fit.
    """
    check_weights(plan, weights)
    for name, variable in variables(plan, layers).items():
        variable.assign(weights[name])
