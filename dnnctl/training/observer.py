"""What a training tells whoever watches it. The library never prints; a screen is an observer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dnnctl.training.preparation import Prepared


@dataclass(frozen=True)
class StepProgress:
    """How far a training is.

    Args:
        epoch: The epoch at work, counted from 1.
        epochs: Epochs in all.
        step: Steps done in this epoch.
        steps: Steps of this epoch.
        loss: Mean loss of the latest steps.
        seconds_left: Estimated time to the end of the training.
        metrics: The configuration's metrics on the rows of the latest steps; renewed a few times a second.
        rows_per_second: Rows that were learned from a second, lately.
    """

    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float
    seconds_left: float
    metrics: Mapping[str, float]
    rows_per_second: float = 0.0


class Observer:
    """Watches a training; every method does nothing here."""

    def on_download(self, name: str, done: int, total: int) -> None:
        """Hear of a download: a file's name, bytes done, bytes in all (0 if unknown)."""

    def on_start(self, prepared: "Prepared") -> None:
        """Hear that data and plan are ready and training begins."""

    def on_progress(self, progress: StepProgress) -> None:
        """Hear that a group of steps is done."""

    def on_epoch(self, row: Mapping[str, float], epochs: int) -> None:
        """Hear of a finished epoch: its row of the history, and how many epochs there are."""

    def on_notice(self, text: str) -> None:
        """Hear of something that the user should know, as early stopping."""

    def on_stage(self, text: str) -> None:
        """Hear what is done after training, as `drawing plots`."""

    def stop_requested(self) -> bool:
        """Tell whether training should stop after the steps at work; asked after each group of steps."""
        return False
