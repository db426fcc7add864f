"""The input pipeline gives every batch of a training in its order, from the caller's own array, as tf.data does."""

import subprocess
import sys
import threading
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dnnctl.data.training_rows import TrainingRows
from dnnctl.datasets.rows import ArrayRows
from dnnctl.engines.keras import pipeline, portions
from dnnctl.engines.keras.pipeline import InputPipeline
from dnnctl.engines.keras.portions import Portions
from dnnctl.errors import DataError

N = 10


def training_rows(batch_size: int, n: int = N) -> TrainingRows:
    x = np.arange(2 * n, dtype="uint8").reshape(n, 2)
    y = ArrayRows(np.arange(n, dtype="int32"))
    return TrainingRows(ArrayRows(x), y, y, batch_size, 3)


def opened(rows: TrainingRows) -> InputPipeline:
    import tensorflow as tf

    return InputPipeline(tf, Portions(rows, "float32", None, 0), "/CPU:0")


def visited(source: InputPipeline, batches: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return inputs and targets of the next batches."""
    found: list[tuple[np.ndarray, np.ndarray]] = []
    while len(found) < batches:
        stretch = source.take(batches - len(found))
        x, y = (array.numpy() for array in stretch.arrays)
        edges = zip(stretch.starts[:-1], stretch.starts[1:], strict=True)
        found += [(x[start:stop].copy(), y[start:stop].copy()) for start, stop in edges]
    return found


@pytest.mark.parametrize("batch_size", [1, 3, 5, 10])
@pytest.mark.parametrize("portion", [1, 16, 1 << 20])
def test_every_epoch_has_its_own_order(batch_size: int, portion: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portions, "PORTION", portion)
    rows = training_rows(batch_size)
    source = opened(rows)
    source.seek(0)
    seen = visited(source, 7 * rows.batches)
    for epoch in range(7):
        order = rows.order(epoch)
        for i in range(rows.batches):
            x, y = seen[epoch * rows.batches + i]
            expected = order[i * batch_size : (i + 1) * batch_size]
            assert np.array_equal(y, expected)
            assert x.dtype == np.uint8
            assert np.array_equal(x[:, 0], 2 * expected)
    source.close()


@pytest.mark.parametrize("portion", [1, 12, 1 << 20])
def test_any_batch_can_be_the_next(portion: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portions, "PORTION", portion)
    source = opened(training_rows(3))
    source.seek(0)
    whole = visited(source, 20)
    for first in (0, 7, 1, 19, 3):
        source.seek(first)
        assert np.array_equal(visited(source, 1)[0][1], whole[first][1])
    source.close()


def test_going_on_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    source = opened(training_rows(3))
    source.seek(0)
    iterator = source._iterator
    visited(source, 4)
    source.seek(4)
    assert source._iterator is iterator
    source.seek(2)
    assert source._iterator is not iterator
    source.close()


def test_a_portion_is_a_function_of_its_number() -> None:
    made = Portions(training_rows(3), "float32", 0.4, 0)
    for number in (5, 0, 5):
        once, again = made.make(number), made.make(number)
        assert [array.tobytes() for array in once] == [array.tobytes() for array in again]
        assert [(array.shape, array.dtype) for array in once] == list(made.elements)
        assert all(array.ctypes.data % 64 == 0 for array in once)


def test_nothing_is_prepared_behind_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portions, "PORTION", 16)
    source = opened(replace(training_rows(3), steps=7))
    assert int(source.dataset().cardinality()) == 4
    source.seek(0)
    assert len(visited(source, 7)) == 7
    source.seek(8)
    with pytest.raises(ValueError, match="no steps after its 7 steps"):
        source.take(1)
    source.close()


class Broken(ArrayRows):
    """Rows whose file is gone after some of them."""

    def take(self, index: Any, out: Any = None) -> Any:
        if 9 in index:
            raise DataError("rows.parquet, row group 3: cut off")
        return super().take(index, out)


def test_what_goes_wrong_while_rows_are_read_is_told_as_it_is() -> None:
    rows = training_rows(5)
    source = opened(replace(rows, x=Broken(np.zeros((N, 2), "uint8"))))
    source.seek(0)
    with pytest.raises(DataError, match=r"^rows.parquet, row group 3: cut off$"):
        source.take(1)
    source.close()


def test_closing_waits_for_what_is_at_work() -> None:
    begun, go_on = threading.Event(), threading.Event()

    class Slow(ArrayRows):
        def take(self, index: Any, out: Any = None) -> Any:
            begun.set()
            assert go_on.wait(30)
            return super().take(index, out)

    source = opened(replace(training_rows(5), x=Slow(np.zeros((N, 2), "uint8"))))
    source.seek(0)
    taking = threading.Thread(target=source.take, args=[1])
    taking.start()
    assert begun.wait(30)
    closing = threading.Thread(target=source.close)
    closing.start()
    closing.join(0.1)
    assert closing.is_alive()
    go_on.set()
    closing.join(30)
    taking.join(30)
    assert not closing.is_alive()
    assert not taking.is_alive()


def test_large_portions_are_not_held_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = training_rows(5)
    stages = [type(opened(rows).dataset()._input_dataset).__name__]
    monkeypatch.setattr(pipeline, "LARGE", 1)
    stages.append(type(opened(rows).dataset()._input_dataset).__name__)
    assert stages == ["_PrefetchDataset", "_MapDataset"]


LEFT_OPEN = """
import numpy as np, tensorflow as tf
from dnnctl.data.training_rows import TrainingRows
from dnnctl.datasets.rows import ArrayRows
from dnnctl.engines.keras.pipeline import InputPipeline
from dnnctl.engines.keras.portions import Portions
y = ArrayRows(np.zeros(400_000, "int32"))
rows = TrainingRows(ArrayRows(np.zeros((400_000, 40), "uint8")), y, y, 4096, 0)
source = InputPipeline(tf, Portions(rows, "float32", None, 0), "/CPU:0")
source.seek(0)
source.take(1)
"""


@pytest.mark.slow
def test_a_process_that_leaves_it_open_ends() -> None:
    for _ in range(5):
        subprocess.run([sys.executable, "-c", LEFT_OPEN], check=True, timeout=60, capture_output=True)
