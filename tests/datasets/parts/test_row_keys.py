"""Rows that are there more than once, found by numbers of them: of many rows by some."""

import numpy as np
import pytest
from held_stream import HeldStream

from dnnctl.datasets.parts import row_keys
from dnnctl.datasets.parts.row_keys import RowKeys
from dnnctl.datasets.samples import Samples
from dnnctl.random_streams import epoch_order


def rows(count: int, seed: int, copies: int = 0, other_target: int = 0) -> Samples:
    draw = np.random.default_rng(seed)
    x, y = draw.normal(size=(count, 3)).astype(np.float32), draw.integers(0, 3, count)
    if copies:
        x[-copies:], y[-copies:] = x[:copies], y[:copies]
    y[count - copies : count - copies + other_target] = (y[:other_target] + 1) % 3
    return Samples(x, y)


def stream(samples: Samples) -> HeldStream:
    return HeldStream(samples, np.arange(len(samples)), 3, epoch_order)


def test_of_rows_in_memory_all_are_compared() -> None:
    keys = RowKeys.of(rows(1000, 0, copies=50, other_target=20))
    assert (keys.count, keys.bits) == (1000, 0)
    assert keys.duplicates == 30
    assert keys.contradicting == 40
    assert RowKeys.of(rows(1000, 0)).shared_with(RowKeys.of(rows(1000, 0))) == 1000
    assert RowKeys.of(rows(1000, 1)).shared_with(RowKeys.of(rows(1000, 0))) == 0


def test_a_stream_is_judged_by_some_of_its_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    samples = rows(20_000, 0, copies=6000, other_target=3000)
    exact = RowKeys.of(samples)
    few = RowKeys.of(stream(samples))
    assert few.bits == 0
    assert (few.duplicates, few.contradicting) == (exact.duplicates, exact.contradicting)
    monkeypatch.setattr(row_keys, "MOST", 4000)
    few = RowKeys.of(stream(samples))
    assert few.bits >= 3
    assert 1000 < len(few.rows) <= 4000
    assert few.count == 20_000
    assert few.duplicates == pytest.approx(exact.duplicates, rel=0.15)
    assert few.contradicting == pytest.approx(exact.contradicting, rel=0.15)
    test = samples.take(slice(0, 2000))
    assert RowKeys.of(test).shared_with(few) == pytest.approx(2000, rel=0.15)


def test_minus_zero_is_zero_and_no_rows_are_none() -> None:
    one = Samples(np.array([[0.0], [-0.0]], np.float32), np.zeros(2, np.int64))
    assert RowKeys.of(one).duplicates == 1
    assert RowKeys.of(one.take(slice(0))).duplicates == 0
    assert RowKeys.of(one.take(slice(0))).shared_with(RowKeys.of(one)) == 0
