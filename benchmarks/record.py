"""The JSON file of a measurement: every round, the machine, versions, the command line."""

import datetime
import importlib.metadata
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.environment import ROOT
from dnnctl.files import write_json

FORMAT = 1
FOLDER = ROOT / "outputs" / "benchmarks"
PACKAGES = ("dnnctl", "tensorflow", "keras", "numpy", "scikit-learn")


class Record:
    """What is measured, written anew after each section, so that what is done stays if a later one fails.

    Args:
        options: Options of the command.
        folder: Where the file goes.
    """

    def __init__(self, options: dict[str, Any], folder: Path = FOLDER) -> None:
        now = datetime.datetime.now().astimezone()
        stamp = now.strftime("%Y%m%d-%H%M%S")
        self.file = folder / f"{stamp}.json"
        self.values: dict[str, Any] = {
            "format": FORMAT,
            "started": now.isoformat(timespec="seconds"),
            "command": ["python", "-m", "benchmarks", *sys.argv[1:]],
            "commit": commit(),
            "machine": machine(),
            "versions": {name: importlib.metadata.version(name) for name in PACKAGES},
            "options": options,
            "sections": {},
        }

    def add(self, key: str, section: dict[str, Any]) -> None:
        """Add a section and write the file."""
        self.values["sections"][key] = section
        self.values["finished"] = datetime.datetime.now().astimezone().isoformat(timespec="seconds")
        self.file.parent.mkdir(parents=True, exist_ok=True)
        write_json(self.file, self.values)


def machine() -> dict[str, Any]:
    """Return what decides speed on this machine."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_bytes": _memory(),
        "load_before": list(os.getloadavg()) if hasattr(os, "getloadavg") else [],
        "system": platform.platform(),
        "python": platform.python_version(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    named = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    flags = named.get("flags", "").split()
    extras = [text for flag, text in (("avx512f", "AVX-512"), ("avx512_bf16", "bfloat16")) if flag in flags]
    return ", ".join([named.get("model name", platform.machine()), *extras])


def _memory() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 0


def commit() -> str:
    """Return the commit that is measured, `+` behind it if files were changed; empty outside a clone."""
    try:
        git = ["git", "-C", str(ROOT)]
        head = subprocess.run([*git, "rev-parse", "--short=12", "HEAD"], check=True, capture_output=True, text=True)
        changed = subprocess.run([*git, "status", "--porcelain"], check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return head.stdout.strip() + ("+" if changed.stdout.strip() else "")
