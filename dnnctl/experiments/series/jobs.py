"""Training several networks, each in a process of its own, some of them at a time.

What a network comes to depends on how many threads share a sum, for both engines. So a member's threads never
depend on how many members are trained at a time: where `training.threads` is `auto`, a member has one
(`settled`), which is written into its configuration. Members are what shares the processor's cores.

What is done is not done again, and a member that was stopped goes on from its checkpoint.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from dnnctl.config.loading import as_yaml
from dnnctl.config.schema import Config
from dnnctl.errors import Call, Interrupted, RunError, UsageError
from dnnctl.experiments.series.worker import ENDS, News, WorkerProcess
from dnnctl.files import write_text
from dnnctl.runs.layout import RunDirectory, run_at
from dnnctl.runs.manifest import read_manifest
from dnnctl.training.observer import Observer

# Seconds between two looks at whether to stop, and those that a member has to write its checkpoint.
POLL, GRACE = 0.1, 20.0
MOST_JOBS = 256


@dataclass(frozen=True)
class Member:
    """One network of several.

    Args:
        label: What it is called, as `fold 2 of 5` or `seed 43`.
        config: Its resolved configuration, out of `settled`.
        path: The folder that becomes its run directory.
    """

    label: str
    config: Config
    path: Path

    @property
    def run(self) -> RunDirectory:
        """Its run directory."""
        return RunDirectory(self.path)

    @property
    def done(self) -> bool:
        """Whether it is trained to its end."""
        return self.run.manifest.exists() and read_manifest(self.run.manifest).get("state") == "done"


class MembersObserver(Observer):
    """Watches members being trained; every method does nothing here.

    Of the methods of `Observer`, `on_download` and `on_start` are for whoever looks at the first member before
    processes are started; `stop_requested` is asked several times a second.
    """

    def on_member_begin(self, member: Member) -> None:
        """Hear that a member's process starts."""

    def on_member_progress(self, member: Member, done: float, loss: float, seconds_left: float) -> None:
        """Hear how far a member is: the share of its training that is done, 0 to 1, and its latest loss."""

    def on_member_stage(self, member: Member, text: str) -> None:
        """Hear what is done for a member after its training, as `drawing plots`."""

    def on_member_done(self, member: Member, *, before: bool) -> None:
        """Hear that a member is done, or (`before`) was so already."""

    def on_member_notice(self, member: Member, text: str) -> None:
        """Hear of something that the user should know, as early stopping."""


def settled(config: Config) -> Config:
    """Return a configuration whose result does not depend on how many members are trained at a time.

    Args:
        config: A resolved configuration.
    """
    if config.training.threads != "auto":
        return config
    return config.model_copy(update={"training": config.training.model_copy(update={"threads": 1})})


def train_members(
    members: Sequence[Member],
    *,
    jobs: int = 1,
    go_on: Call,
    observer: MembersObserver | None = None,
    command: Sequence[str] = (),
) -> None:
    """Train all members that are not done; at the end each has a whole run directory.

    Args:
        members: What to train.
        jobs: How many at a time, each in a process of its own; the results are the same to the last bit.
        go_on: The call that goes on after an interruption or a failure, for messages.
        observer: Who watches; nobody if None.
        command: The command line, for the members' manifests.

    Raises:
        UsageError: If `jobs` is not 1 to 256.
        RunError: If a member fails: its one error, with its exit status. The others are stopped with a checkpoint.
        Interrupted: If the observer asked to stop; each member at work has left a checkpoint.
    """
    check_jobs(jobs)
    _Training(members, jobs, observer or MembersObserver(), command).run(go_on)


def check_jobs(jobs: int) -> None:
    """Raise `UsageError` if so many members cannot be trained at a time."""
    if not 1 <= jobs <= MOST_JOBS:
        raise UsageError(f"`jobs`: expected 1 to {MOST_JOBS} members trained at a time; received {jobs}")


