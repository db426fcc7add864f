"""Building the Keras network from its plan."""

from typing import Any

from numpy.typing import NDArray

from dnnctl.data.preprocessing import Preprocessing
from dnnctl.data.random import layer_seed
from dnnctl.engines.base import NetworkTask
from dnnctl.errors import ModelError
from dnnctl.layers.parts.plan import NetworkPlan, PlannedLayer


def build_layers(task: NetworkTask) -> list[Any]:
    """Return the Keras layer of each planned layer, with its weights.

    Args:
        task: The network and the weights to start from.
    """
    layers = [keras_layer(layer, task.seed) for layer in task.plan.layers]
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
    return getattr(keras.layers, form.class_name)(name=layer.name, dtype=dtype, **form.options)


def build_models(task: NetworkTask, layers: list[Any]) -> tuple[Any, Any]:
    """Return the network up to its logits, and the whole one that takes raw rows and gives answers.

    Args:
        task: The network.
        layers: What `build_layers` returned; both models share them.

    Returns:
        Two `keras.Sequential`: raw rows to logits, for training; raw rows to probabilities or to values in
        the target's own unit, for `model.keras`.
    """
    import keras

    before = _prepare_layers(task.preprocessing)
    shape = task.preprocessing.input_shape
    to_logits = keras.Sequential([keras.Input(shape), *before, *layers[:-1]], name="logits")
    whole = keras.Sequential(
        [keras.Input(shape), *before, *layers, *_restore_layers(task.preprocessing)], name="network"
    )
    return to_logits, whole


def _prepare_layers(preprocessing: Preprocessing) -> list[Any]:
    """Return the built-in layers that do what `Preprocessing.prepare` does."""
    import keras

    flatten = [keras.layers.Flatten(name="flatten")] if len(preprocessing.input_shape) > 1 else []
    if preprocessing.divisor is not None:
        return [*flatten, keras.layers.Rescaling(1 / preprocessing.divisor, name="scale")]
    variance = [spread**2 for spread in preprocessing.spread]
    normalize = keras.layers.Normalization(mean=list(preprocessing.mean), variance=variance, name="standardize")
    return [*flatten, normalize]


def _restore_layers(preprocessing: Preprocessing) -> list[Any]:
    """Return the built-in layer that does what `Preprocessing.restore_targets` does."""
    import keras

    if not preprocessing.target_mean:
        return []
    variance = [spread**2 for spread in preprocessing.target_spread]
    return [
        keras.layers.Normalization(
            mean=list(preprocessing.target_mean), variance=variance, invert=True, name="restore_unit"
        )
    ]


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


def check_weights(plan: NetworkPlan, weights: dict[str, NDArray[Any]]) -> None:
    """Raise `ModelError` unless the weights have the plan's names and shapes."""
    expected = plan.shapes
    problems = [f"{name} is missing" for name in expected if name not in weights]
    problems += [f"{name} is not in this network" for name in weights if name not in expected]
    problems += [
        f"{name}: expected shape {expected[name]}, received {array.shape}"
        for name, array in weights.items()
        if name in expected and array.shape != expected[name]
    ]
    if problems:
        raise ModelError("the weights do not fit the network: " + "; ".join(problems[:6]))
