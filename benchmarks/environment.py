"""The peers' own virtual environments: made once, and anew when what is wanted changes.

`benchmarks/.peers` computes on processors, `benchmarks/.peers-gpu` on a GPU, with CUDA packages.
"""

import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
HERE = Path(__file__).parent
FOLDER, GPU_FOLDER = HERE / ".peers", HERE / ".peers-gpu"
REQUIREMENTS = {FOLDER: HERE / "requirements.txt", GPU_FOLDER: HERE / "requirements-gpu.txt"}
PYTHON = "Scripts/python.exe" if os.name == "nt" else "bin/python"
PEERS_PYTHON = FOLDER / PYTHON
# Installed in the versions that dnnctl itself uses.
SAME = ("tensorflow", "keras", "scikit-learn", "numpy")


def ensure(folder: Path = FOLDER) -> bool:
    """Make a peers' environment unless it is there; tell whether it had to be made.

    Args:
        folder: `FOLDER` or `GPU_FOLDER`.

    Raises:
        subprocess.CalledProcessError: If pip fails; it has said why.
    """
    constraints = "".join(f"{name}=={importlib.metadata.version(name)}\n" for name in SAME)
    wanted = f"{sys.version}\n{REQUIREMENTS[folder].read_text(encoding='utf-8')}{constraints}"
    stamp = folder / "installed.txt"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return False
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    (folder / "constraints.txt").write_text(constraints, encoding="utf-8")
    pip = [str(folder / PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "-r", str(REQUIREMENTS[folder]), "-c", str(folder / "constraints.txt")], check=True)
    stamp.write_text(wanted, encoding="utf-8")
    return True
