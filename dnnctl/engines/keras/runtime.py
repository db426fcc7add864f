"""Starting TensorFlow: quietly, once, with the settings that cannot be changed later."""

import contextlib
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from typing import Any

from dnnctl.engines.base import Hardware
from dnnctl.engines.keras.lean_import import lean_import
from dnnctl.errors import ModelError
from dnnctl.network.plan import NetworkPlan

# A weight of so many numbers makes products that are worth more than one core.
LARGE = 1 << 17


def start(hardware: Hardware, plan: NetworkPlan | None = None) -> Any:
    """Import TensorFlow and set it up.

    Args:
        hardware: Where and how to compute. Threads and determinism hold for the whole process: the first
            training decides, a later one that asks for something else is warned.
        plan: The network that threads are chosen for, where `hardware` leaves that open; TensorFlow's own choice
            if None.

    Returns:
        The `tensorflow` module; `keras` can be imported afterwards.

    Raises:
        ModelError: If TensorFlow cannot be imported.
    """
    tensorflow = load()
    if hardware.cpus > 1:
        _part_processor(tensorflow, hardware.cpus)
    if hardware.threads is not None:
        _set_threads(tensorflow, hardware.threads)
    elif plan is not None:
        _choose_threads(tensorflow, plan)
    _set_determinism(tensorflow, wanted=hardware.deterministic)
    return tensorflow


def _part_processor(tensorflow: Any, devices: int) -> None:
    """Let the processor stand for several devices; where TensorFlow already runs, there must be as many.

    Raises:
        ModelError: If there are fewer.
    """
    processor = tensorflow.config.list_physical_devices("CPU")[0]
    with contextlib.suppress(RuntimeError):
        parts = [tensorflow.config.LogicalDeviceConfiguration()] * devices
        if len(tensorflow.config.get_logical_device_configuration(processor) or ()) < devices:
            tensorflow.config.set_logical_device_configuration(processor, parts)
    found = len(tensorflow.config.list_logical_devices("CPU"))
    if found < devices:
        raise ModelError(
            f"device: expected {devices} devices of the processor, as the configuration says; TensorFlow already runs "
            f"in this process with {found}. Train this first, or in a process of its own"
        )


def chosen_threads(plan: NetworkPlan, cores: int) -> tuple[int, int]:
    """Return how many threads share one operation, and how many operations run at a time.

    A backward pass has two products that need not wait for each other, a weight's gradient and the input's. In a
    small network handing them to other threads takes longer than computing them.

    Args:
        plan: The network.
        cores: Processor cores.
    """
    return (cores, min(2, cores)) if plan.largest_weight >= LARGE else (1, 1)


def threads_in_use(tensorflow: Any) -> dict[str, int]:
    """Return the numbers of threads that TensorFlow works with; 0 is its own choice."""
    threading = tensorflow.config.threading
    return {
        "intra_op": int(threading.get_intra_op_parallelism_threads()),
        "inter_op": int(threading.get_inter_op_parallelism_threads()),
    }


def gpus_to_use(tensorflow: Any, device: str) -> int:
    """Return how many GPUs of this machine are computed on, without starting any.

    Args:
        tensorflow: The module.
        device: `auto`, `cpu`, `gpu` or `gpus`.
    """
    if device == "cpu":
        return 0
    found = len(tensorflow.config.list_physical_devices("GPU"))
    return found if device == "gpus" else min(found, 1)


def device_name(tensorflow: Any, wanted: str) -> str:
    """Return TensorFlow's name for a device.

    Args:
        tensorflow: The module.
        wanted: `auto`, `cpu`, `gpu`, or `gpus`, of which this is the first.

    Raises:
        ModelError: If a GPU is wanted and there is none.
    """
    if wanted == "cpu":
        return "/CPU:0"
    found = tensorflow.config.list_logical_devices("GPU")
    if wanted in {"gpu", "gpus"} and not found:
        raise ModelError("device: expected a GPU, as the configuration says; TensorFlow found none. Use device: auto")
    return str(found[0].name) if found else "/CPU:0"


def load() -> Any:
    """Import TensorFlow and Keras without their start-up messages, but not without their errors.

    Raises:
        ModelError: If TensorFlow cannot be imported.
    """
    if "tensorflow" in sys.modules and "keras" in sys.modules:
        return sys.modules["tensorflow"]
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["KERAS_BACKEND"] = "tensorflow"
    try:
        with _silenced_stderr(), lean_import():
            import keras  # noqa: F401 - Keras must find TensorFlow imported
            import tensorflow
    except ImportError as error:
        raise ModelError(
            f"TensorFlow cannot be imported: {error}. Reinstall it: pip install --force-reinstall tensorflow"
        ) from error
    return tensorflow


@contextlib.contextmanager
def _silenced_stderr() -> Iterator[None]:
    """Keep file descriptor 2 quiet, where C++ code writes; replay what was written if the block fails."""
    sys.stderr.flush()
    with tempfile.TemporaryFile() as kept:
        real = os.dup(2)
        os.dup2(kept.fileno(), 2)
        failed = True
        try:
            yield
            failed = False
        finally:
            os.dup2(real, 2)
            os.close(real)
            if failed:
                kept.seek(0)
                sys.stderr.write(kept.read().decode(errors="replace"))


def _set_threads(tensorflow: Any, threads: int) -> None:
    threading = tensorflow.config.threading
    current = threading.get_intra_op_parallelism_threads()
    if current == threads:
        return
    try:
        threading.set_intra_op_parallelism_threads(threads)
        threading.set_inter_op_parallelism_threads(threads)
    except RuntimeError:
        warnings.warn(
            f"training.threads: {threads} has no effect: TensorFlow already runs in this process with "
            f"{current or 'as many threads as there are cores'}",
            stacklevel=2,
        )


def _choose_threads(tensorflow: Any, plan: NetworkPlan) -> None:
    threading = tensorflow.config.threading
    shared, at_a_time = chosen_threads(plan, os.cpu_count() or 1)
    # Where TensorFlow already runs, its threads are settled, and nothing particular was asked for.
    with contextlib.suppress(RuntimeError):
        threading.set_intra_op_parallelism_threads(shared)
        threading.set_inter_op_parallelism_threads(at_a_time)


_DETERMINISTIC = "TF_DETERMINISTIC_OPS"


def _set_determinism(tensorflow: Any, *, wanted: bool) -> None:
    enabled = os.environ.get(_DETERMINISTIC) == "1"
    if wanted and not enabled:
        tensorflow.config.experimental.enable_op_determinism()
        os.environ[_DETERMINISTIC] = "1"
    elif enabled and not wanted:
        warnings.warn(
            "deterministic: false has no effect: an earlier training in this process turned it on", stacklevel=2
        )