class _Training:
    """Members being trained.

    Args:
        members: All of them.
        jobs: How many at a time.
        observer: Who watches.
        command: The command line.
    """

    def __init__(self, members: Sequence[Member], jobs: int, observer: MembersObserver, command: Sequence[str]) -> None:
        self._members, self._jobs, self._observer, self._command = members, jobs, observer, command
        self._waiting: deque[int] = deque()
        self._news: SimpleQueue[News] = SimpleQueue()
        self._working: list[WorkerProcess] = []
        # How each worker said that it ended.
        self._ends: dict[WorkerProcess, dict[str, Any]] = {}
        self._failures: dict[int, tuple[list[str | Call], int]] = {}
        self._stopping = False

    def run(self, go_on: Call) -> None:
        """Train, and say how it ended."""
        for number, member in enumerate(self._members):
            if member.done:
                self._observer.on_member_done(member, before=True)
            else:
                self._waiting.append(number)
        # At a second Ctrl-C nobody waits for checkpoints.
        patience = 0.0
        try:
            self._train()
        except KeyboardInterrupt:
            patience, self._stopping = 0.0 if self._stopping else GRACE, True
        finally:
            for handle in self._working:
                handle.stop()
            for handle in self._working:
                handle.end(patience)
        if self._failures:
            # Of several failures one is told: what puts it right may put the others right too.
            number = min(self._failures)
            parts, status = self._failures[number]
            begin = f"{self._members[number].label}: "
            lines = [part.replace("\n", f"\n{begin}") if isinstance(part, str) else part for part in parts]
            error = RunError(begin, *lines, "\nif the cause was no fault of the configuration, go on with: ", go_on)
            error.exit_status = status
            raise error
        done = sum(member.done for member in self._members)
        if done < len(self._members):
            raise Interrupted(f"interrupted; {done} of {len(self._members)} are done; go on with: ", go_on)

    def _train(self) -> None:
        while self._working or (self._waiting and not self._stopping):
            if not self._stopping and self._observer.stop_requested():
                self._stop()
            while self._waiting and len(self._working) < self._jobs and not self._stopping:
                self._begin(self._waiting.popleft())
            try:
                handle, event = self._news.get(timeout=POLL)
            except Empty:
                continue
            self._hear(handle, event)

    def _stop(self) -> None:
        self._stopping = True
        for handle in self._working:
            handle.stop()

    def _begin(self, number: int) -> None:
        member = self._members[number]
        run = run_at(member.path)
        if not run.manifest.exists():
            write_text(run.config, as_yaml(member.config))
        self._observer.on_member_begin(member)
        self._working.append(WorkerProcess(number, run, self._command, self._news))

    def _hear(self, handle: WorkerProcess, event: dict[str, Any]) -> None:
        member, kind = self._members[handle.number], event["event"]
        if kind == "progress":
            self._observer.on_member_progress(member, event["done"], event["loss"], event["left"])
        elif kind == "stage":
            self._observer.on_member_stage(member, event["text"])
        elif kind == "notice":
            self._observer.on_member_notice(member, event["text"])
        elif kind in ENDS:
            self._ends[handle] = event
        elif kind == "ended":
            self._ended(handle, member, self._ends.pop(handle, None))

    def _ended(self, handle: WorkerProcess, member: Member, end: dict[str, Any] | None) -> None:
        """Take leave of a worker."""
        words = "" if end else handle.last_words()
        self._working.remove(handle)
        handle.end(GRACE)
        if end and end["event"] == "done":
            self._observer.on_member_done(member, before=False)
            return
        if not end or end["event"] == "failed":
            told = end["error"] if end else [words]
            parts: list[str | Call] = [part if isinstance(part, str) else Call(**part) for part in told]
            self._failures[handle.number] = (parts, end["status"] if end else 1)
        # Whoever stopped a single worker wants them all to stop.
        self._stop()
