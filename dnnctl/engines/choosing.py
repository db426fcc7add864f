"""Making the engine that a configuration names; the only place that imports one or the other."""

from typing import Any

from numpy.typing import NDArray

from dnnctl.config.schema import Config
from dnnctl.data.preprocessing import Preprocessing
from dnnctl.engines.base import Engine, Hardware, NetworkTask
from dnnctl.engines.cluster import Cluster
from dnnctl.network.plan import NetworkPlan


def import_framework(config: Config) -> None:
    """Import what the engine needs, so that the time it takes can be told from that of building.

    Args:
        config: A resolved configuration.

    Raises:
        ModelError: If TensorFlow cannot be imported.
    """
    if config.engine == "keras":
        from dnnctl.engines.keras import runtime

        runtime.load()


def gpus_to_use(config: Config) -> int:
    """Return how many GPUs of this machine the engine will compute on.

    Args:
        config: A resolved configuration.
    """
    if config.engine == "numpy" or config.device not in {"auto", "gpu", "gpus"}:
        return 0
    from dnnctl.engines.keras import runtime

    return runtime.gpus_to_use(runtime.load(), str(config.device))


def build_engine(
    config: Config,
    plan: NetworkPlan,
    preprocessing: Preprocessing,
    weights: dict[str, NDArray[Any]],
    class_weights: tuple[float, ...] | None = None,
    cluster: Cluster | None = None,
) -> Engine:
    """Return the engine that a configuration names, ready to train.

    Args:
        config: A resolved configuration.
        plan: Its network.
        preprocessing: Statistics of the training rows.
        weights: The weights to start from, by the names of `plan.shapes`.
        class_weights: How much the rows of each class count while training, (classes,); None for 1 each.
        cluster: The machines that train together; None for this one alone.

    Raises:
        ModelError: If the weights do not fit, or the device is not there.
    """
    training = config.training
    task = NetworkTask(
        plan,
        preprocessing,
        training.loss,
        training.optimizer,
        config.seed,
        weights,
        training.dtype,
        training.half,
        class_weights,
        training.mix_up,
        training.weight_averaging,
    )
    threads = None if training.threads == "auto" else int(training.threads)
    jit = None if training.jit_compile == "auto" else bool(training.jit_compile)
    device = "cpu" if config.logical_cpus > 1 else str(config.device)
    hardware = Hardware(device, threads, config.deterministic, jit, config.logical_cpus, cluster)
    if config.engine == "numpy":
        from dnnctl.engines.numpy.engine import NumpyEngine

        return NumpyEngine(task, hardware)
    from dnnctl.engines.keras.engine import KerasEngine

    return KerasEngine(task, hardware)
