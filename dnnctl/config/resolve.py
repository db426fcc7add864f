"""Filling in what a configuration leaves to `auto`, from what is known about the data set."""

from dataclasses import replace

from dnnctl.config.metrics import DEFAULTS as METRICS_OF
from dnnctl.config.schema import Config, DataConfig, ModelConfig
from dnnctl.datasets.base import DatasetInfo
from dnnctl.network.layers.base import LAYERS, Activation, LayerSpec
from dnnctl.network.layers.dense import Layer as Dense
from dnnctl.network.losses.base import DEFAULTS as LOSS_OF
from dnnctl.network.losses.base import LOSSES
from dnnctl.network.plan import NetworkPlan, needs_bias, plan_network
from dnnctl.spec import Spec


def as_used(info: DatasetInfo, data: DataConfig) -> DatasetInfo:
    """Return what is known about a data set as a configuration uses it: a fold's test rows are never training rows.

    Args:
        info: What is known about the data set.
        data: The configuration's `data`.
    """
    return info if data.fold is None or not info.shared_rows else replace(info, shared_rows=False)


def resolve(config: Config, info: DatasetInfo) -> Config:
    """Return the configuration with nothing left to `auto` that the data set decides.

    Args:
        config: A configuration that passed its checks.
        info: What is known about its data set.
    """
    metrics = list(METRICS_OF[info.task]) if config.training.metrics is None else config.training.metrics
    hidden = config.model.layers
    output = resolve_output(config.model.output, info)
    loss = _loss(info, output) if config.training.loss == "auto" else config.training.loss
    row = [*hidden, output]
    decided = [
        layer.model_copy(update={"use_bias": needs_bias(layer, row[i + 1 :])})
        if isinstance(layer, Dense) and layer.use_bias == "auto"
        else layer
        for i, layer in enumerate(row)
    ]
    model = ModelConfig.model_construct(layers=decided[:-1], output=decided[-1])
    training = config.training.model_copy(update={"loss": loss, "metrics": metrics})
    return config.model_copy(update={"model": model, "training": training})


def _loss(info: DatasetInfo, output: LayerSpec) -> Spec:
    """Return the loss that a task and the activation of its output ask for."""
    name = LOSS_OF[info.task]
    if info.task == "binary" and isinstance(output, Dense) and output.activation and output.activation.key == "softmax":
        name = LOSS_OF["multiclass"]
    return LOSSES.parse(name)


def resolve_output(output: LayerSpec | str, info: DatasetInfo) -> LayerSpec:
    """Return the output as a dense layer with an activation.

    Args:
        output: As it was written: `auto`, an activation, or a dense layer.
        info: What is known about the data set.
    """
    classes = len(info.class_names)
    if isinstance(output, Dense):
        if output.activation is not None:
            return output
        by_task = _activation(info, output.units)
        return output.model_copy(update={"activation": LAYERS.parse(by_task)})
    if isinstance(output, Activation):
        units = classes if (classes and output.key == "softmax") or info.task == "multiclass" else info.outputs
        return Dense.model_validate({"units": units, "activation": output})
    units = classes if info.task == "multiclass" else info.outputs
    return Dense.model_validate({"units": units, "activation": _activation(info, units)})


def _activation(info: DatasetInfo, units: int) -> str:
    if info.task == "regression":
        return "linear"
    return "sigmoid" if info.task == "multilabel" or (info.task == "binary" and units == 1) else "softmax"


def plan_of(config: Config, info: DatasetInfo) -> NetworkPlan:
    """Return the plan of a resolved configuration's network.

    Args:
        config: What `resolve` returned.
        info: What is known about the data set.
    """
    inputs = 1
    for extent in info.input_shape:
        inputs *= extent
    return plan_network(inputs, [*config.model.layers, config.model.output])
