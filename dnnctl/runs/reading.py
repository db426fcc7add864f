"""Opening the files of a run that may come from a stranger: regular files inside its folder, of bounded size."""

import json
import math
import os
import stat
from collections.abc import Callable
from io import BufferedReader
from pathlib import Path
from typing import Any

from dnnctl.errors import RunError

# Sixteen MiB of the worst JSON, empty lists in a list, take about 400 MB once they are read.
MAX_JSON = 16 * 1024**2


def open_inside(path: Path, folder: Path) -> BufferedReader:
    """Open a file of a run for reading; a pipe in its place does not hang.

    Args:
        path: The file.
        folder: The run's folder, which the file must not leave through a symbolic link.

    Raises:
        RunError: If it leads out of the folder, is no regular file, or cannot be opened.
        FileNotFoundError: If there is none.
    """
    try:
        real = Path(os.path.realpath(path))
        if not real.is_relative_to(os.path.realpath(folder)):
            raise RunError(
                f"{path}: expected a file in the run's folder; received a symbolic link to {real}, which is outside. "
                "Copy the file here if you trust it"
            )
        # Without O_NONBLOCK, opening a pipe waits for a writer that may never come.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        # A name with a zero byte in it cannot even be asked about.
        raise RunError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise RunError(f"{path}: expected a regular file; received a directory, pipe or device")
    return os.fdopen(descriptor, "rb")


def read_bytes(path: Path, folder: Path, limit: int) -> bytes:
    """Return the contents of a file of a run.

    Args:
        path: The file.
        folder: The run's folder.
        limit: Largest size in bytes.

    Raises:
        RunError: If it is larger, or cannot be opened as `open_inside` says.
        FileNotFoundError: If there is none.
    """
    with open_inside(path, folder) as stream:
        contents = stream.read(limit + 1)
    if len(contents) > limit:
        raise RunError(f"{path}: expected at most {limit:,} bytes; received more")
    return contents


def read_json(path: Path, folder: Path, kind: str) -> Any:
    """Return the value in a JSON file of a run.

    Args:
        path: The file.
        folder: The run's folder.
        kind: What it should be, for messages, as `a run's manifest`.

    Raises:
        RunError: If it is larger than `MAX_JSON`, no JSON, nested too deeply, holds a number that is infinite or none,
            or cannot be opened.
        FileNotFoundError: If there is none.
    """
    contents = read_bytes(path, folder, MAX_JSON)
    try:
        return json.loads(
            contents.decode("utf-8"),
            parse_constant=_finite,
            parse_float=_finite,
            parse_int=lambda text: _finite(text, int),
        )
    except RecursionError:
        raise RunError(f"{path}: expected {kind}; received JSON that is nested too deeply") from None
    except ValueError as error:
        raise RunError(f"{path}: expected {kind}; {error}") from None


def _finite(text: str, kind: Callable[[str], int | float] = float) -> int | float:
    """Return a number that 64 bits hold; nothing else was written, and nothing else can be computed with."""
    if not math.isfinite(float(text)):
        raise ValueError(f"expected finite numbers; received {text[:20]}{'...' * (len(text) > 20)}")
    return kind(text)
