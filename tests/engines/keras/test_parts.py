"""The parts of a batch that several processes hold: together they are the batch, and each gathers its own alone."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dnnctl.config.augmentation import Augment
from dnnctl.data.augmentation.transforms import Augmenter
from dnnctl.data.training_rows import TrainingRows
from dnnctl.datasets.rows import ArrayRows
from dnnctl.engines.keras.portions import Part, Portions

ROWS, SIZE = 23, 7
PICTURES = np.random.default_rng(0).integers(0, 256, (ROWS, 4, 4), dtype=np.uint8)
TARGETS = np.arange(ROWS, dtype=np.int32)


class Watched(ArrayRows):
    """Rows that remember which of them were gathered."""

    def take(self, index: NDArray[Any], out: NDArray[Any] | None = None) -> NDArray[Any]:
        asked.extend(index.tolist())
        return super().take(index, out)


asked: list[int] = []


def portions(part: Part, mix_up: float | None = None, augment: dict[str, Any] | None = None) -> Portions:
    changed = Augmenter(Augment.model_validate(augment), 5, (4, 4), (0.0, 255.0), 1) if augment else None
    rows = TrainingRows(Watched(PICTURES), ArrayRows(TARGETS), ArrayRows(TARGETS), SIZE, 5, changed)
    return Portions(rows, "float32", mix_up, 5, part)


def batches(found: Portions, count: int) -> list[list[NDArray[Any]]]:
    """Return what is held of each of the first batches, cut out of the first portion."""
    arrays = found.make(0)
    starts = [found.first_row(batch) for batch in range(count + 1)]
    return [[array[first:end] for array in arrays] for first, end in pairwise(starts)]


@pytest.mark.parametrize("of", [1, 2, 3, 5, 9])
@pytest.mark.parametrize("rows", [0, 1, 2, 7, 64])
def test_parts_follow_each_other_and_differ_by_one_row_at_most(rows: int, of: int) -> None:
    cuts = [Part(index, of).cut(rows) for index in range(of)]
    assert [first for first, _ in cuts] == [0, *(behind for _, behind in cuts[:-1])]
    assert cuts[-1][1] == rows
    sizes = [behind - first for first, behind in cuts]
    assert max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize("augment", [None, {"shift": 0.2, "erase": 0.5}], ids=str)
@pytest.mark.parametrize("of", [2, 3, 9])
def test_the_parts_of_a_batch_are_the_batch(of: int, augment: dict[str, Any] | None) -> None:
    whole = batches(portions(Part(), augment=augment), 10)
    parts = [batches(portions(Part(index, of), augment=augment), 10) for index in range(of)]
    for batch, expected in enumerate(whole):
        for kind, array in enumerate(expected):
            assert np.array_equal(np.concatenate([part[batch][kind] for part in parts]), array)


@pytest.mark.parametrize("of", [2, 3, 9])
def test_blended_rows_bring_their_partners(of: int) -> None:
    whole = batches(portions(Part(), 0.4), 10)
    for index in range(of):
        held = batches(portions(Part(index, of), 0.4), 10)
        for (x, y, share, partner), (mine, labels, shares, partners) in zip(whole, held, strict=True):
            first, behind = Part(index, of).cut(len(x))
            own = behind - first
            assert len(mine) == 2 * own
            assert np.array_equal(mine[:own], x[first:behind])
            assert np.array_equal(shares[:own], share[first:behind])
            assert np.array_equal(mine[partners[:own]], x[partner[first:behind]])
            assert np.array_equal(labels[partners[:own]], y[partner[first:behind]])


def test_nobody_gathers_the_rows_of_others() -> None:
    gathered = []
    for index in range(3):
        asked.clear()
        portions(Part(index, 3)).make(0)
        gathered.append(len(asked))
    asked.clear()
    portions(Part()).make(0)
    assert sum(gathered) == len(asked)
    assert max(gathered) < 0.45 * len(asked)


def test_a_part_with_more_of_a_smaller_batch_has_room_for_it() -> None:
    # Of 3 rows the third of five has none, of 2 it has one.
    rows = TrainingRows(ArrayRows(PICTURES[:5]), ArrayRows(TARGETS[:5]), ArrayRows(TARGETS[:5]), 3, 5)
    found = Portions(rows, "float32", None, 5, Part(2, 5))
    assert (found.held(3), found.held(2)) == (0, 1)
    assert len(found.make(0)[0]) == found.most >= found.first_row(found.batches)
