"""What is found in the rows before training: numbers that are none, classes without a row."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dnnctl.config.loading import load
from dnnctl.data.checks import absent_classes, check_finite, scarce_classes
from dnnctl.data.split import Splits
from dnnctl.datasets.base import Dataset, DatasetInfo
from dnnctl.datasets.samples import Samples
from dnnctl.errors import DataError
from dnnctl.experiments.data.check import check_data
from dnnctl.training.preparation import prepare

INFO = DatasetInfo("people", "regression", (2,), feature_names=("weight", "age"), target="height")


def people(rows: int = 6) -> tuple[Any, Any]:
    return np.ones((rows, 2), np.float32), np.ones((rows, 1), np.float32)


def test_rows_and_columns_are_named() -> None:
    x, y = people()
    x[3, 1], x[4, 0] = np.nan, -np.inf
    with pytest.raises(DataError, match="data set 'people', training rows: expected finite numbers; received ") as said:
        check_finite(Dataset("people", INFO, Samples(x, y), None, "", {}))
    assert "received nan in row 4, column 'age'; -inf in row 5, column 'weight'. Correct" in str(said.value)


def test_targets_and_test_rows_are_looked_at_too() -> None:
    x, y = people()
    good = Samples(x.copy(), y.copy())
    y[0, 0] = np.inf
    with pytest.raises(DataError, match=r"training rows: .* received inf in row 1, column 'height'"):
        check_finite(Dataset("people", INFO, Samples(x, y), good, "", {}))
    x[:] = np.nan
    with pytest.raises(DataError, match=r"test rows: .*row 2, column 'weight', and 9 more\. Correct"):
        check_finite(Dataset("people", INFO, good, Samples(x, good.y), "", {}))


def test_columns_without_names_are_counted() -> None:
    x, y = people()
    x[0, 1] = np.nan
    info = DatasetInfo("numbers", "multiclass", (2,))
    with pytest.raises(DataError, match="nan in row 1, column 2"):
        check_finite(Dataset("numbers", info, Samples(x, y.astype(int).ravel()), None, "", {}))


def test_large_numbers_are_numbers() -> None:
    x, y = people(50)
    x[:] = np.finfo(np.float32).max
    check_finite(Dataset("people", INFO, Samples(x, y), None, "", {}))
    wide = x.astype(np.float64)
    wide[:] = np.finfo(np.float64).max
    check_finite(Dataset("people", INFO, Samples(wide, y), None, "", {}))
    # Their sum is infinite, so each is looked at: none is reported but the one that is none.
    wide[7, 0] = np.inf
    with pytest.raises(DataError, match=r"received inf in row 8, column 'weight'\. Correct"):
        check_finite(Dataset("people", INFO, Samples(wide, y), None, "", {}))


def test_training_does_not_begin(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    from dnnctl.config import loading
    from dnnctl.training.job import train

    real = loading.read

    def damaged(*arguments: Any) -> Dataset:
        dataset = real(*arguments)
        dataset.train.x[2, 0] = np.nan
        return dataset

    monkeypatch.setattr(loading, "read", damaged)
    with pytest.raises(DataError, match="row 3, column 'weight'"):
        train(load("height_weight"), out=tmp_path / "outputs")
    assert not (tmp_path / "outputs").exists()


ANIMALS = DatasetInfo("Animals", "multiclass", (2,), class_names=("cat", "dog", "owl"))


def animals(*labels: int) -> Samples:
    return Samples(np.zeros((len(labels), 2), np.float32), np.array(labels))


def test_each_class_has_a_row() -> None:
    assert absent_classes(ANIMALS, animals(2, 0, 1), None) == ()


def test_a_sorted_table_cut_by_limit() -> None:
    (warning,) = absent_classes(ANIMALS, animals(0, 0), 2)
    assert warning.code == "absent_class"
    assert warning.message.startswith("no training row is of class 'dog', 'owl', ")
    assert "data.limit takes the first 2 rows" in warning.message
    (warning,) = absent_classes(ANIMALS, animals(0, 0, 2), None)
    assert "'dog'" in warning.message
    assert "limit" not in warning.message


def test_labels_that_never_vary() -> None:
    info = DatasetInfo("t", "multilabel", (2,), target="a, b, c", targets=("a", "b", "c"))
    rows = Samples(np.zeros((3, 2), np.float32), np.array([[0, 1, 0], [0, 1, 1], [0, 1, 0]], np.float32))
    (warning,) = absent_classes(info, rows, 3)
    assert warning.code == "constant_label"
    assert warning.message == (
        "labels that never vary cannot be learned; 0 in every training row: 'a' and 1 in every training row: 'b'; "
        "data.limit takes the first 3 rows, whatever their order"
    )
    rows.y[0] = (1, 0, 1)
    assert absent_classes(info, rows, None) == ()


def test_a_class_of_few_rows_is_named_in_the_words_that_training_and_the_check_of_data_both_use() -> None:
    rows = animals(*[0] * 30, *[1] * 9, 2)
    assert scarce_classes(ANIMALS, Splits(rows, None, rows, {})) == (
        "fewer than 10 training rows of a class are hardly enough to learn from: 'owl' (1), 'dog' (9)"
    )
    many = animals(*[0, 1, 2] * 10)
    assert scarce_classes(ANIMALS, Splits(many, None, rows, {})) == ""
    assert scarce_classes(replace(ANIMALS, shared_rows=True), Splits(rows, None, rows, {})) == ""


def test_training_and_the_check_of_data_say_so(tmp_path: Path) -> None:
    cells = [f"{i},{i % 7},{'yew' if i == 50 else 'elm' if i % 2 else 'oak'}" for i in range(90)]
    (tmp_path / "trees.csv").write_text("\n".join(["a,b,kind", *cells]) + "\n")
    config = {"data": {"csv": {"path": str(tmp_path / "trees.csv"), "target": "kind"}, "test_split": 0.1}, "seed": 1}
    prepared = prepare(load(config, {"data.split_seed": 3}))
    (warning,) = [each for each in prepared.warnings if each.code == "scarce_class"]
    loaded = load(config, {"data.split_seed": 3})
    (check,) = [each for each in check_data(loaded, loaded.read()) if each.code == "class_balance"]
    assert "'yew' (1)" in warning.message
    assert warning.message in check.finding


@pytest.mark.parametrize("kept", ["table", "stream", "array"])
def test_columns_that_never_vary_in_the_training_rows_are_told_as_data_check_tells_them(
    kept: str, tmp_path: Path
) -> None:
    # `late` varies in the test rows only; of `kind`, words are counted, not the columns that they become.
    lines = [f"{i % 7},5,{1 if i < 30 else 2},x,{10**18 + i},{'ab'[i % 2]}" for i in range(40)]
    for name, part in (("t", lines[:30]), ("test", lines[30:])):
        (tmp_path / f"{name}.csv").write_text("a,five,late,kind,ns,y\n" + "\n".join(part) + "\n")
    table = {"path": str(tmp_path / "t.csv"), "test_path": str(tmp_path / "test.csv"), "target": "y"}
    data: dict[str, Any] = {"csv": {**table, "stream": kept == "stream"}}
    if kept == "array":
        np.savez(tmp_path / "t.npz", x=np.c_[np.arange(40) % 7, np.full(40, 5.0)], y=np.arange(40) % 2)
        data = {"npz": str(tmp_path / "t.npz")}
    loaded = load({"name": "t", "data": data})
    prepared = prepare(loaded)
    told = {notice.code: notice for notice in prepared.warnings}
    checked = {each.code: each for each in check_data(loaded, loaded.read())}

    if kept == "array":
        assert told["constant_column"].place == "column 'x2'"
        assert checked["constant_column"].finding == "1 of 2 columns never vary in the training rows: 'x2'"
        return
    assert told["constant_column"].place == "columns 'five', 'late', 'kind'"
    assert told["constant_column"].message.startswith("never vary in the training rows (3 columns), so ")
    assert told["lost_precision"].place == "column 'ns'"
    assert checked["constant_column"].finding.startswith(
        "4 of 5 columns never vary in the training rows: 'five', 'late',"
    )


def test_numbers_have_no_classes() -> None:
    info = DatasetInfo("Heights", "regression", (1,))
    assert absent_classes(info, Samples(np.zeros((2, 1), np.float32), np.zeros((2, 1), np.float32)), 2) == ()
