import itertools
import math

import pytest

from dnnctl.network.schedules import SCHEDULES, Length

LENGTH = Length(steps=100, steps_per_epoch=10)


def rates(written: object) -> list[float]:
    schedule = SCHEDULES.parse(written)
    return [schedule.rate(step, LENGTH) for step in range(LENGTH.steps)]


def test_constant_and_warm_up() -> None:
    assert rates({"constant": 0.5}) == [0.5] * 100
    warmed = rates({"constant": {"value": 0.5, "warmup_epochs": 2}})
    assert warmed[:20] == pytest.approx([0.5 * (i + 1) / 21 for i in range(20)])
    assert warmed[20:] == [0.5] * 80


def test_step_falls_every_few_epochs() -> None:
    values = rates({"step": {"peak": 1.0, "every": 3, "factor": 0.1}})
    assert values[29] == 1.0
    assert values[30] == pytest.approx(0.1)
    assert values[60] == pytest.approx(0.01)


def test_exponential_decays_by_the_epoch() -> None:
    values = rates({"exponential": {"peak": 1.0, "decay": 0.5}})
    assert values[10] == pytest.approx(0.5)
    assert values[5] == pytest.approx(math.sqrt(0.5))


def test_cosine_goes_from_peak_to_final() -> None:
    values = rates({"cosine": {"peak": 1.0, "final": 0.2, "warmup_epochs": 1}})
    assert values[10] == pytest.approx(1.0)
    assert values[55] == pytest.approx(0.6)
    assert values[99] == pytest.approx(0.2, abs=1e-3)
    assert all(a >= b for a, b in itertools.pairwise(values[10:]))
