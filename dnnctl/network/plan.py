"""The plan of a whole network: every layer with its name, widths and weights, before any engine builds it."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from dnnctl.network.layers.base import LayerSpec, WeightSpec
from dnnctl.network.layers.dense import Layer as Dense

OUTPUT = "output"


@dataclass(frozen=True)
class PlannedLayer:
    """One layer in its place.

    Args:
        name: Its name, as `dense_1`; `output` for the last dense layer.
        spec: What it computes, without anything left to `auto`.
        inputs: Numbers a row has before it.
        outputs: Numbers a row has after it.
        weights: The arrays it owns.
    """

    name: str
    spec: LayerSpec
    inputs: int
    outputs: int
    weights: tuple[WeightSpec, ...]

    @property
    def parameters(self) -> int:
        """How many numbers its arrays hold."""
        return sum(weight.size for weight in self.weights)


@dataclass(frozen=True)
class NetworkPlan:
    """A network as a row of layers, from prepared inputs to the answer.

    Args:
        inputs: Numbers a prepared row has.
        layers: The layers in order; the last two are the output layer and its activation.
    """

    inputs: int
    layers: tuple[PlannedLayer, ...]

    @property
    def outputs(self) -> int:
        """Numbers a row of answers has."""
        return self.layers[-1].outputs

    @property
    def trainable(self) -> int:
        """How many numbers the optimizer changes."""
        return sum(w.size for layer in self.layers for w in layer.weights if w.trainable)

    @property
    def parameters(self) -> int:
        """How many numbers all weights hold, moving statistics included."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def largest_weight(self) -> int:
        """How many numbers the largest weight holds; 0 without weights."""
        return max((weight.size for layer in self.layers for weight in layer.weights), default=0)

    @cached_property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of every weight by its full name, as `dense_1/kernel`, in order."""
        return {f"{layer.name}/{w.name}": w.shape for layer in self.layers for w in layer.weights}

    @property
    def architecture_hash(self) -> str:
        """SHA-256 over names, options that shape the function, and widths."""
        drawn_once = {"kernel_initializer", "bias_initializer", "kernel_regularizer", "bias_regularizer", "max_norm"}
        rows = [
            [
                layer.name,
                layer.spec.key,
                layer.inputs,
                layer.outputs,
                layer.spec.model_dump(mode="json", exclude=drawn_once),
            ]
            for layer in self.layers
        ]
        return hashlib.sha256(json.dumps([self.inputs, rows], sort_keys=True).encode()).hexdigest()


def plan_network(inputs: int, layers: Sequence[LayerSpec]) -> NetworkPlan:
    """Lay out a network.

    Args:
        inputs: Numbers a prepared row has.
        layers: Hidden layers and, last, the output: a dense layer with an activation.

    Returns:
        The plan; an activation written inside a dense layer is a layer of its own there.
    """
    flat = [single for i, layer in enumerate(layers) for single in _singles(layer, layers[i + 1 :])]
    last_dense = max(i for i, spec in enumerate(flat) if isinstance(spec, Dense))
    planned: list[PlannedLayer] = []
    counts: Counter[str] = Counter()
    width = inputs
    for i, spec in enumerate(flat):
        counts[spec.key] += 1
        name = OUTPUT if i == last_dense else f"{spec.key}_{counts[spec.key]}"
        outputs = spec.units_out(width)
        planned.append(PlannedLayer(name, spec, width, outputs, spec.weights(width)))
        width = outputs
    return NetworkPlan(inputs, tuple(planned))


def _singles(layer: LayerSpec, following: Sequence[LayerSpec]) -> list[LayerSpec]:
    """Return a layer as layers that each do one thing, with `use_bias: auto` decided."""
    if not isinstance(layer, Dense):
        return [layer]
    update: dict[str, object] = {"activation": None}
    if layer.use_bias == "auto":
        update["use_bias"] = needs_bias(layer, following)
    dense = layer.model_copy(update=update)
    return [dense] if layer.activation is None else [dense, layer.activation]


def needs_bias(layer: Dense, following: Sequence[LayerSpec]) -> bool:
    """Tell whether a dense layer's bias would have an effect: batch normalization subtracts it again."""
    return layer.activation is not None or not following or following[0].key != "batch_normalization"
