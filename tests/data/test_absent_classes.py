"""Classes without a training row."""

import numpy as np

from dnnctl.data.absent_classes import absent_classes
from dnnctl.datasets.base import DatasetInfo, Samples

INFO = DatasetInfo("Animals", "multiclass", (2,), class_names=("cat", "dog", "owl"))


def rows(*labels: int) -> Samples:
    return Samples(np.zeros((len(labels), 2), np.float32), np.array(labels))


def test_each_class_has_a_row() -> None:
    assert absent_classes(INFO, rows(2, 0, 1), None) == ()


def test_a_sorted_table_cut_by_limit() -> None:
    (warning,) = absent_classes(INFO, rows(0, 0), 2)
    assert warning.startswith("no training row is of class 'dog', 'owl', ")
    assert "data.limit takes the first 2 rows" in warning
    (warning,) = absent_classes(INFO, rows(0, 0, 2), None)
    assert "'dog'" in warning
    assert "limit" not in warning


def test_numbers_have_no_classes() -> None:
    info = DatasetInfo("Heights", "regression", (1,))
    assert absent_classes(info, Samples(np.zeros((2, 1), np.float32), np.zeros((2, 1), np.float32)), 2) == ()
