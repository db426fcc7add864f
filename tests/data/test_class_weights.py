"""Weights of classes: balanced ones make every class count the same."""

import numpy as np
import pytest

from dnnctl.data.class_weights import class_weights

NAMES = ("cat", "dog", "eel")


def test_balanced_classes_count_the_same() -> None:
    y = np.repeat([0, 1, 2], [60, 30, 10])
    weights = class_weights("balanced", np.bincount(y, minlength=3), NAMES)
    assert weights == pytest.approx((100 / 180, 100 / 90, 100 / 30))
    assert np.array(weights)[y].mean() == pytest.approx(1)


def test_a_class_without_rows_takes_nothing_from_the_others() -> None:
    y = np.repeat([0, 2], [30, 10])
    weights = class_weights("balanced", np.bincount(y, minlength=3), NAMES)
    assert weights == pytest.approx((40 / 60, 1, 40 / 20))


def test_weights_by_name_are_1_for_the_rest() -> None:
    assert class_weights({"eel": 4.0}, np.arange(3), NAMES) == (1.0, 1.0, 4.0)
    assert class_weights(None, np.arange(3), NAMES) is None
