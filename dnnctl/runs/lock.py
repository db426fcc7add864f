"""One process at a time trains a run.

The lock is the operating system's (`flock`), so it ends with the process that holds it, however that ends: a
lock left behind does not exist, and no process number can be mistaken for another. On a network file system
it holds between computers where the file system supports that. The file's text only says who holds it.
"""

import contextlib
import json
import os
import platform
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from dnnctl.errors import RunError
from dnnctl.runs.environment import now
from dnnctl.runs.layout import RunDirectory

# More than a note of who holds it is not read.
NOTE_BYTES = 1000


@contextlib.contextmanager
def locked(run: RunDirectory) -> Iterator[None]:
    """Hold a run while the block lasts.

    Where the system or the file system has no such locks, the block runs without.

    Args:
        run: The run.

    Raises:
        RunError: If another process trains it, or its folder cannot be written or has its lock outside of it.
    """
    if not Path(os.path.realpath(run.lock.parent)).is_relative_to(os.path.realpath(run.path)):
        raise RunError(f"{run.lock.parent}: expected a folder in the run's folder; received a link to another one")
    try:
        run.lock.parent.mkdir(exist_ok=True)
        stream = _open(run.lock)
    except OSError as error:
        raise RunError(f"{run.path}: the run cannot be trained: {error.strerror}: {error.filename}") from None
    with stream:
        if not _acquire(stream):
            raise RunError(
                f"{run.path}: this run is being trained{_holder(stream)}. Wait for it to end, or stop it first"
            )
        note = {"process": os.getpid(), "computer": platform.node(), "since": now()}
        # A full disk has room for a lock, if not for a note in it.
        with contextlib.suppress(OSError):
            stream.truncate(0)
            stream.write(json.dumps(note).encode())
            stream.flush()
        yield


def _open(path: Path) -> IO[bytes]:
    """Open the lock's file for writing; never through a symbolic link, which could name any file."""
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    return os.fdopen(os.open(path, flags, 0o666), "r+b", buffering=0)


def _acquire(stream: IO[bytes]) -> bool:
    """Take the lock; False if another process has it."""
    try:
        import fcntl
    except ImportError:  # pragma: no cover - Windows
        return True
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        # Some network file systems have no locks.
        return True
    return True


def _holder(stream: IO[bytes]) -> str:
    """Return who holds the lock, in words; nothing if the file does not say."""
    try:
        note = json.loads(stream.read(NOTE_BYTES))
        return f" by process {int(note['process'])} on {str(note['computer'])[:80]!r} since {str(note['since'])[:40]}"
    except (ValueError, TypeError, KeyError, OSError):
        return ""
