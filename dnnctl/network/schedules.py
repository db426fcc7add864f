r"""How the learning rate goes through training, as a function of the step alone.

All start with an optional linear warm-up over `warmup_epochs`. With $t$ the epochs since then:

| name | learning rate |
| --- | --- |
| `constant` | $value$ |
| `step` | $peak \cdot factor^{\lfloor t / every \rfloor}$ |
| `exponential` | $peak \cdot decay^{t}$ |
| `cosine` | $final + (peak - final) (1 + \cos(\pi t / T)) / 2$, $T$ the epochs left after the warm-up |

Being functions of the step, they need no state: a resumed run continues on the same curve, and both
engines follow the same one.
"""

import math
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import Field, PlainSerializer, PlainValidator
from pydantic_core import PydanticCustomError

from dnnctl.spec import Catalog, Spec


@dataclass(frozen=True)
class Length:
    """How long a training is.

    Args:
        steps: Optimizer steps in all.
        steps_per_epoch: Optimizer steps in one pass over the training rows.
    """

    steps: int
    steps_per_epoch: int

    @property
    def epochs(self) -> int:
        """Passes over the training rows, the last one perhaps cut short."""
        return math.ceil(self.steps / self.steps_per_epoch)


class Schedule(Spec):
    """A learning rate that depends on the step.

    Args:
        warmup_epochs: Epochs over which the rate rises in a straight line from 0, at least 0.
    """

    warmup_epochs: float = Field(0.0, ge=0)

    def top(self) -> float:
        """Return the rate that the warm-up leads to."""
        raise TypeError(f"{type(self).__name__} does not define top")  # pragma: no cover

    def after_warmup(self, epochs: float, total: float) -> float:
        """Return the rate some epochs after the warm-up.

        Args:
            epochs: Epochs since the warm-up, in fractions.
            total: Epochs from the warm-up to the end of training.
        """
        return self.top()

    def rate(self, step: int, length: Length) -> float:
        """Return the learning rate of one step.

        Args:
            step: The step, counted from 0.
            length: How long the training is.
        """
        warmup = self.warmup_epochs * length.steps_per_epoch
        if step < warmup:
            return self.top() * (step + 1) / (math.ceil(warmup) + 1)
        epochs = (step - warmup) / length.steps_per_epoch
        return self.after_warmup(epochs, (length.steps - warmup) / length.steps_per_epoch)

    def depends_on_length(self) -> bool:
        """Tell whether a longer training follows another curve from the start."""
        return False


class Constant(Schedule):
    """The same rate throughout.

    Args:
        value: The rate, above 0.
    """

    main: ClassVar[str | None] = "value"
    value: float = Field(gt=0)

    def top(self) -> float:
        """Return `value`."""
        return self.value


class Decaying(Schedule):
    """A schedule that falls from a peak.

    Args:
        peak: The highest rate, above 0.
    """

    main: ClassVar[str | None] = "peak"
    peak: float = Field(gt=0)

    def top(self) -> float:
        """Return `peak`."""
        return self.peak


class Step(Decaying):
    """A fall by a factor every few epochs.

    Args:
        every: Epochs between two falls, above 0.
        factor: What is left after a fall, 0 to 1.
    """

    every: float = Field(gt=0)
    factor: float = Field(0.1, gt=0, le=1)

    def after_warmup(self, epochs: float, total: float) -> float:
        """Return the peak times the factor to the number of falls so far."""
        return self.peak * self.factor ** math.floor(epochs / self.every)


class Exponential(Decaying):
    """A steady fall.

    Args:
        decay: What is left after one epoch, 0 to 1.
    """

    decay: float = Field(gt=0, le=1)

    def after_warmup(self, epochs: float, total: float) -> float:
        """Return the peak times the decay to the number of epochs."""
        return float(self.peak * self.decay**epochs)


class Cosine(Decaying):
    """Half a cosine wave down to `final` at the end of training.

    Args:
        final: The rate at the end, at least 0.

    Source: Loshchilov and Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts, 2017.
    """

    final: float = Field(0.0, ge=0)

    def after_warmup(self, epochs: float, total: float) -> float:
        """Return the height of the cosine."""
        part = min(1.0, epochs / total) if total > 0 else 1.0
        return self.final + (self.peak - self.final) * (1 + math.cos(math.pi * part)) / 2

    def depends_on_length(self) -> bool:
        """Return True: the wave is as long as the training."""
        return True


SCHEDULES = Catalog(
    "learning rate schedule", {"constant": Constant, "step": Step, "exponential": Exponential, "cosine": Cosine}
)


def constant(value: float) -> Any:
    """Return the schedule that stays at `value`."""
    return SCHEDULES.parse({"constant": value})


def _read(written: object) -> object:
    """Let a plain number stand for a constant rate."""
    if isinstance(written, int | float) and not isinstance(written, bool):
        if not 0 < written < math.inf:
            raise PydanticCustomError("value_error", f"expected a number above 0, or a schedule; received {written}")
        return constant(float(written))
    if isinstance(written, str) and written not in SCHEDULES.names():
        raise PydanticCustomError(
            "value_error",
            f"expected a number above 0, or a schedule ({', '.join(SCHEDULES.names())}); received {written!r}",
        )
    return SCHEDULES.parse(written)


def _write(schedule: Schedule) -> object:
    if isinstance(schedule, Constant) and not schedule.warmup_epochs:
        return schedule.value
    return schedule.written()


LearningRateField = Annotated[Schedule, SCHEDULES, PlainValidator(_read), PlainSerializer(_write)]
