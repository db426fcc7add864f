"""Checks of the network: outputs against the task, and layers that cannot do what they seem to."""

from collections.abc import Iterator

from dnnctl.config.checks import Finding
from dnnctl.config.schema import Config
from dnnctl.config.yaml_reader import KeyPath
from dnnctl.datasets.base import DatasetInfo
from dnnctl.network.layers.base import Activation, LayerSpec
from dnnctl.network.layers.dense import Layer as Dense
from dnnctl.network.layers.dropout import Layer as Dropout

OUTPUT: KeyPath = ("model", "output")


def check_layers(config: Config) -> Iterator[Finding]:
    """Yield what is wrong with the hidden layers, whatever the data set is.

    Args:
        config: A configuration whose keys and types are right.
    """
    yield from _hidden(config.model.layers)
    yield from _collapse(config.model.layers)
    yield from _vanishing(config.model.layers)


def check_output(config: Config, info: DatasetInfo) -> Iterator[Finding]:
    """Yield what is wrong with the output.

    Args:
        config: A configuration whose keys and types are right.
        info: What is known about its data set.
    """
    output = config.model.output
    if output == "auto":
        return
    if not isinstance(output, Dense | Activation):
        yield Finding(OUTPUT, f"expected 'auto', an activation or a dense layer; received {_key(output)!r}")
        return
    activation = output.activation if isinstance(output, Dense) else output
    units = output.units if isinstance(output, Dense) else None
    yield from _units(units, info)
    if activation is not None:
        yield from _activation(activation, units, info)


def _key(output: LayerSpec | str) -> str:
    return output if isinstance(output, str) else output.key


def _units(units: int | None, info: DatasetInfo) -> Iterator[Finding]:
    classes = len(info.class_names)
    allowed = {"multiclass": (classes,), "binary": (1, 2)}.get(info.task, (info.outputs,))
    if units is None or units in allowed:
        return
    reason = {
        "multiclass": f"one unit for each of the {classes} classes",
        "binary": "1 unit (sigmoid) or 2 units (softmax) for two classes",
        "multilabel": f"one unit for each of the {info.outputs} labels",
        "regression": "1 unit for the one number that is predicted"
        if info.outputs == 1
        else f"one unit for each of the {info.outputs} numbers that are predicted",
    }[info.task]
    yield Finding((*OUTPUT, "dense", "units"), f"expected {reason}; received {units}. 'output: auto' chooses it")


def _activation(layer: LayerSpec, units: int | None, info: DatasetInfo) -> Iterator[Finding]:
    activation = layer.key
    path: KeyPath = (*OUTPUT, "dense", "activation") if units is not None else OUTPUT
    if activation == "softmax" and units == 1:
        problem = (
            "softmax over one unit is always 1, so nothing can be learned; "
            "expected sigmoid for two classes, linear for a number"
        )
    elif info.task == "regression" and activation != "linear":
        if isinstance(layer, Activation) and not layer.bounded:
            problem = (
                f"{activation} cuts off or bends what lies below the target's mean, since targets are standardized; "
                "expected linear"
            )
        else:
            problem = f"{activation} is bounded and a number to predict is not; expected linear"
    elif info.task == "multiclass" and activation != "softmax":
        problem = (
            f"expected softmax, whose {len(info.class_names)} probabilities sum to 1 as one of the classes is true; "
            f"received {activation}"
        )
    elif info.task == "multilabel" and activation != "sigmoid":
        problem = (
            f"expected sigmoid, a probability for each of the {info.outputs} labels, of which several may be true; "
            f"received {activation}"
        )
    elif info.task == "binary" and activation not in {"sigmoid", "softmax"}:
        problem = f"expected sigmoid, a probability, as one of two classes is true; received {activation}"
    elif info.task == "binary" and activation == "sigmoid" and units == 2:
        problem = "expected softmax over 2 units, or sigmoid on 1 unit; received sigmoid on 2 units"
    else:
        return
    yield Finding(path, problem)


def _hidden(layers: list[LayerSpec]) -> Iterator[Finding]:
    for i, layer in enumerate(layers):
        here: KeyPath = ("model", "layers", i)
        if isinstance(layer, Dense):
            inner = layer.activation
            if inner is not None and not isinstance(inner, Activation):
                problem = f"expected an activation, as relu; received {inner.key!r}, which is a layer of its own"
                yield Finding((*here, "dense", "activation"), problem)
            follows = layers[i + 1].key if i + 1 < len(layers) and inner is None else ""
            if layer.use_bias is True and follows == "batch_normalization":
                problem = "this bias has no effect: the batch normalization behind it subtracts it again"
                yield Finding((*here, "dense", "use_bias"), problem, code="redundant_bias")
            if inner is not None and inner.key == "softmax":
                yield _hidden_softmax((*here, "dense", "activation"))
        if layer.key == "softmax":
            yield _hidden_softmax(here)
        if isinstance(layer, Dropout) and layer.rate > 0.8:
            problem = (
                f"a dropout rate of {layer.rate:g} leaves {1 - layer.rate:.0%} of the numbers; usual are 0.1 to 0.5"
            )
            yield Finding((*here, "dropout"), problem, code="high_dropout")


def _hidden_softmax(path: KeyPath) -> Finding:
    problem = "softmax in a hidden layer makes its units compete; usual are relu, tanh or sigmoid"
    return Finding(path, problem, code="hidden_softmax")


def _collapse(layers: list[LayerSpec]) -> Iterator[Finding]:
    """Find affine layers with nothing curved between them, which amount to one affine layer."""
    straight = frozenset({"linear", "dropout", "batch_normalization"})
    pending = False
    for i, layer in enumerate(layers):
        if isinstance(layer, Dense):
            if pending:
                problem = (
                    "no activation between this dense layer and the one before: together they are one affine layer"
                )
                yield Finding(("model", "layers", i), problem, code="missing_activation")
            pending = layer.activation is None or layer.activation.key == "linear"
        elif layer.key not in straight:
            pending = False
    if pending:
        problem = "no activation before the output layer: this dense layer and the output are one affine layer"
        yield Finding(("model", "layers"), problem, code="missing_activation")


def _vanishing(layers: list[LayerSpec]) -> Iterator[Finding]:
    activations = [(i, layer.activation if isinstance(layer, Dense) else layer) for i, layer in enumerate(layers)]
    saturating = [i for i, layer in activations if layer is not None and layer.key == "sigmoid"]
    normalized = any(layer.key == "batch_normalization" for layer in layers)
    if len(saturating) >= 3 and not normalized:
        problem = (
            f"{len(saturating)} sigmoid layers in a row: each passes on at most a quarter of the gradient, which may "
            "vanish before the first layer; relu or batch normalization avoids it"
        )
        yield Finding(("model", "layers", saturating[2]), problem, code="vanishing_gradients")
