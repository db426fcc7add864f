"""Building Keras's layers, loss and optimizer from their specifications."""

from collections.abc import Callable, Sequence
from typing import Any

from numpy.typing import NDArray

from dnnctl.engines.base import NetworkTask, check_weights
from dnnctl.engines.keras.float64 import computed_in_full, in_full
from dnnctl.network.losses.base import LossSpec
from dnnctl.network.optimizers.base import OptimizerSpec
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


def keras_loss(spec: LossSpec, dtype: str = "float32", reduction: str = "sum_over_batch_size") -> Callable[..., Any]:
    """Return a function of prepared targets, logits and weights of the rows to the mean loss of a batch.

    Args:
        spec: The loss.
        dtype: `float32` or `float64`.
        reduction: `sum` for the sum of the rows' losses instead of their mean.

    Returns:
        Function (y_true, logits, weights=None) -> scalar. Cross entropies are taken from logits, where they are exact
        even for probabilities that round to 0 or 1. Weights, (n,), multiply the losses of rows, whose sum is
        divided by n.
    """
    loss = spec.keras_type()(reduction=reduction, **in_full(spec.keras_options(), dtype))
    return lambda y_true, logits, weights=None: loss(spec.keras_targets(y_true, logits), logits, sample_weight=weights)


def keras_optimizer(
    spec: OptimizerSpec, dtype: str = "float32", half: str | None = None, *, replicated: bool = False
) -> Any:
    """Return the Keras optimizer; its learning rate is set anew at every step.

    Args:
        spec: The optimizer.
        dtype: `float32` or `float64`.
        half: Type that steps are computed in, if another one. Gradients in float16 are lost below 6e-8, so
            Keras scales the loss up for it, takes the scale out again, halves it where a gradient overflows
            (that step changes nothing) and doubles it after 2,000 good steps.
        replicated: Whether each of several devices takes the step by itself, from gradients that are summed already.
    """
    import keras

    from dnnctl.engines.keras.fused_kernels import FUSED
    from dnnctl.engines.keras.replicas import updated_locally

    own = updated_locally if replicated else lambda kind: kind
    kind = own(FUSED.get(spec.keras_class) or spec.keras_type())
    optimizer = kind(learning_rate=1.0, **in_full(spec.settings(), dtype))
    return own(keras.optimizers.LossScaleOptimizer)(optimizer) if half == "float16" else optimizer


def optimizer_variables(spec: OptimizerSpec, optimizer: Any, weights: Sequence[str]) -> dict[str, Any]:
    """Return the variables of a Keras optimizer by the names they have in an engine's state.

    Args:
        spec: The optimizer.
        optimizer: Its Keras form, built.
        weights: Names of the weights it was built with, in order.

    Returns:
        `optimizer/steps`, `optimizer/<scalar>`, `optimizer/<slot>/<weight>`, and with scaled losses `loss_scale/...`.
    """
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    found = {"optimizer/steps": inner.iterations}
    found |= {f"optimizer/{name}": getattr(inner, name) for name in spec.scalars}
    for slot in spec.slots:
        own = [variable for variable in inner.variables if variable.name.endswith(f"_{slot}")]
        found |= {f"optimizer/{slot}/{name}": variable for name, variable in zip(weights, own, strict=True)}
    if inner is not optimizer:
        found |= {"loss_scale/value": optimizer.dynamic_scale, "loss_scale/good_steps": optimizer.step_counter}
    return found
