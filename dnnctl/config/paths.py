"""Where relative paths of data of the user's own start."""

import os
from pathlib import Path
from typing import Any

from dnnctl import plugins
from dnnctl.config.schema import SOURCES
from dnnctl.config.yaml_reader import KeyPath
from dnnctl.spelling import as_stored


def anchor(document: dict[str, Any], file: Path, changed: dict[KeyPath, str]) -> None:
    """Make the paths of data of the user's own absolute.

    A path in a file starts at the file's folder; where nothing is there, at `DNNCTL_DATA_DIR` if that has it.
    A path in an override starts at the current directory.

    Args:
        document: The configuration as plain values; changed in place.
        file: The file it came from.
        changed: The key paths that were overridden.
    """
    data = document.get("data")
    if not isinstance(data, dict):
        return
    for key in SOURCES[1:]:
        source = data.get(key)
        paths = plugins.load("dnnctl.datasets.user", key).Options.paths
        if isinstance(source, str):
            data[key] = source = {paths[0]: source}
        if not isinstance(source, dict):
            continue
        for option in paths:
            written = source.get(option)
            if isinstance(written, str) and written:
                at: KeyPath = ("data", key, option)
                overridden = any(at[: len(path)] == path for path in changed)
                source[option] = str(_found(written, Path() if overridden else file.parent))


def _found(written: str, start: Path) -> Path:
    # Not Path.expanduser, which raises where there is no home directory; nor resolve, which raises on a loop.
    path = as_stored(Path(os.path.abspath(start / os.path.expanduser(written))))  # noqa: PTH100, PTH111
    folder = os.environ.get("DNNCTL_DATA_DIR")
    if folder and not os.path.exists(path):  # noqa: PTH110 - Path.exists raises where a name is too long
        elsewhere = as_stored(Path(os.path.abspath(Path(os.path.expanduser(folder)) / written)))  # noqa: PTH100, PTH111
        if os.path.exists(elsewhere):  # noqa: PTH110
            return elsewhere
    return path
