"""Initializers draw the numbers that their formulas say."""

from typing import Any

import numpy as np
import pytest

from dnnctl.network.initializers import INITIALIZERS

SHAPE = (300, 200)
# The variance that each scaled initializer says it has, for n_in rows and n_out columns.
VARIANCES = {
    "glorot": 2 / (300 + 200),
    "he": 2 / 300,
    "lecun": 1 / 300,
}


def drawn(written: Any, shape: tuple[int, ...] = SHAPE) -> np.ndarray:
    array: np.ndarray = INITIALIZERS.parse(written).draw(shape, np.random.default_rng(0))  # type: ignore[attr-defined]
    assert array.shape == shape
    assert array.dtype == np.float64
    return array


@pytest.mark.parametrize("shape", [SHAPE, (7,)])
def test_constants_are_exact(shape: tuple[int, ...]) -> None:
    assert np.array_equal(drawn("zeros", shape), np.full(shape, 0.0))
    assert np.array_equal(drawn("ones", shape), np.full(shape, 1.0))
    assert np.array_equal(drawn({"constant": -0.3}, shape), np.full(shape, -0.3))


def assert_moments(array: np.ndarray, mean: float, variance: float) -> None:
    """Mean and variance within five of their standard deviations."""
    assert abs(array.mean() - mean) < 5 * np.sqrt(variance / array.size)
    # The variance of a squared deviation is at most twice the squared variance, that of a normal distribution.
    assert abs(array.var() / variance - 1) < 5 * np.sqrt(2 / array.size)


def test_a_normal_distribution_has_its_mean_and_deviation() -> None:
    assert_moments(drawn("random_normal"), 0, 0.05**2)
    array = drawn({"random_normal": {"stddev": 0.2, "mean": -1.5}})
    assert_moments(array, -1.5, 0.2**2)
    # Not cut off: of 60,000 numbers 160 lie beyond three standard deviations.
    assert 100 < (np.abs(array + 1.5) > 0.6).sum() < 230


def test_a_uniform_distribution_fills_its_range() -> None:
    for written, low, high in (
        ("random_uniform", -0.05, 0.05),
        ({"random_uniform": {"low": 0.5, "high": 2.0}}, 0.5, 2.0),
    ):
        array = drawn(written)
        assert low <= array.min() < low + (high - low) / 1000
        assert high - (high - low) / 1000 < array.max() < high
        assert_moments(array, (low + high) / 2, (high - low) ** 2 / 12)


@pytest.mark.parametrize("name", sorted(VARIANCES))
def test_scaled_uniform_distributions_end_where_their_variance_says(name: str) -> None:
    array, variance = drawn(f"{name}_uniform"), VARIANCES[name]
    limit = np.sqrt(3 * variance)
    assert 0.999 * limit < np.abs(array).max() <= limit
    assert_moments(array, 0, variance)


@pytest.mark.parametrize("name", sorted(VARIANCES))
def test_scaled_normal_distributions_are_cut_off_at_two_deviations(name: str) -> None:
    array, variance = drawn(f"{name}_normal"), VARIANCES[name]
    # Of a normal distribution cut off at two standard deviations, 0.8796 of one is left.
    limit = 2 * np.sqrt(variance) / 0.87962566103423978
    assert 0.999 * limit < np.abs(array).max() <= limit
    assert_moments(array, 0, variance)
    # More of it lies near 0 than of a uniform distribution: 40% of what is left within half a deviation.
    assert (np.abs(array) < limit / 4).mean() == pytest.approx(0.4012, abs=0.01)


@pytest.mark.parametrize("name", [name for name in INITIALIZERS.names() if name.split("_")[0] in VARIANCES])
def test_scaled_initializers_draw_as_those_of_keras(name: str) -> None:
    import keras

    theirs = np.asarray(keras.initializers.get(name)(SHAPE))
    assert drawn(name).std() == pytest.approx(theirs.std(), rel=0.02)
    assert np.abs(drawn(name)).max() == pytest.approx(np.abs(theirs).max(), rel=0.02)


def test_every_initializer_is_tested_here() -> None:
    scaled = {f"{name}_{kind}" for name in VARIANCES for kind in ("uniform", "normal")}
    assert {*INITIALIZERS.names()} == scaled | {"zeros", "ones", "constant", "random_normal", "random_uniform"}
