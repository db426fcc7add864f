"""Starting TensorFlow: quietly, once, with the settings that cannot be changed later."""

import contextlib
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from typing import Any

from dnnctl.engines.base import Hardware
from dnnctl.errors import ModelError


def start(hardware: Hardware) -> Any:
    """Import TensorFlow and set it up.

    Args:
        hardware: Where and how to compute. Threads and determinism hold for the whole process: the first
            training decides, a later one that wants something else is warned.

    Returns:
        The `tensorflow` module; `keras` can be imported afterwards.

    Raises:
        ModelError: If TensorFlow cannot be imported.
    """
    tensorflow = _import()
    if hardware.threads is not None:
        _set_threads(tensorflow, hardware.threads)
    _set_determinism(tensorflow, wanted=hardware.deterministic)
    return tensorflow


def device_name(tensorflow: Any, wanted: str) -> str:
    """Return TensorFlow's name for a device.

    Args:
        tensorflow: The module.
        wanted: `auto`, `cpu` or `gpu`.

    Raises:
        ModelError: If a GPU is wanted and there is none.
    """
    if wanted == "cpu":
        return "/CPU:0"
    found = tensorflow.config.list_logical_devices("GPU")
    if wanted == "gpu" and not found:
        raise ModelError("device: expected a GPU, as the configuration says; TensorFlow found none. Use device: auto")
    return str(found[0].name) if found else "/CPU:0"


def _import() -> Any:
    """Import TensorFlow and Keras without their start-up messages, but not without their errors."""
    if "tensorflow" in sys.modules and "keras" in sys.modules:
        return sys.modules["tensorflow"]
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["KERAS_BACKEND"] = "tensorflow"
    try:
        with _silenced_stderr():
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
        failed = False
        try:
            yield
        except Exception:
            failed = True
            raise
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


_DETERMINISTIC = "TF_DETERMINISTIC_OPS"


def _set_determinism(tensorflow: Any, *, wanted: bool) -> None:
    enabled = os.environ.get(_DETERMINISTIC) == "1"
    if wanted and not enabled:
        tensorflow.config.experimental.enable_op_determinism()
        os.environ[_DETERMINISTIC] = "1"
    elif enabled and not wanted:
        warnings.warn(
            "deterministic: false has no effect: an earlier training in this process turned it on",
            stacklevel=2,
        )
