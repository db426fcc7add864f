"""Rows of an array: gathered without a copy of the whole, gone through in blocks."""

import numpy as np
import pytest

from dnnctl.datasets.base import Samples
from dnnctl.datasets.rows import ArrayRows

X = np.arange(30, dtype=np.uint8).reshape(10, 3)


def test_an_array_is_asked_and_not_copied() -> None:
    rows = Samples(X, np.arange(10)).rows
    assert (rows.shape, rows.dtype, len(rows)) == ((10, 3), np.dtype(np.uint8), 10)
    assert all(np.shares_memory(block, X) for block in rows.blocks(4))


def test_rows_are_gathered_by_their_numbers_into_a_buffer() -> None:
    rows, index = ArrayRows(X), np.array([7, 0, 7])
    expected = [[21, 22, 23], [0, 1, 2], [21, 22, 23]]
    assert rows.take(index).tolist() == expected
    buffer = np.zeros((5, 3), np.uint8)
    taken = rows.take(index, out=buffer[:3])
    assert taken.tolist() == buffer[:3].tolist() == expected
    assert np.shares_memory(taken, buffer)
    assert not buffer[3:].any()


@pytest.mark.parametrize(("size", "sizes"), [(4, [4, 4, 2]), (10, [10]), (11, [10]), (1, [1] * 10)])
def test_blocks_are_all_rows_in_their_order(size: int, sizes: list[int]) -> None:
    blocks = list(ArrayRows(X).blocks(size))
    assert [len(block) for block in blocks] == sizes
    assert np.array_equal(np.concatenate(blocks), X)


def test_no_rows_are_one_empty_block() -> None:
    (block,) = ArrayRows(X[:0]).blocks(4)
    assert block.shape == (0, 3)
