"""The peers' own virtual environment, `benchmarks/.peers`: made once, and anew when what is wanted changes."""

import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = Path(__file__).parent / ".peers"
REQUIREMENTS = Path(__file__).parent / "requirements.txt"
PEERS_PYTHON = FOLDER / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
# Installed in the versions that dnnctl itself uses.
SAME = ("tensorflow", "keras", "scikit-learn", "numpy")


def ensure() -> bool:
    """Make the peers' environment unless it is there; tell whether it had to be made.

    Raises:
        subprocess.CalledProcessError: If pip fails; it has said why.
    """
    constraints = "".join(f"{name}=={importlib.metadata.version(name)}\n" for name in SAME)
    wanted = f"{sys.version}\n{REQUIREMENTS.read_text(encoding='utf-8')}{constraints}"
    stamp = FOLDER / "installed.txt"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return False
    subprocess.run([sys.executable, "-m", "venv", str(FOLDER)], check=True)
    (FOLDER / "constraints.txt").write_text(constraints, encoding="utf-8")
    pip = [str(PEERS_PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "-r", str(REQUIREMENTS), "-c", str(FOLDER / "constraints.txt")], check=True)
    stamp.write_text(wanted, encoding="utf-8")
    return True
