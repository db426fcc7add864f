"""How a training ends, and where its time went: both are in the manifest, whatever happens."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from dnnctl.errors import Interrupted, RunError
from dnnctl.runs.layout import RunDirectory
from dnnctl.runs.manifest import Manifest
from dnnctl.training.keeping import how_to_resume
from dnnctl.training.profile import rest


@dataclass
class Clock:
    """Where the wall time goes.

    Args:
        seconds: Seconds by stage.
        started: When it began to count.
    """

    seconds: dict[str, float] = field(default_factory=dict)
    started: float = field(default_factory=time.perf_counter)

    def finish(self) -> None:
        """Count what belongs to no stage."""
        whole = self.seconds.get("start-up", 0.0) + time.perf_counter() - self.started
        self.seconds["rest"] = round(rest(self.seconds, whole), 4)

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count what happens in the block as a stage."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = round(self.seconds.get(name, 0.0) + time.perf_counter() - start, 4)


@contextlib.contextmanager
def recorded(run: RunDirectory, manifest: Manifest, clock: Clock, go_on: str | None = None) -> Iterator[None]:
    """Write in the manifest how the block ends, if it ends early.

    Args:
        run: The run.
        manifest: Its manifest.
        clock: Where the time went so far.
        go_on: The command that goes on with it; `dnnctl train --resume` if not given.

    Raises:
        Interrupted: In place of a `KeyboardInterrupt`; the message says how to go on.
        RunError: In place of an `OSError`: something could not be written.
    """
    go_on = go_on or how_to_resume(run)
    try:
        yield
    except Interrupted:
        raise
    except KeyboardInterrupt:
        # A disk that is full must not hide what happened.
        with contextlib.suppress(OSError):
            manifest.update("interrupted", seconds=clock.seconds)
        raise Interrupted(f"interrupted; go on with: {go_on}") from None
    except BaseException as error:
        with contextlib.suppress(OSError):
            manifest.update("failed", error=f"{type(error).__name__}: {error}", seconds=clock.seconds)
        if isinstance(error, OSError):
            raise RunError(
                f"{run.path}: cannot be written: {error.strerror or error}. Make room or make the folder writable, "
                f"then go on with: {go_on}"
            ) from None
        raise
