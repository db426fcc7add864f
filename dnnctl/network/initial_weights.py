"""The weights a network starts from."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.network.plan import NetworkPlan
from dnnctl.random_streams import generator


def initial_weights(plan: NetworkPlan, seed: int, dtype: str = "float32") -> dict[str, NDArray[Any]]:
    """Draw the first value of every weight.

    Args:
        plan: The network.
        seed: The configuration's `seed`.
        dtype: `float32` or `float64`; both are rounded from the same float64 numbers.

    Returns:
        An array for each name of `plan.shapes`.
    """
    drawn: dict[str, NDArray[Any]] = {}
    for layer in plan.layers:
        for weight in layer.weights:
            name = f"{layer.name}/{weight.name}"
            values = weight.initializer.draw(weight.shape, generator("weights", seed, name))
            drawn[name] = np.ascontiguousarray(values, dtype=dtype)
    return drawn
