"""Numbers are held in 32 bits where these are enough for what they differ by."""

from typing import Any

import numpy as np
import pytest

from dnnctl.datasets.parts.precision import Precision, is_too_large, narrowed


@pytest.mark.parametrize(
    ("values", "bits"),
    [
        (np.array([0.1, 0.2, np.nan]), 32),
        (np.array([150.0, 190.5]), 32),
        (np.array([1.7e9, 1.7e9 + 100]), 64),
        (np.array([1_700_000_000, 1_700_000_100]), 64),
        (np.array([2.0**31, 2.0**31 + 256]), 32),
        (np.array([84713011, 2]), 64),
        (np.array([1_000_000.2, 1_000_001.5]), 64),
        (np.array([1.7e9, 1.7e9]), 32),
        (np.array([np.nan, np.nan]), 32),
        (np.zeros((0, 2)), 32),
        (np.array([[1.0, 1.7e9], [2.0, 1.7e9 + 5]]), 64),
        (np.array([1.7e9, 1.7e9 + 512], np.float32), 32),
        (np.array([1, 255], np.uint8), 32),
    ],
)
def test_far_from_zero_beside_their_range_they_keep_64_bits(values: np.ndarray[Any, Any], bits: int) -> None:
    assert narrowed(values).dtype.itemsize == bits // 8


@pytest.mark.parametrize(("value", "large"), [(3e38, False), (-4e38, True), (np.inf, True), (np.nan, False)])
def test_what_32_bits_cannot_hold_is_too_large(value: float, large: bool) -> None:
    assert is_too_large(np.array([[1.0], [value]])) is large


@pytest.mark.parametrize(
    ("pieces", "enough"),
    [
        # A second for each piece, the first of them exact in 32 bits.
        ([[1.7e9, 1.7e9], [1.7e9 + 100, 1.7e9 + 100]], False),
        ([[1.7e9 + 100, 1.7e9 + 100], [np.nan], [1.7e9 + 100]], True),
        ([[0.1, 0.1], [0.2, 0.2]], True),
        ([[1.7e9 + 100], [0.0, 1.0]], False),
        ([[np.nan], []], True),
    ],
)
def test_what_is_constant_in_each_piece_may_vary_between_them(pieces: list[list[float]], enough: bool) -> None:
    precision = Precision()
    assert all(precision.takes(0, np.array(piece)) for piece in pieces)
    assert precision.is_enough is enough


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int64"])
def test_no_ordinary_number_is_too_large_whatever_its_type(dtype: str) -> None:
    assert not is_too_large(np.ones((3, 2), dtype))
