"""What a run came about with besides its configuration, and what decides the last bits: versions, processor, time."""

import datetime
import importlib.metadata
import os
import platform
import re
from pathlib import Path
from typing import Any

PACKAGES = ("tensorflow", "keras", "numpy", "pydantic", "pyyaml", "matplotlib")

# Variables that change how TensorFlow or BLAS compute, and so the order in which numbers are added up.
VARIABLES = (
    "TF_DETERMINISTIC_OPS",
    "TF_ENABLE_ONEDNN_OPTS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
    "TF_XLA_FLAGS",
    "XLA_FLAGS",
    "CUDA_VISIBLE_DEVICES",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "OPENBLAS_CORETYPE",
    "MKL_NUM_THREADS",
    "ONEDNN_MAX_CPU_ISA",
)


CPUINFO = Path("/proc/cpuinfo")


def now() -> str:
    """Return the time in UTC to the second, as `2026-01-31T12:00:00+00:00`."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def versions() -> dict[str, str]:
    """Return the installed versions of the packages that decide results."""
    found = {}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found


def machine() -> dict[str, Any]:
    """Return the operating system, the processor, how many processors there are, and Python's version."""
    return {
        "system": platform.platform(),
        "machine": platform.machine(),
        # On Linux, Python itself does not know it.
        "processor": _processor_says("model name") or platform.processor(),
        "python": platform.python_version(),
        "processors": os.cpu_count(),
    }


def environment() -> dict[str, str]:
    """Return the environment variables that change how numbers are computed, as far as they are set.

    `TF_DETERMINISTIC_OPS` is 1 once TensorFlow's op determinism is on in this process.
    """
    known = {name: os.environ[name] for name in VARIABLES if name in os.environ}
    # What is no UTF-8 could not be written as JSON.
    return {name: value.encode("utf-8", "backslashreplace").decode() for name, value in known.items()}


def slow_in_bfloat16(device: str) -> bool:
    """Tell whether bfloat16 is known to be slower than float32 on the device that will compute.

    Args:
        device: `cpu`, `gpu`, or `auto`, which is the processor where there is no NVIDIA GPU.

    Returns:
        Whether it is a processor without AMX; False where that cannot be told.
    """
    on_processor = device not in {"auto", "gpu", "gpus"} or (device == "auto" and not Path("/dev/nvidiactl").exists())
    flags = _processor_says("flags").split()
    return on_processor and bool(flags) and "amx_bf16" not in flags


def _processor_says(key: str) -> str:
    """Return what Linux says of the first processor; nothing where it says nothing."""
    try:
        found = re.search(rf"^{key}\s*:\s*(.+)$", CPUINFO.read_text(encoding="utf-8"), re.MULTILINE)
    except (OSError, UnicodeDecodeError):
        found = None
    return found[1].strip() if found else ""
