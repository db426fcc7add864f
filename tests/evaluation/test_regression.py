import numpy as np
import pytest
from sklearn import metrics as sk

from dnnctl.errors import DataError
from dnnctl.evaluation import regression as own


@pytest.mark.parametrize("targets", [1, 3])
def test_equal_to_scikit_learn(targets):
    generator = np.random.default_rng(targets)
    truth = generator.normal(50, 20, (40, targets)).astype(np.float32)
    answer = truth + generator.normal(0, 5, truth.shape).astype(np.float32)
    wide = truth.astype(np.float64), answer.astype(np.float64)
    assert own.mse(truth, answer) == pytest.approx(sk.mean_squared_error(*wide), rel=1e-12)
    assert own.rmse(truth, answer) == pytest.approx(sk.root_mean_squared_error(*wide), rel=1e-12)
    assert own.mae(truth, answer) == pytest.approx(sk.mean_absolute_error(*wide), rel=1e-12)
    assert own.r2(truth, answer) == pytest.approx(sk.r2_score(*wide), rel=1e-12)


@pytest.mark.parametrize(
    ("truth", "answer"),
    [
        ([3.0, 3.0, 3.0], [3.0, 3.0, 3.0]),
        ([3.0, 3.0, 3.0], [3.0, 3.0, 4.0]),
        ([1.0, 2.0, 3.0], [2.0, 2.0, 2.0]),
        ([[1.0, 5.0], [2.0, 5.0]], [[1.5, 5.0], [2.5, 5.0]]),
    ],
)
def test_r2_of_degenerate_targets_equals_scikit_learn(truth, answer):
    assert own.r2(np.array(truth), np.array(answer)) == pytest.approx(sk.r2_score(truth, answer))


def test_r2_of_one_row_is_not_defined():
    assert own.r2(np.array([[1.0]]), np.array([[2.0]])) is None


def test_a_flat_array_is_one_target():
    truth = np.arange(6.0)
    assert own.mse(truth, truth[:, None] + 1) == 1
    assert own.residuals(truth[:, None], truth).shape == (6, 1)


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(DataError, match=r"4 rows and 1 target\(s\); received 4 rows of 2"):
        own.mse(np.zeros(4), np.zeros((4, 2)))
