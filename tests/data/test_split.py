from typing import Any

import numpy as np
import pytest

from dnnctl.data.preprocessing import fit_preprocessing
from dnnctl.data.split import Splits, divide, split
from dnnctl.datasets.base import Dataset
from dnnctl.datasets.parts.places import default_places
from dnnctl.datasets.read import options_for, read
from dnnctl.random_streams import epoch_order


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return read(options_for("digits"), default_places())


def splits_of(dataset: Dataset, seed: int = 0, **options: float) -> Splits:
    return split(dataset, split_seed=seed, **{"validation_split": 0.1, "test_split": 0.2, **options})


def test_digits_split_is_stratified_and_whole(digits: Dataset) -> None:
    splits = splits_of(digits)
    rows = splits.rows
    together = np.sort(np.concatenate([rows["train"], rows["validation"], rows["test"]]))
    assert np.array_equal(together, np.arange(1797))
    assert len(rows["test"]) == 359
    shares = np.bincount(splits.test.y) / np.bincount(digits.train.y)
    assert np.all(np.abs(shares - 0.2) < 0.01)


def test_membership_depends_on_the_split_seed_alone(digits: Dataset) -> None:
    one, again, other = splits_of(digits, 0), splits_of(digits, 0), splits_of(digits, 1)
    assert np.array_equal(one.rows["test"], again.rows["test"])
    assert not np.array_equal(one.rows["test"], other.rows["test"])
    without = splits_of(digits, 0, validation_split=0.0)
    assert np.array_equal(one.rows["test"], without.rows["test"])
    assert without.validation is None


def test_few_rows_are_shared() -> None:
    splits = splits_of(read(options_for("height_weight"), default_places()))
    assert splits.validation is None
    assert np.array_equal(splits.train.x, splits.test.x)


def test_divide_keeps_a_row_of_each_class() -> None:
    labels = np.array([0] * 50 + [1])
    stay, out = divide(np.arange(51), labels, 0.5, 0, "test")
    assert 50 in stay
    assert len(out) == 25


def test_orders_are_permutations_that_differ_by_epoch_and_seed() -> None:
    first = epoch_order(100, seed=1, epoch=0)
    assert np.array_equal(np.sort(first), np.arange(100))
    assert np.array_equal(first, epoch_order(100, seed=1, epoch=0))
    assert not np.array_equal(first, epoch_order(100, seed=1, epoch=1))
    assert not np.array_equal(first, epoch_order(100, seed=2, epoch=0))


def test_preprocessing_is_fitted_and_undone() -> None:
    dataset = read(options_for("height_weight"), default_places())
    fitted = fit_preprocessing(dataset.info, dataset.train)
    prepared = fitted.prepare(dataset.train.x)
    assert prepared.mean() == pytest.approx(0, abs=1e-6)
    assert prepared.std() == pytest.approx(1, abs=1e-6)
    targets = fitted.prepare_targets(dataset.train.y)
    assert fitted.restore_targets(targets)[:, 0] == pytest.approx(dataset.train.y.ravel(), abs=1e-4)
    assert type(fitted).from_json(fitted.to_json()) == fitted


@pytest.mark.parametrize("writeable", [True, False])
def test_large_rows_are_moved_instead_of_copied(
    digits: Dataset, monkeypatch: pytest.MonkeyPatch, writeable: bool
) -> None:
    from dnnctl.data import split as module

    monkeypatch.setattr(module, "LARGE", 1)
    monkeypatch.setattr(module, "BLOCK", 7)
    options: Any = {"split_seed": 3, "validation_split": 0.25, "test_split": 0.2}
    expected, given = split(digits, **options), read(options_for("digits"), default_places())
    given.train.x.setflags(write=writeable)
    received = split(given, **options, consume=True)
    assert np.shares_memory(received.train.x, given.train.x) == writeable
    for name in ("train", "validation", "test"):
        assert np.array_equal(received.named(name).x, expected.named(name).x)
        assert np.array_equal(received.named(name).y, expected.named(name).y)
    assert (module.valid(given, received).train is received.train) == writeable
