"""What the loss did from epoch to epoch: whether it was still falling at the end, and whether it rose again before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np

SMOOTH = 3  # Epochs that are averaged, since the loss of one epoch is noisy.
FALLING = 0.03  # Fall over the last quarter of the epochs, as a share of the loss.
LATE = 0.25
BETTER = 0.005  # In points of a share; of an error five times that share of it.
MUCH_RISE = 1.5


@dataclass(frozen=True)
class Curve:
    """A loss by epochs.

    Args:
        losses: Of each epoch; the validation rows' if there are any.
        figures: The judged figure of validation rows by epoch; empty where it was not followed.
        kept: Epoch whose weights were kept, counted from 1; None for the last one.
    """

    losses: tuple[float, ...]
    figures: tuple[float, ...] = ()
    kept: int | None = None

    @classmethod
    def of(cls, history: Sequence[Mapping[str, float]], name: str, kept: int | None, *, validated: bool) -> "Curve":
        """Read a history.

        Args:
            history: The rows of `history.csv`.
            name: The judged figure.
            kept: As above.
            validated: Whether there are validation rows.
        """
        column = "val_loss" if validated else "loss"
        losses = tuple(row[column] for row in history if isfinite(row.get(column, float("nan"))))
        figures = tuple(row[f"val_{name}"] for row in history if isfinite(row.get(f"val_{name}", float("nan"))))
        whole = len(losses) == len(history)
        return cls(losses if whole else (), figures if whole and len(figures) == len(losses) else (), kept)

    @property
    def epochs(self) -> int:
        """How many epochs there were."""
        return len(self.losses)

    @property
    def lasted(self) -> bool:
        """Whether the weights are those of the last epoch."""
        return self.kept in (None, self.epochs)

    @property
    def best(self) -> int:
        """The epoch of the lowest loss, counted from 1; 0 without any."""
        return int(np.argmin(self.losses)) + 1 if self.losses else 0

    @property
    def rise(self) -> float:
        """The last losses over the lowest one, both averaged over some epochs; 1 where it did not rise."""
        if self.epochs < 2 or min(self.losses) <= 0:
            return 1.0
        return max(1.0, self._near(self.epochs) / self._near(self.best))

    @property
    def fall(self) -> float:
        """By what share of it the loss fell over the last epochs; 0 if it did not fall to the end."""
        late = max(1, round(LATE * self.epochs))
        if self.epochs < 2 or min(self.losses) <= 0 or self.best < self.epochs - max(0, late // 2):
            return 0.0
        before, end = self.losses[-late - 1], self._near(self.epochs) if late >= SMOOTH else self.losses[-1]
        return max(0.0, 1 - end / before)

    @property
    def slow(self) -> bool:
        """Whether the loss has hardly moved from where it began."""
        return self.epochs > 1 and self.losses[-1] > 0.9 * self.losses[0] > 0

    def better_before(self, larger_is_better: bool) -> bool:
        """Tell whether the judged figure was better where the loss was lowest than it was at the end.

        A network that grows more certain of its mistakes has a rising loss, and may be right as often as before.
        """
        if not self.figures:
            return self.rise > MUCH_RISE
        best, last = self._mean(self.figures, self.best), self._mean(self.figures, self.epochs)
        return best - last > BETTER if larger_is_better else best < (1 - 5 * BETTER) * last

    def _near(self, epoch: int) -> float:
        return self._mean(self.losses, epoch)

    def _mean(self, values: Sequence[float], epoch: int) -> float:
        """Return the mean of the epochs around one, counted from 1; of as few as there are at an end."""
        width = 1 if self.epochs < 3 * SMOOTH else SMOOTH
        first = max(0, min(epoch - 1 - width // 2, self.epochs - width))
        return float(np.mean(values[first : first + width]))
