"""Looking inside a network: what each layer gives out, and how large its gradients are."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.engines.base import LayerStatistics, NetworkTask
from dnnctl.engines.numpy.network import NumpyNetwork


def inspect_network(
    task: NetworkTask, network: NumpyNetwork, x: NDArray[Any], y: NDArray[Any]
) -> list[LayerStatistics]:
    """Return how each layer behaves on a few rows, computed as after training.

    Args:
        task: What is learned.
        network: The network that learns it; its gradients are written over.
        x: Raw inputs, (n, ...).
        y: Prepared targets, (n,) or (n, targets).
    """
    value, outputs = task.preprocessing.prepare(x, task.dtype), []
    for layer in network.layers:
        value = layer.forward(value, training=False)
        outputs.append(value)
    network.backward(task.loss.to_numpy().with_gradient(value, y)[1])
    last = task.plan.layers[-1].spec.to_numpy(0, task.dtype)
    outputs.append(last.forward(value, training=False))
    return [
        LayerStatistics(
            layer=planned.name,
            mean=float(output.mean()),
            std=float(output.std()),
            zeros=float((output == 0).mean()),
            gradient=_norm(network, planned.name),
        )
        for planned, output in zip(task.plan.layers, outputs, strict=True)
    ]


def _norm(network: NumpyNetwork, layer: str) -> float:
    """Return the Euclidean norm of the gradient with respect to a layer's weights; 0 without weights."""
    own = [network.gradient[here] for name, here in network.slices.items() if name.startswith(f"{layer}/")]
    return float(np.sqrt(sum(float(np.dot(part, part)) for part in own)))
