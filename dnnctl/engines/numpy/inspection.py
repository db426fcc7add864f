"""Looking inside a network: what each layer gives out, and how large its gradients are."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.engines.base import LayerFigures
from dnnctl.engines.numpy.losses import Loss
from dnnctl.engines.numpy.network import NumpyNetwork


def inspect_network(network: NumpyNetwork, loss: Loss, x: NDArray[Any], y: NDArray[Any]) -> list[LayerFigures]:
    """Return how each layer behaves on a few rows, computed as after training.

    Args:
        network: The network; its gradients are written over.
        loss: What it is trained with.
        x: Prepared inputs, (n, inputs).
        y: Prepared targets, (n,) or (n, targets).
    """
    value, outputs = x, []
    for layer in network.layers:
        value = layer.forward(value, training=False)
        outputs.append(value)
    network.backward(loss.with_gradient(value, y)[1])
    last = network.plan.layers[-1].spec.to_numpy(0, network.dtype)
    outputs.append(last.forward(value, training=False))
    return [
        LayerFigures(
            layer=planned.name,
            mean=float(output.mean()),
            spread=float(output.std()),
            zeros=float((output == 0).mean()),
            gradient=_norm(network, planned.name),
        )
        for planned, output in zip(network.plan.layers, outputs, strict=True)
    ]


def _norm(network: NumpyNetwork, layer: str) -> float:
    """Return the Euclidean norm of the gradient with respect to a layer's weights; 0 without weights."""
    own = [network.gradient[here] for name, here in network.slices.items() if name.startswith(f"{layer}/")]
    return float(np.sqrt(sum(float(np.dot(part, part)) for part in own)))
