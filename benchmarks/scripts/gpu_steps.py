"""A few optimizer steps of work (a) on one device or two, and what they gave, to compare devices with each other.

    python -m benchmarks.scripts.gpu_steps \
        '{"device": "gpu", "precision": "float64", "parts": 1, "rows": 3000, "steps": 30}'

`parts` 2 with `device` `gpus` makes two devices of the first GPU. The last line of the output is JSON: the losses of
the steps, and the logits of the first rows after them.
"""

import json
import sys
from dataclasses import replace
from typing import Any

import numpy as np

from benchmarks.works import WORKS
from dnnctl.config.loading import load
from dnnctl.engines.choosing import build_engine
from dnnctl.network.initial_weights import initial_weights
from dnnctl.training.preparation import prepare

# Of a GPU's memory for each part, MB.
PART_MEMORY = 2048


def part_gpu(parts: int) -> None:
    """Make several devices of the first GPU, before TensorFlow starts."""
    import tensorflow as tf

    gpu = tf.config.list_physical_devices("GPU")[0]
    each = tf.config.LogicalDeviceConfiguration(memory_limit=PART_MEMORY)
    tf.config.set_visible_devices(gpu, "GPU")
    tf.config.set_logical_device_configuration(gpu, [each] * parts)


def steps(device: Any, precision: str, parts: int, rows: int, steps: int) -> dict[str, list[float]]:
    """Take steps from the same weights on the same batches.

    Args:
        device: As in a configuration.
        precision: As in a configuration.
        parts: Devices that the first GPU is made into.
        rows: Training rows.
        steps: Optimizer steps.

    Returns:
        `losses` (steps,) and `logits` (100 x 10,).
    """
    if parts > 1 and device == "gpus":
        part_gpu(parts)
    document = WORKS["a"].config(rows=rows, epochs=1, engine="keras", precision=precision, device=device)
    prepared = prepare(load(document))
    config = prepared.config
    weights = initial_weights(prepared.plan, 0, config.training.dtype)
    engine = build_engine(config, prepared.plan, prepared.preprocessing, weights)
    engine.set_training_rows(replace(prepared.training_rows, steps=None))
    losses: list[float] = []
    for epoch in range(-(-steps // WORKS["a"].steps(rows, 1))):
        engine.start_epoch(epoch)
        losses += engine.run([1e-3] * WORKS["a"].steps(rows, 1)).losses.tolist()
    return {
        "losses": losses[:steps],
        "logits": np.ravel(engine.logits(prepared.splits.train.rows.take(np.arange(100)))).tolist(),
    }


if __name__ == "__main__":
    print(json.dumps(steps(**json.loads(sys.argv[1]))))
