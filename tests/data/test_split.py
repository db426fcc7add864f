"""Who is in which split, and in which fold."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dnnctl.config.loading import load
from dnnctl.config.schema import Fold
from dnnctl.data.fitting import valid
from dnnctl.data.preprocessing import fit_preprocessing
from dnnctl.data.split import Splits, divide, split
from dnnctl.datasets.base import Dataset, DatasetInfo
from dnnctl.datasets.parts.places import default_places
from dnnctl.datasets.read import options_for, read
from dnnctl.datasets.samples import Samples
from dnnctl.errors import ConfigError, DataError
from dnnctl.random_streams import epoch_order
from dnnctl.training.preparation import prepare


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


def test_labels_are_shared_out_by_the_rarest_that_a_row_has() -> None:
    y = np.zeros((200, 3), np.float32)
    y[:100, 0] = y[40:110, 1] = 1
    y[30:50, 2] = 1
    info = DatasetInfo("t", "multilabel", (1,), target="a, b, c", targets=("a", "b", "c"))
    rows = Samples(np.arange(200, dtype=np.float32)[:, np.newaxis], y)
    splits = splits_of(Dataset("t", info, rows, None, "built in", {}))
    assert splits.test.y.sum(axis=0).tolist()[2] == 4
    assert len(splits.test) == 40
    # 20 rows have the rarest, 60 the second and not that one, 30 the first alone, 90 none.
    own = np.sort(splits.test.x[:, 0])
    assert [((a <= own) & (own < b)).sum() for a, b in ((30, 50), (50, 110), (0, 30), (110, 200))] == [4, 12, 6, 18]


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
    stay, out = divide(np.arange(10), np.arange(10) % 2, 0.4, 1, "validation")
    assert (stay.tolist(), out.tolist()) == ([1, 2, 5, 6, 7, 8], [0, 3, 4, 9])


def test_orders_are_permutations_that_differ_by_epoch_and_seed() -> None:
    first = epoch_order(100, seed=1, epoch=0)
    assert np.array_equal(np.sort(first), np.arange(100))
    assert np.array_equal(first, epoch_order(100, seed=1, epoch=0))
    assert not np.array_equal(first, epoch_order(100, seed=1, epoch=1))
    assert not np.array_equal(first, epoch_order(100, seed=2, epoch=0))
    # Every stored run rests on these: another order is another result, and no exact resume.
    assert epoch_order(8, seed=1, epoch=0).tolist() == [4, 1, 7, 0, 6, 5, 3, 2]
    assert epoch_order(8, seed=1, epoch=1).tolist() == [4, 1, 2, 5, 0, 3, 6, 7]


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
    assert (valid(given, received).train is received.train) == writeable


def rows_of(dataset: Dataset, index: int, of: int, seed: int = 0, **options: object) -> dict[str, np.ndarray]:
    given = {"validation_split": 0.1, "test_split": 0.2, **options}
    return split(dataset, split_seed=seed, fold=Fold(index=index, of=of), **given).rows


def test_each_training_row_is_held_out_once_and_no_test_row_ever(digits: Dataset) -> None:
    apart = split(digits, split_seed=0, validation_split=0.1, test_split=0.2).rows
    folds = [rows_of(digits, index, 5) for index in range(1, 6)]
    held = np.sort(np.concatenate([rows["test"] for rows in folds]))
    assert np.array_equal(held, np.sort(np.concatenate([apart["train"], apart["validation"]])))
    for rows in folds:
        together = np.concatenate([rows["train"], rows["validation"], rows["test"]])
        assert np.array_equal(np.sort(together), held)
        assert not np.intersect1d(together, apart["test"]).size


def test_folds_are_stratified_and_of_one_size(digits: Dataset) -> None:
    folds = [rows_of(digits, index, 7)["test"] for index in range(1, 8)]
    counts = np.array([np.bincount(digits.train.y[rows], minlength=10) for rows in folds])
    assert (counts.max(axis=0) - counts.min(axis=0)).max() == 1
    sizes = counts.sum(axis=1)
    assert sizes.max() - sizes.min() <= 1


def test_folds_depend_on_the_split_seed_alone(digits: Dataset) -> None:
    one, again, other = rows_of(digits, 2, 5), rows_of(digits, 2, 5), rows_of(digits, 2, 5, seed=1)
    assert all(np.array_equal(one[name], again[name]) for name in one)
    assert not np.array_equal(one["test"], other["test"])
    assert np.array_equal(one["test"], rows_of(digits, 2, 5, validation_split=0.0)["test"])


def test_a_limit_comes_first(digits: Dataset) -> None:
    rows = [rows_of(digits, index, 3, limit=30) for index in (1, 2, 3)]
    limited = split(digits, split_seed=0, validation_split=0.0, test_split=0.2, limit=30).rows["train"]
    assert np.array_equal(np.sort(np.concatenate([each["test"] for each in rows])), limited)


def test_rows_that_are_training_and_test_otherwise_are_parted() -> None:
    dataset = read(options_for("height_weight"), default_places())
    rows = rows_of(dataset, 1, 5, validation_split=0.0)
    assert (len(rows["train"]), len(rows["test"])) == (8, 2)
    assert not np.intersect1d(rows["train"], rows["test"]).size
    loaded = load("height_weight", ["data.fold={index: 1, of: 5}"])
    assert not loaded.info.shared_rows
    assert not prepare(loaded).dataset.info.shared_rows
    assert load("height_weight").info.shared_rows


def test_more_folds_than_rows_are_refused(digits: Dataset) -> None:
    with pytest.raises(DataError, match="expected at most as many as there are training rows, 30; received 31"):
        rows_of(digits, 1, 31, limit=30)


@pytest.mark.parametrize("wrong", ["{index: 6, of: 5}", "{index: 0, of: 5}", "{index: 1, of: 1}", "{index: 1}", "3"])
def test_a_fold_that_is_none_is_a_fault_of_the_configuration(wrong: str) -> None:
    with pytest.raises(ConfigError, match=r"data\.fold"):
        load("digits", [f"data.fold={wrong}"])


def test_everything_is_fitted_on_the_folds_training_rows(write: Callable[..., Path], tmp_path: Path) -> None:
    lines = [f"{i},{'abcd'[i % 4] if i % 10 else f'rare{i}'},{'yes' if i % 3 else 'no'}" for i in range(60)]
    (tmp_path / "table.csv").write_text("number,word,answer\n" + "\n".join(lines))
    path = write("data: {csv: {path: table.csv, target: answer, min_count: 1}, validation_split: 0}")
    seen = []
    for index in (1, 2, 3):
        prepared = prepare(load(path, [f"data.fold={{index: {index}, of: 3}}"]))
        rows = prepared.splits.rows["train"]
        words = {f"word={'abcd'[i % 4] if i % 10 else f'rare{i}'}" for i in rows}
        names = set(prepared.dataset.info.feature_names)
        assert names == {"number", "word=(unknown)", *words}
        assert prepared.preprocessing.mean[0] == pytest.approx(rows.mean())
        seen.append(frozenset(names))
    assert len(set(seen)) == 3
