import numpy as np
import pytest

from dnnctl.evaluation.diagnosis.outcomes import ACCURACY, MSE, RECALL, Outcomes, measure_of


def test_an_interval_of_a_share_is_that_of_agresti_and_coull():
    found = ACCURACY.interval(Outcomes((np.arange(100) < 80).astype(float)))
    # (80 + 2) / 104 = 0.7885, and 1.96 sqrt(0.7885 0.2115 / 104) = 0.0785.
    assert found.value == 0.8
    assert (found.low, found.high) == pytest.approx((0.7100, 0.8670), abs=1e-4)
    every = ACCURACY.interval(Outcomes(np.ones(10)))
    assert (every.value, every.high) == (1, 1)
    assert every.low == pytest.approx(6 / 7 - 1.96 * np.sqrt(6 / 7 / 7 / 14), abs=1e-6)


@pytest.mark.parametrize("measure", [ACCURACY, MSE])
def test_intervals_hold_the_truth_nineteen_times_of_twenty(measure):
    draw, held = np.random.default_rng(0), 0
    for _ in range(400):
        values = draw.random(60) < 0.85 if measure is ACCURACY else draw.normal(size=60) ** 2
        found = measure.interval(Outcomes(values.astype(float)))
        held += found.low <= (0.85 if measure is ACCURACY else 1.0) <= found.high
    assert 0.91 <= held / 400 <= 0.99


def test_a_class_of_few_rows_leaves_the_mean_recall_uncertain():
    groups = np.array([0] * 1000 + [1] * 4)
    right = np.ones(1004)
    right[[5, 6, 1000]] = 0
    found = RECALL.interval(Outcomes(right, groups))
    assert found.value == pytest.approx((0.998 + 0.75) / 2)
    assert found.high - found.low > 0.25
    many = RECALL.interval(Outcomes(np.repeat(right, 100), np.repeat(groups, 100)))
    assert many.high - many.low < 0.05


def test_two_predictors_are_compared_row_by_row():
    draw = np.random.default_rng(1)
    right = (draw.random(2000) < 0.8).astype(float)
    better = right.copy()
    better[np.flatnonzero(right == 0)[:40]] = 1
    ahead = ACCURACY.ahead(Outcomes(better), Outcomes(right))
    assert ahead.value == pytest.approx(0.02)
    assert ahead.low > 0.01
    # Of rows of their own the same difference is nothing.
    assert ACCURACY.gap(Outcomes(better), Outcomes(right)).low < 0


def test_errors_are_compared_by_their_ratio():
    draw = np.random.default_rng(2)
    errors = draw.normal(size=500) ** 2
    assert MSE.ahead(Outcomes(errors * 0.9), Outcomes(errors)).value == pytest.approx(0.1)
    assert MSE.ahead(Outcomes(errors * 0.9), Outcomes(errors)).low > 0
    gap = MSE.gap(Outcomes(errors), Outcomes(errors * 2))
    assert gap.value == pytest.approx(np.log(2))
    assert 0 < gap.low < gap.value < gap.high
    few = MSE.gap(Outcomes(errors[:5]), Outcomes(errors[5:10]))
    assert few.high - few.low > 2
    assert not np.isfinite(MSE.gap(Outcomes(errors[:1]), Outcomes(errors)).high)


def test_a_task_has_its_figure_and_weighed_classes_their_mean_recall():
    assert measure_of("binary", weighed=False) is ACCURACY
    assert measure_of("multiclass", weighed=True) is RECALL
    assert measure_of("regression", weighed=False) is MSE
    y, scores = np.array([0, 1, 1]), np.array([0.2, 0.7, 0.4])
    assert ACCURACY.of(y, scores).tolist() == [1, 1, 0]
    assert MSE.of(np.array([[1.0, 2.0]]), np.array([[1.0, 4.0]])).tolist() == [2.0]
