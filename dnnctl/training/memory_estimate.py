"""What a training needs of memory, and whether there is as much: found out before anything is built."""

import contextlib
import os
from pathlib import Path

import numpy as np

from dnnctl.config.schema import Config
from dnnctl.errors import ConfigError, Fault
from dnnctl.network.plan import NetworkPlan

# Peak of training a network of a hundred weights, measured on Linux: TensorFlow, or Python with NumPy and matplotlib.
TENSORFLOW_BYTES = 700_000_000
NUMPY_BYTES = 110_000_000
# Numbers kept for each weight: as drawn, in the engine, its gradient, in the last checkpoint and in the one being made,
# and what comes and goes meanwhile; and for each slot of the optimizer: in the engine and in both checkpoints. Measured
# with 25 million weights: in all 9.3 with Keras and 7.6 with NumPy for SGD, 14.2 and 11.5 for Adam.
COPIES, SLOT_COPIES = 8, 3
# Files in which Linux says how much a container may have.
LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def estimate(config: Config, plan: NetworkPlan, *, rows: int = 1, data: int = 0) -> int:
    """Return the estimated peak memory of a training in bytes.

    Args:
        config: A resolved configuration.
        plan: The network.
        rows: Rows of which the output of every layer is held at once.
        data: Bytes of all arrays of the data.
    """
    number = np.dtype(config.training.dtype).itemsize
    framework = TENSORFLOW_BYTES if config.engine == "keras" else NUMPY_BYTES
    outputs = rows * (plan.inputs + sum(layer.outputs for layer in plan.layers))
    return framework + data + number * outputs + _of_weights(config, plan)


def _of_weights(config: Config, plan: NetworkPlan) -> int:
    """Return the bytes that the weights take, with everything that is kept for each."""
    number = np.dtype(config.training.dtype).itemsize
    slots: int = len(config.training.optimizer.slots) + (config.training.weight_averaging is not None)
    return number * (COPIES + SLOT_COPIES * slots) * plan.parameters


def available() -> tuple[int, str] | None:
    """Return how many bytes this process can have, and what sets the limit; None where that is not known."""
    limits: list[tuple[int, str]] = []
    # There is no sysconf on Windows.
    with contextlib.suppress(AttributeError, ValueError, OSError):
        limits.append((os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"), "the memory of this machine"))
    for file in LIMITS:
        # Where there is no limit, it holds `max` or is not there.
        with contextlib.suppress(OSError, ValueError):
            limits.append((int(Path(file).read_text(encoding="ascii")), "the limit of this container"))
    with contextlib.suppress(ImportError):
        import resource

        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
        if limit != resource.RLIM_INFINITY:
            limits.append((limit, "the limit of this process, see 'ulimit -v'"))
    return min(limits, default=None)


def check_fits(needed: int, config: Config, plan: NetworkPlan, where: Path) -> None:
    """Refuse a training that cannot fit into memory.

    Args:
        needed: Bytes, out of `estimate`.
        config: The resolved configuration.
        plan: The network.
        where: The configuration's file.

    Raises:
        ConfigError: If it needs more than there is; the message has both figures and the largest part.
    """
    there = available()
    if there is None or needed <= there[0]:
        return
    largest = max(plan.layers, key=lambda layer: layer.parameters)
    problem = (
        f"expected a training that fits into {_size(there[0])}, {there[1]}; it would need about {_size(needed)}, of "
        f"which {_size(_of_weights(config, plan))} for {plan.parameters:,} parameters ({largest.parameters:,} of them "
        f"in {largest.name}) with their gradients and {config.training.optimizer.key}'s own numbers. Make layers, "
        "data.batch_size or data.limit smaller"
    )
    raise ConfigError([Fault("model.layers", problem, str(where))])


def _size(count: int) -> str:
    return f"{count / 1e9:,.1f} GB"
