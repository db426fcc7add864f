"""Trains small networks on one device and on several; run as a program, it prints how far apart they are, as JSON.

    python tests/engines/keras/device_cases.py

It needs a process of its own, since TensorFlow divides the processor before it starts or not at all.
"""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.data.preprocessing import Preprocessing
from dnnctl.data.training_rows import TrainingRows
from dnnctl.datasets.rows import ArrayRows
from dnnctl.engines.base import Hardware, NetworkTask
from dnnctl.engines.keras.engine import KerasEngine
from dnnctl.network.initial_weights import initial_weights
from dnnctl.network.layers.base import LAYERS
from dnnctl.network.layers.dense import Layer as Dense
from dnnctl.network.losses.base import LOSSES
from dnnctl.network.optimizers.base import OPTIMIZERS
from dnnctl.network.plan import plan_network

DEVICES = (2, 4)
# The last batch of an epoch has two rows, so that of four devices two have none of it.
ROWS, INPUTS, CLASSES, BATCH, EPOCHS = 38, 6, 3, 12, 2
STACK: list[Any] = [{"dense": 7}, "batch_normalization", "relu", {"dropout": 0.3}]
NEEDED = {"dropout": {"dropout": 0.4}}


def cases() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name of each case and what is not usual in it."""
    every = [NEEDED.get(name, name) for name in LAYERS.names() if name != "dense"]
    yield "every layer", {"layers": [each for layer in every for each in ({"dense": 7}, layer)]}
    for optimizer in OPTIMIZERS.names():
        yield f"optimizer {optimizer}", {"optimizer": optimizer}
    for loss in LOSSES.names():
        yield f"loss {loss}", {"loss": loss}
    yield "clipped", {"optimizer": {"sgd": {"momentum": 0.9, "global_clipnorm": 0.05}}}
    yield "clipped one by one", {"optimizer": {"adam": {"clipnorm": 0.05}}}
    held = {"dense": {"units": 7, "kernel_regularizer": {"l1": 1e-3, "l2": 1e-2}, "max_norm": 0.5}}
    yield "penalties and limits", {"layers": [held, "tanh"]}
    mixed = {"mix_up": 0.4, "class_weights": (0.5, 1.0, 2.0), "weight_averaging": 0.9}
    yield "mix-up, class weights and averaged weights", mixed
    yield "mix-up of numbers", {"mix_up": 0.4, "loss": "mean_squared_error"}
    yield "batch normalization without shift", {"layers": [{"dense": 7}, {"batch_normalization": {"center": False}}]}
    yield "fewer rows than devices", {"batch": 3}
    yield "float16", {"dtype": "float32", "half": "float16", "layers": [{"dense": 7}, "relu"]}


def taken(
    devices: int,
    layers: list[Any] = STACK,
    optimizer: Any = "sgd",
    loss: Any = "sparse_categorical_crossentropy",
    batch: int = BATCH,
    **task: Any,
) -> dict[str, NDArray[Any]]:
    """Train on so many devices; return losses, logits and the engine's state."""
    generator = np.random.default_rng(3)
    spec, dtype = LOSSES.parse(loss), task.get("dtype", "float64")
    units = CLASSES if spec.activation == "softmax" else 1
    plan = plan_network(
        INPUTS, [*map(LAYERS.parse, layers), Dense.model_validate({"units": units, "activation": spec.activation})]
    )
    x = generator.normal(size=(ROWS, INPUTS)).astype("float32")
    y: Any = generator.integers(0, max(units, 2), ROWS).astype("int32")
    if spec.activation == "linear":
        y = (x[:, :1] * 0.5 + generator.normal(size=(ROWS, 1)) * 0.1).astype(dtype)
    preprocessing = Preprocessing((INPUTS,), None, (0.1,) * INPUTS, (1.1,) * INPUTS)
    weights, task = initial_weights(plan, 7, dtype), {"dtype": dtype, **task}
    given = NetworkTask(plan, preprocessing, spec, OPTIMIZERS.parse(optimizer), 7, weights, **task)
    engine = KerasEngine(given, Hardware("cpu", cpus=devices))
    engine.set_training_rows(TrainingRows(ArrayRows(x), ArrayRows(y), ArrayRows(y), batch, 7))
    found = []
    for epoch in range(EPOCHS):
        engine.start_epoch(epoch)
        found.append(engine.run([0.05 / (1 + epoch)] * -(-ROWS // batch)))
    engine.release_training_rows()
    losses, logits = ([getattr(steps, name) for steps in found] for name in ("losses", "logits"))
    asked = {"answers": engine.logits(x), "losses": np.concatenate(losses), "logits": np.concatenate(logits)}
    return {**engine.state(), **asked}


def apart(one: dict[str, NDArray[Any]], other: dict[str, NDArray[Any]]) -> float:
    """Return the largest difference, of numbers above 1 relative to them."""
    assert one.keys() == other.keys()
    assert all(one[name].shape == other[name].shape for name in one)
    return max(float(np.max(np.abs(one[n] - other[n]) / np.maximum(1, np.abs(one[n])), initial=0)) for n in one)


def main() -> None:
    """Print the distance of each case for each number of devices."""
    found: dict[str, dict[int, float]] = {}
    for name, case in cases():
        # The most first: afterwards there are as many for all.
        several = {devices: taken(devices, **case) for devices in sorted(DEVICES, reverse=True)}
        found[name] = {devices: apart(taken(1, **case), each) for devices, each in several.items()}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
