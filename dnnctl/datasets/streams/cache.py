"""Where what is written once of large data is kept, and what becomes of what was left half written."""

import hashlib
import json
import shutil
import time
from contextlib import suppress
from pathlib import Path

from dnnctl.datasets.parts.places import default_places

# The file that is written last.
COLUMNS = "columns.json"
# What is half written is called so, and is given up after so many seconds without a change.
NEW, DAY = ".new.", 86_400
# Of what is in the cache; another one is written anew.
FORMAT = 3


def cache_folder(*keys: object) -> Path:
    """Return the folder in the cache for what is described by these values."""
    described = json.dumps([FORMAT, *map(str, keys)])
    return default_places().cache.parent / "streams" / hashlib.sha256(described.encode()).hexdigest()[:32]


def is_written(folder: Path) -> bool:
    """Tell whether a table is in the cache."""
    return (folder / COLUMNS).is_file()


def sweep(folder: Path) -> None:
    """Remove what processes that were killed left half written, once it is so old that none can be at work on it."""
    for left in folder.glob(f"{NEW}*"):
        # Another process may be renaming it at this moment.
        with suppress(OSError):
            newest = max(path.stat().st_mtime for path in (left, *left.iterdir()))
            if time.time() - newest > DAY:
                shutil.rmtree(left, ignore_errors=True)
