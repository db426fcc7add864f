"""Rows of an array: gathered without a copy of the whole, gone through in blocks."""

import tracemalloc

import numpy as np
import pytest

from dnnctl.datasets.rows import ArrayRows
from dnnctl.datasets.samples import Samples

X = np.arange(30, dtype=np.uint8).reshape(10, 3)


def test_an_array_is_asked_and_not_copied() -> None:
    rows = Samples(X, np.arange(10)).rows
    assert (rows.shape, rows.dtype, len(rows)) == ((10, 3), np.dtype(np.uint8), 10)
    assert all(np.shares_memory(block, X) for block in rows.blocks(4))


@pytest.mark.parametrize("array", [X, np.hstack([X, X])[:, :3], np.asfortranarray(X)], ids=["whole", "part", "columns"])
def test_rows_are_gathered_by_their_numbers_into_a_buffer(array: np.ndarray) -> None:
    rows, index = ArrayRows(array), np.array([7, 0, 7])
    expected = [[21, 22, 23], [0, 1, 2], [21, 22, 23]]
    assert rows.take(index).tolist() == expected
    buffer = np.zeros((5, 3), np.uint8)
    taken = rows.take(index, out=buffer[:3])
    assert taken.tolist() == buffer[:3].tolist() == expected
    assert np.shares_memory(taken, buffer)
    assert not buffer[3:].any()


@pytest.mark.parametrize("out", [None, np.empty((2, 3))], ids=["new", "buffer"])
def test_some_rows_of_a_part_of_an_array_are_gathered_without_a_copy_of_all(out: np.ndarray | None) -> None:
    # As a table's columns, which lie beside its targets.
    rows = ArrayRows(np.zeros((50_000, 4))[:, :3])
    tracemalloc.start()
    rows.take(np.array([7, 49_999]), out=out)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50_000


@pytest.mark.parametrize(("size", "sizes"), [(4, [4, 4, 2]), (10, [10]), (11, [10]), (1, [1] * 10)])
def test_blocks_are_all_rows_in_their_order(size: int, sizes: list[int]) -> None:
    blocks = list(ArrayRows(X).blocks(size))
    assert [len(block) for block in blocks] == sizes
    assert np.array_equal(np.concatenate(blocks), X)


def test_no_rows_are_one_empty_block() -> None:
    (block,) = ArrayRows(X[:0]).blocks(4)
    assert block.shape == (0, 3)
