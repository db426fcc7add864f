"""The screen of several trainings at a time: a line a finished member, and on a terminal a bar for each at work."""

import time
from typing import IO, TYPE_CHECKING

from dnnctl.cli.flags import with_flags
from dnnctl.cli.screen.text import duration, plain, rounded
from dnnctl.cli.screen.training import Screen
from dnnctl.experiments.series.jobs import Member, MembersObserver
from dnnctl.runs.metrics_file import read_metrics

if TYPE_CHECKING:
    from rich.progress import TaskID


class MembersScreen(Screen, MembersObserver):
    """Shows several trainings on a stream, and hears Ctrl-C and SIGTERM while they last.

    At the first signal each member at work stops after its steps, with a checkpoint; at a second one at once.

    Args:
        stream: Where to write.
        quiet: Whether to write warnings only.
    """

    def __init__(self, stream: IO[str], *, quiet: bool = False) -> None:
        super().__init__(stream, quiet=quiet)
        self._tasks: dict[str, TaskID] = {}
        self._began: dict[str, float] = {}

    def _open_bar(self, steps: int) -> None:
        super()._open_bar(steps)
        # A bar for each member takes the place of the one for a single training.
        if self._bar is not None and self._task is not None:
            self._bar.remove_task(self._task)

    def on_member_begin(self, member: Member) -> None:
        """Show the member's bar."""
        self._stage = "stopping, each member with a checkpoint"
        self._began[member.label] = time.monotonic()
        if self._bar is not None:
            self._tasks[member.label] = self._bar.add_task(f"{plain(member.label)}  starting", total=1.0, left="")

    def on_member_progress(self, member: Member, done: float, loss: float, seconds_left: float) -> None:
        """Move the member's bar."""
        if self._bar is not None:
            text = f"{plain(member.label)}  loss {rounded(loss)}"
            self._bar.update(self._tasks[member.label], completed=done, description=text, left=duration(seconds_left))

    def on_member_stage(self, member: Member, text: str) -> None:
        """Show what is done after training."""
        if self._bar is not None:
            self._bar.update(
                self._tasks[member.label], completed=1.0, description=f"{plain(member.label)}  {text}", left=""
            )

    def on_member_done(self, member: Member, *, before: bool) -> None:
        """Write the member's line: its metrics on its test rows."""
        if self._bar is not None and member.label in self._tasks:
            self._bar.remove_task(self._tasks.pop(member.label))
        metrics = read_metrics(member.run)[0].get("test", {})
        shown = ["loss", *(name for name in member.config.training.metrics or () if name in metrics)]
        text = "  ".join(f"{name} {rounded(metrics[name])}" for name in shown if name in metrics)
        taken = "done before" if before else duration(time.monotonic() - self._began[member.label])
        self._say(f"{plain(member.label)}  {text}  {taken}")

    def on_member_notice(self, member: Member, text: str) -> None:
        """Write a notice under the member's name."""
        self._say(f"{plain(member.label)}: {plain(with_flags(text))}")
