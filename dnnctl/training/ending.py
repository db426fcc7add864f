"""How a training ends, and where its time went: both are in the manifest, whatever happens."""

import contextlib
import errno
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dnnctl import memory
from dnnctl.errors import Interrupted, RunError, comes_of_interrupt
from dnnctl.runs.layout import RunDirectory, how_to_resume
from dnnctl.runs.manifest import Manifest
from dnnctl.training.profile import process_age, rest

# What writing to an open file fails with, which names no file; not every system has every one.
_WRITING = {
    getattr(errno, name) for name in ("ENOSPC", "EDQUOT", "EFBIG", "EIO", "EROFS", "ESTALE") if hasattr(errno, name)
}


@dataclass
class Clock:
    """Where the wall time goes.

    Args:
        seconds: Seconds by stage.
        started: When it began to count.
    """

    seconds: dict[str, float] = field(default_factory=dict)
    started: float = field(default_factory=time.perf_counter)

    @classmethod
    def of(cls, command: Sequence[str]) -> "Clock":
        """Return a clock that has counted the start of the process, where a command line is what started it."""
        return cls({"start-up": round(process_age(), 4)} if command else {})

    def finish(self) -> None:
        """Count what belongs to no stage."""
        self.seconds.pop("rest", None)
        whole = self.seconds.get("start-up", 0.0) + time.perf_counter() - self.started
        self.seconds["rest"] = round(rest(self.seconds, whole), 4)

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count what happens in the block as a stage; memory that it leaves free is given back."""
        start = time.perf_counter()
        try:
            yield
        finally:
            memory.give_back()
            self.seconds[name] = round(self.seconds.get(name, 0.0) + time.perf_counter() - start, 4)


@contextlib.contextmanager
def recorded(run: RunDirectory, manifest: Manifest, clock: Clock, go_on: str | None = None) -> Iterator[None]:
    """Write in the manifest how the block ends, if it ends early.

    Args:
        run: The run.
        manifest: Its manifest.
        clock: Where the time went so far.
        go_on: The command that goes on, for messages; None for that of a single training.

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
            raise Interrupted(f"interrupted; go on with: {go_on}") from None
        with contextlib.suppress(OSError, ValueError):
            manifest.update("failed", error=f"{type(error).__name__}: {error}", seconds=clock.seconds)
        if isinstance(error, OSError) and _of_writing(error, run):
            raise RunError(
                f"{run.path}: cannot be written: {error.strerror or error}. Make room or make the folder writable, "
                f"then go on with: {go_on}"
            ) from None
        raise


def _of_writing(error: OSError, run: RunDirectory) -> bool:
    """Tell whether an error is about writing a file of the run, rather than about a library or a device."""
    if not isinstance(error.filename, str | os.PathLike):
        return error.errno in _WRITING
    return Path(error.filename).absolute().is_relative_to(run.path.absolute())
