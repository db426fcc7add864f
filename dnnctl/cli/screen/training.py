"""The screen of a training: a line an epoch, and on a terminal a live bar below them."""

import contextlib
import os
import shutil
import signal
import time
from collections.abc import Callable, Mapping
from types import FrameType
from typing import IO, TYPE_CHECKING, Any, Self

import click

from dnnctl.cli.downloads import shown
from dnnctl.cli.flags import with_flags
from dnnctl.cli.screen.epoch_line import epoch_line, fitting
from dnnctl.cli.screen.summary import summary
from dnnctl.cli.screen.text import duration, folded, is_terminal, plain, rounded
from dnnctl.errors import Interrupted
from dnnctl.training.observer import Observer, StepProgress

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from dnnctl.training.preparation import Prepared


# Ctrl-C, `kill`, and a terminal that was closed; SIGPIPE stands for a reader that went away.
SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
READER_GONE = 13
# Between two looks at a training, in seconds.
SECONDS_BETWEEN = 0.25


class Screen(Observer):
    """Shows a training on a stream, and hears Ctrl-C and SIGTERM while it lasts.

    What was learned is kept: the first signal, or a reader that went away (as `head` does), ends the
    training after the steps at work, with a checkpoint to go on from. Before the first step, and at a
    second signal, it ends at once.

    Args:
        stream: Where to write.
        quiet: Whether to write warnings only.
        units: Whether to tell what each output unit of the network stands for.
    """

    def __init__(self, stream: IO[str], *, quiet: bool = False, units: bool = False) -> None:
        self._stream = stream
        self._quiet, self._units = quiet, units
        self._live = is_terminal(stream) and not quiet
        self._stage = ""
        self._bar: Bar | None = None
        self._moved = 0.0
        self._task: TaskID | None = None
        self._heard: int = 0
        self._before: dict[int, Any] = {}
        self._stack = contextlib.ExitStack()
        self._download: Callable[[str, int, int], None] | None = None

    def __enter__(self) -> Self:
        """Begin to hear signals; one that is ignored, as under nohup, stays ignored."""
        for number in SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._hear)
        self._download = self._stack.enter_context(shown())
        return self

    def __exit__(self, kind: object, error: BaseException | None, _: object) -> None:
        """Take the bar away, leave signals as they were, and give an interruption its exit status."""
        self._close_bar()
        self._stack.close()
        for number, handler in self._before.items():
            signal.signal(number, handler)
        if isinstance(error, KeyboardInterrupt) and self._heard:
            error = Interrupted("interrupted")
            error.exit_status = 128 + self._heard
            raise error from None
        if isinstance(error, Interrupted) and self._heard:
            error.exit_status = 128 + self._heard

    def _hear(self, number: int, _: FrameType | None) -> None:
        """Remember the first signal; at the second one, or before the first step, stop at once."""
        again, self._heard = bool(self._heard), number
        if again or not self._stage:
            raise KeyboardInterrupt
        # The signal may have come while this very stream was written, which cannot be entered twice; the text that
        # follows it says what happened.
        with contextlib.suppress(RuntimeError):
            self._say(f"{self._stage}; once more to stop at once", always=True)

    def stop_requested(self) -> bool:
        """Tell whether a signal was heard."""
        return bool(self._heard)

    def on_download(self, name: str, done: int, total: int) -> None:
        """Show how far a download is."""
        if self._download is not None:
            self._download(name, done, total)

    def on_start(self, prepared: "Prepared") -> None:
        """Show warnings and the network."""
        self._stack.close()
        for warning in prepared.warnings:
            self._say(f"warning: {plain(with_flags(str(warning)))}", always=True)
        self._say(summary(prepared, units=self._units))
        if self._live:
            self._open_bar(prepared.length.steps)

    def on_progress(self, progress: StepProgress) -> None:
        """Move the bar."""
        self._stage = "stopping after the steps at work"
        if self._bar is None or self._task is None:
            return
        # Looked at a few times a second; the first metrics are shown at once, however short the training.
        now = time.monotonic()
        if now - self._moved < SECONDS_BETWEEN:
            return
        where = f"epoch {progress.epoch}/{progress.epochs}"
        metrics = {"loss": progress.loss, **progress.metrics}
        speed = [f"{progress.rows_per_second:,.0f} rows/s", f"{duration(progress.seconds_left)} left"]
        parts = [
            # The first steps, which build the network, say nothing of those to come.
            *(speed if progress.rows_per_second else []),
            *(f"{name} {rounded(value)}" for name, value in metrics.items()),
            f"step {progress.step:,}/{progress.steps:,}",
        ]
        told = fitting(parts, self._bar.console.width - len(where) - _bar_width(self._bar.console.width) - 3)
        self._bar.update(
            self._task,
            total=progress.steps,
            completed=progress.step,
            description=where,
            left=told,
            refresh=not self._moved,
        )
        self._moved = now

    def on_epoch(self, row: Mapping[str, float], epochs: int) -> None:
        """Write the epoch's line."""
        self._say(epoch_line(row, epochs, self._width()))

    def on_notice(self, text: str) -> None:
        """Write a notice on a line of its own."""
        self._say(f"  {with_flags(text)}")

    def on_stage(self, text: str) -> None:
        """Show what is done after training, on a terminal."""
        self._stage = f"finishing, {text}"
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, description=text, left="")

    def _width(self) -> int | None:
        """Return the places in a line of a terminal; None for what is none."""
        if self._bar is not None:
            return self._bar.console.width
        return shutil.get_terminal_size().columns if self._stream.isatty() else None

    def _say(self, text: str, *, always: bool = False) -> None:
        if self._heard == READER_GONE or (self._quiet and not always):
            return
        width = self._width()
        text = text if width is None else folded(text, width)
        try:
            if self._bar is not None:
                self._bar.console.print(text, markup=False, emoji=False)
            else:
                # Not through rich, which would fold lines and follows FORCE_COLOR into pipes.
                click.echo(text, file=self._stream)
        except BrokenPipeError:
            self._lose_reader()

    def _lose_reader(self) -> None:
        """End the training as a signal would, and let nothing be written to the closed pipe at exit."""
        self._heard = READER_GONE
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())

    def _open_bar(self, steps: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as Bar

        console = Console(file=self._stream, highlight=False)
        columns = (
            TextColumn("{task.description}"),
            BarColumn(bar_width=_bar_width(console.width)),
            TextColumn("{task.fields[left]}"),
        )
        self._bar = Bar(*columns, console=console, transient=True, refresh_per_second=1 / SECONDS_BETWEEN)
        self._task = self._bar.add_task("building the network", total=steps, left="")
        self._bar.start()

    def _close_bar(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def _bar_width(columns: int) -> int:
    """Return the places that a bar takes on a terminal, so that there is room for figures beside it."""
    return 20 if columns >= 80 else 10
