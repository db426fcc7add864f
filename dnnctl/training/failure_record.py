"""What the manifest says of a training that ends early, and the error its user sees."""

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

from dnnctl.errors import Call, Interrupted, RunError, comes_of_interrupt
from dnnctl.runs.layout import RunDirectory, how_to_resume
from dnnctl.runs.manifest import Manifest
from dnnctl.training.timing import Clock

# What writing to an open file fails with, which names no file; not every system has every one.
_WRITING = {
    getattr(errno, name) for name in ("ENOSPC", "EDQUOT", "EFBIG", "EIO", "EROFS", "ESTALE") if hasattr(errno, name)
}


@contextlib.contextmanager
def recorded(run: RunDirectory, manifest: Manifest, clock: Clock, go_on: Call | None = None) -> Iterator[None]:
    """Write in the manifest how the block ends, if it ends early.

    Args:
        run: The run.
        manifest: Its manifest.
        clock: Where the time went so far.
        go_on: The call that goes on, for messages; None for that of a single training.

    Raises:
        Interrupted: In place of a `KeyboardInterrupt`; the message says how to go on.
        RunError: In place of an `OSError` that says that a file of the run could not be written.
    """
    go_on = go_on or how_to_resume(run)
    try:
        yield
    except Interrupted:
        raise
    except BaseException as error:
        clock.finish()
        # A disk that is full, or a value that JSON cannot hold, must not hide what happened.
        if comes_of_interrupt(error):
            with contextlib.suppress(OSError, ValueError):
                manifest.update("interrupted", seconds=clock.seconds)
            raise Interrupted("interrupted; go on with: ", go_on) from None
        with contextlib.suppress(OSError, ValueError):
            manifest.update("failed", error=f"{type(error).__name__}: {error}", seconds=clock.seconds)
        if isinstance(error, OSError) and _of_writing(error, run):
            raise RunError(
                f"{run.path}: cannot be written: {error.strerror or error}. Make room or make the folder writable, "
                "then go on with: ",
                go_on,
            ) from None
        raise


def _of_writing(error: OSError, run: RunDirectory) -> bool:
    """Tell whether an error is about writing a file of the run, rather than about a library or a device."""
    if not isinstance(error.filename, str | os.PathLike):
        return error.errno in _WRITING
    return Path(error.filename).absolute().is_relative_to(run.path.absolute())
