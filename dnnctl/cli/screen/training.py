"""The screen of a training: a line an epoch, and on a terminal a live bar below them."""

import contextlib
import signal
from collections.abc import Callable, Mapping
from types import FrameType
from typing import IO, TYPE_CHECKING, Any

from dnnctl.cli.downloads import shown
from dnnctl.cli.screen.consoles import console, duration, figure
from dnnctl.cli.screen.summary import summary
from dnnctl.training.observer import Observer, Progress

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from dnnctl.training.preparing import Prepared


class Screen(Observer):
    """Shows a training on a stream, and hears Ctrl-C and SIGTERM while it lasts.

    Args:
        stream: Where to write.
        quiet: Whether to write warnings only.
    """

    def __init__(self, stream: IO[str], *, quiet: bool = False) -> None:
        self._console = console(stream)
        self._quiet = quiet
        self._live = self._console.is_terminal and not quiet
        self._bar: Bar | None = None
        self._task: TaskID | None = None
        self._heard: int = 0
        self._before: dict[int, Any] = {}
        self._stack = contextlib.ExitStack()
        self._download: Callable[[str, int, int], None] | None = None

    @property
    def signal_status(self) -> int:
        """Exit status for the signal that was heard: 130 for Ctrl-C, 143 for SIGTERM, 0 for none."""
        return 128 + self._heard if self._heard else 0

    def __enter__(self) -> "Screen":
        """Begin to hear signals."""
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._hear)
        self._download = self._stack.enter_context(shown())
        return self

    def __exit__(self, *_: object) -> None:
        """Take the bar away and leave signals as they were."""
        self._close_bar()
        self._stack.close()
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _hear(self, number: int, _: FrameType | None) -> None:
        """Remember the first signal; at the second one, stop at once."""
        if self._heard:
            raise KeyboardInterrupt
        self._heard = number
        self._say("stopping after the steps at work; once more to stop at once", always=True)

    def stop_requested(self) -> bool:
        """Tell whether a signal was heard."""
        return bool(self._heard)

    def on_download(self, name: str, done: int, total: int) -> None:
        """Show how far a download is."""
        if self._download is not None:
            self._download(name, done, total)

    def on_start(self, prepared: "Prepared") -> None:
        """Show warnings and the network."""
        for warning in prepared.warnings:
            self._say(f"warning: {warning}", always=True)
        self._say(summary(prepared))
        if self._live:
            self._open_bar(prepared.length.steps)

    def on_progress(self, progress: Progress) -> None:
        """Move the bar."""
        if self._bar is None or self._task is None:
            return
        where = f"epoch {progress.epoch}/{progress.epochs}  step {progress.step:,}/{progress.steps:,}"
        text = f"{where}  loss {figure(progress.loss)}"
        total = self._bar.tasks[0].total or 1
        per_epoch = total / progress.epochs
        done = (progress.epoch - 1 + progress.step / progress.steps) * per_epoch
        self._bar.update(self._task, completed=done, description=text, left=duration(progress.seconds_left))

    def on_epoch(self, row: Mapping[str, float], epochs: int) -> None:
        """Write the epoch's line."""
        number = f"{row['epoch']:>{len(str(epochs))}.0f}/{epochs}"
        skipped = {"epoch", "seconds", "learning_rate"}
        figures = "  ".join(f"{name} {figure(value)}" for name, value in row.items() if name not in skipped)
        rate = f"learning_rate {row['learning_rate']:.3g}"
        self._say(f"epoch {number}  {figures}  {rate}  {duration(row['seconds'])}")

    def on_notice(self, text: str) -> None:
        """Write a notice on a line of its own."""
        self._say(f"  {text}")

    def on_stage(self, text: str) -> None:
        """Show what is done after training, on a terminal."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, description=text, left="")

    def _say(self, text: str, *, always: bool = False) -> None:
        if always or not self._quiet:
            self._console.print(text, markup=False)

    def _open_bar(self, steps: int) -> None:
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as Bar

        columns = (
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            TextColumn("{task.fields[left]}"),
        )
        self._bar = Bar(*columns, console=self._console, transient=True)
        self._task = self._bar.add_task("building the network", total=steps, left="")
        self._bar.start()

    def _close_bar(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
