"""The screen of several trainings at once: a line a member, and on a terminal a bar for each one at work."""

import time
from typing import IO, TYPE_CHECKING

from dnnctl.cli.screen.consoles import duration, figure, is_terminal, plain
from dnnctl.cli.screen.training import Screen
from dnnctl.experiments.ensemble_making import EnsembleObserver
from dnnctl.experiments.jobs import Member

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    from dnnctl.training.preparing import Prepared


class MembersScreen(EnsembleObserver):
    """Shows members being trained on a stream, and hears Ctrl-C and SIGTERM while it lasts.

    Args:
        stream: Where to write.
        quiet: Whether to write warnings only.
    """

    def __init__(self, stream: IO[str], *, quiet: bool = False) -> None:
        self._screen = Screen(stream, quiet=quiet)
        self._stream = stream
        self._live = is_terminal(stream) and not quiet
        self._bars: Bars | None = None
        self._tasks: dict[str, TaskID] = {}
        self._begun: dict[str, float] = {}
        self._done = self._count = 0

    def __enter__(self) -> "MembersScreen":
        """Begin to hear signals."""
        self._screen.__enter__()
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Take the bars away, and leave signals as they were."""
        self._close()
        self._screen.__exit__(kind, error, trace)

    def stop_requested(self) -> bool:
        """Tell whether a signal was heard."""
        return self._screen.stop_requested()

    def on_download(self, name: str, done: int, total: int) -> None:
        """Show how far a download is."""
        self._screen.on_download(name, done, total)

    def on_start(self, prepared: "Prepared", members: "Sequence[Member]") -> None:
        """Show warnings and the network, and how many of it are trained."""
        self._count = len(members)
        self._screen.on_start(prepared, bar=False)
        self._write(f"{self._count} such networks: {members[0].label} to {members[-1].label}")
        if self._live:
            self._open()

    def on_begin(self, member: Member) -> None:
        """Give a member a bar."""
        self._begun[member.label] = time.monotonic()
        if self._bars is not None:
            self._tasks[member.label] = self._bars.add_task(f"{member.label}: starting", total=1.0, left="")

    def on_progress(self, member: Member, done: float, loss: float, seconds_left: float) -> None:
        """Move a member's bar."""
        if self._bars is not None and member.label in self._tasks:
            text = f"{member.label}: loss {figure(loss)}"
            left = duration(seconds_left)
            self._bars.update(self._tasks[member.label], completed=done, description=text, left=left)

    def on_done(self, member: Member, *, before: bool) -> None:
        """Write a member's line."""
        self._done += 1
        if self._bars is not None and member.label in self._tasks:
            self._bars.remove_task(self._tasks.pop(member.label))
        begun = self._begun.get(member.label)
        took = "was done before" if before or begun is None else f"done, {duration(time.monotonic() - begun)}"
        self._write(f"{member.label}: {took} ({self._done} of {self._count})")

    def on_notice(self, member: Member, text: str) -> None:
        """Write a notice on a line of its own."""
        self._write(f"{member.label}: {text}")

    def on_stage(self, text: str) -> None:
        """Take the bars away: everything is trained."""
        self._close()
        self._screen.on_stage(text)

    def _write(self, text: str) -> None:
        if self._bars is not None:
            self._bars.console.print(f"  {plain(text)}", markup=False, emoji=False)
        else:
            self._screen.on_notice(plain(text))

    def _open(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        columns = (TextColumn("  {task.description}"), BarColumn(bar_width=30), TextColumn("{task.fields[left]}"))
        self._bars = Progress(*columns, console=Console(file=self._stream, highlight=False), transient=True)
        self._bars.start()

    def _close(self) -> None:
        if self._bars is not None:
            self._bars.stop()
            self._bars = None
