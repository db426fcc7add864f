"""Blocks of rows are all rows, once."""

import numpy as np
import pytest

from dnnctl.memory import blocks


@pytest.mark.parametrize("rows", [0, 1, 4, 5, 6, 10])
def test_blocks_are_all_rows_in_their_order(rows: int) -> None:
    parts = [np.arange(rows)[block] for block in blocks(rows, 5)]
    assert np.concatenate([np.zeros(0, int), *parts]).tolist() == list(range(rows))
    assert all(0 < len(part) <= 5 for part in parts)
