"""Ctrl-C, or a notebook's stop button, while Python trains: an end with a checkpoint."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Any, cast

from dnnctl.api.arguments import expect
from dnnctl.training.observer import Observer, StepProgress


@contextlib.contextmanager
def interruptible(observer: Observer | None) -> Iterator[Observer]:
    """While a training lasts, hear Ctrl-C; yield who watches it.

    A handler of the program's own is left in place, and threads but the main one hear no signals.

    Args:
        observer: Who watches besides; nobody if None.
    """
    expect("observer", observer, (Observer, type(None)), "an Observer")
    watching = _Stoppable(observer or Observer())
    main = threading.current_thread() is threading.main_thread()
    heard = main and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if heard:
        signal.signal(signal.SIGINT, watching.hear)
    try:
        yield cast(Observer, watching)
    finally:
        if heard:
            signal.signal(signal.SIGINT, signal.default_int_handler)


class _Stoppable:
    """An observer that may be told to stop: after the steps at work, but at once before the first one.

    Args:
        observer: Who hears everything besides.
    """

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._learning = self._stopping = False

    def __getattr__(self, name: str) -> Any:
        """Return a method of the observer's."""
        return getattr(self._observer, name)

    def on_progress(self, progress: StepProgress) -> None:
        """Pass on that steps were taken."""
        self._learning = True
        self._observer.on_progress(progress)

    def stop_requested(self) -> bool:
        """Tell whether a signal was heard, or the observer wants to stop."""
        return self._stopping or self._observer.stop_requested()

    def hear(self, number: int, frame: FrameType | None) -> None:
        """Remember the first signal; at the second one, and where there is nothing to keep, stop at once."""
        if self._stopping or not self._learning:
            signal.default_int_handler(number, frame)
        self._stopping = True
