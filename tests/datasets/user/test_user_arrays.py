"""Arrays of one's own: what fits together is read as it is, and what does not is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hostile import zipped

from dnnctl.config.schema import DataConfig
from dnnctl.datasets import read as reading
from dnnctl.datasets.base import Dataset, DatasetOptions, Places
from dnnctl.errors import DataError

DRAW = np.random.default_rng(3)
WHOLE = DRAW.integers(0, 256, (20, 4, 4), dtype=np.uint8)
Y = np.arange(20) % 2


def options(path: Path, **more: Any) -> DatasetOptions:
    source: DatasetOptions = DataConfig.model_validate({"npz": {"path": str(path), **more}}).source
    return source


def read(folder: Path, arrays: dict[str, Any], **more: Any) -> Dataset:
    np.savez(folder / "a.npz", **arrays)
    return reading.read(options(folder / "a.npz", **more), Places())


@pytest.mark.parametrize(
    ("arrays", "told"),
    [
        ({"x": np.zeros((4, 2))}, "no array called 'y_train'"),
        ({"x": np.zeros((4, 2)), "y": np.arange(3)}, "a target for each of 4 rows; received 3"),
        ({"x": np.array([[1.0], [np.nan]]), "y": np.arange(2)}, "row 1 (from 0) holds NaN"),
        ({"x": np.array([[1.0], [1e300]]), "y": np.arange(2)}, "row 1 (from 0) holds NaN, infinity or a number too"),
        ({"x": np.eye(2), "y": np.array([1e300, 2])}, "the targets: row 0 (from 0) holds NaN"),
        ({"x": np.full((4, 2, 2), 300), "y": np.arange(4)}, "expected 0 to 255"),
        ({"x": np.full((4, 2, 2), np.nan), "y": np.arange(4)}, "row 0 (from 0) holds NaN"),
        ({"x": np.zeros((4, 2, 2, 5)), "y": np.arange(4)}, "received (4, 2, 2, 5)"),
        ({"x": np.array([[None]]), "y": np.arange(1)}, "never loaded"),
        ({"x": np.zeros((2, 2)), "y": np.array(["2020-01-01", "2021-01-01"], "M8[D]")}, "numbers or text; received"),
        ({"x": np.zeros((4, 2)), "y": np.array([["a", "b"]] * 4)}, "expected one text a row as its target; received 2"),
    ],
)
def test_arrays_that_do_not_fit_are_told(arrays: dict[str, Any], told: str, tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        read(tmp_path, arrays)

    assert told in str(caught.value)


def test_test_pixels_of_another_scale_are_refused(tmp_path: Path) -> None:
    scaled = (WHOLE / 255).astype(np.float32)
    for train, test, told in (
        (WHOLE, scaled, "0 to 1; expected 0 to 255"),
        (scaled, WHOLE, "0 to 255; expected 0 to 1"),
    ):
        with pytest.raises(DataError, match=told):
            read(tmp_path, {"x": train, "y": Y, "x_test": test, "y_test": Y})


def test_fractions_of_test_pixels_are_kept(tmp_path: Path) -> None:
    fractions = WHOLE.astype(np.float32) * np.float32(0.99)
    dataset = read(tmp_path, {"x": WHOLE, "y": Y, "x_test": fractions, "y_test": Y})

    assert dataset.test is not None
    np.testing.assert_array_equal(dataset.test.x, fractions)


@pytest.mark.parametrize("labels", [np.array([1, 2] * 10), np.array(["t", "v"] * 10)])
def test_named_classes_are_those_of_the_labels_in_other_arrays_too(labels: Any, tmp_path: Path) -> None:
    dataset = read(tmp_path, {"x": WHOLE, "y": labels}, classes=["cat", "dog"])
    np.savez(tmp_path / "more.npz", x=WHOLE[:3], y=labels[[1, 0, 1]])
    more = reading.read_more(options(tmp_path / "more.npz", classes=["cat", "dog"]), dataset.info, None)

    assert dataset.info.class_names == ("cat", "dog")
    assert dataset.info.labels == tuple(map(str, labels[:2]))
    assert more.train.y.tolist() == [1, 0, 1]


def test_the_reason_for_the_task_names_the_key_that_says_it(tmp_path: Path) -> None:
    dataset = read(tmp_path, {"x": np.eye(20), "y": Y}, task="classification")

    assert "task: binary, as data.npz.task says" in dataset.notes


@pytest.mark.parametrize(
    ("contents", "told"),
    [
        (b"", "is not an .npz file: the end of a zip archive is missing"),
        (zipped(*((f"{i:0300}", b"") for i in range(3_000))), "it claims a directory of"),
        (zipped(("x.npy", b"\x93NUMPY\x02\x00\xff\xff\xff\x7f"), ("y.npy", b"")), "a header of at most 10,000 bytes"),
    ],
)
def test_an_archive_is_bounded_before_it_is_read(contents: bytes, told: str, tmp_path: Path) -> None:
    (tmp_path / "a.npz").write_bytes(contents)
    with pytest.raises(DataError) as caught:
        reading.read(options(tmp_path / "a.npz"), Places())

    assert told in str(caught.value)


def test_text_labels_are_put_in_another_order_not_renamed_by_each_other(tmp_path: Path) -> None:
    labels = np.array(["neg", "pos"] * 10)
    dataset = read(tmp_path, {"x": WHOLE, "y": labels}, classes=["pos", "neg"])
    names = np.array(dataset.info.class_names)

    assert names[dataset.train.y].tolist() == labels.tolist()
    assert dataset.info.class_names == ("pos", "neg")
    assert dataset.info.labels == ()
    with pytest.raises(DataError, match="or new names for all of them in this order; received 'neg', 'other'"):
        read(tmp_path, {"x": WHOLE, "y": labels}, classes=["neg", "other"])
    with pytest.raises(DataError, match="expected 2 different names"):
        read(tmp_path, {"x": WHOLE, "y": labels}, classes=["a", "a"])
    assert (
        "the labels 'neg', 'pos' are called 'a', 'b'"
        in read(tmp_path, {"x": WHOLE, "y": labels}, classes=["a", "b"]).notes
    )


def test_one_hot_targets_are_classes_unless_something_else_is_meant(tmp_path: Path) -> None:
    arrays = {"x": np.eye(20), "y": np.eye(2)[Y]}
    dataset = read(tmp_path, arrays)
    assert dataset.info.task == "binary"
    assert dataset.info.class_names == ("0", "1")
    assert dataset.train.y.tolist() == list(Y)
    assert any("exactly one of the 2 targets is 1 in each row" in note for note in dataset.notes)
    named = read(tmp_path, arrays, classes=["cat", "dog"]).info
    assert (named.class_names, named.labels) == (("cat", "dog"), ("0", "1"))
    assert read(tmp_path, arrays, task="regression").info.targets == ("y1", "y2")
    assert read(tmp_path, arrays, task="multilabel", classes=["cat", "dog"]).info.targets == ("cat", "dog")
    with pytest.raises(DataError, match="expected 2 different names, one a label"):
        read(tmp_path, arrays, task="multilabel", classes=["cat"])


def test_columns_of_0_and_1_are_labels(tmp_path: Path) -> None:
    y = np.stack([np.asarray(Y), np.arange(20) % 3 == 0, np.arange(20) < 9], axis=1)
    for kind in (bool, np.int64, np.float64):
        dataset = read(tmp_path, {"x": np.eye(20), "y": y.astype(kind)})
        assert dataset.info.task == "multilabel"
        assert dataset.info.targets == ("y1", "y2", "y3")
        assert dataset.train.y.dtype.kind == "f"
        assert np.array_equal(dataset.train.y, y)
    with pytest.raises(DataError, match="labels are several targets of 0 and 1; received one"):
        read(tmp_path, {"x": np.eye(20), "y": Y}, task="multilabel")


@pytest.mark.parametrize(("there", "missing"), [("x_test", "y_test"), ("y_test", "x_test")])
def test_half_of_a_test_set_is_told_and_refused_where_asked_for(there: str, missing: str, tmp_path: Path) -> None:
    arrays = {"x": WHOLE, "y": Y, "x_test": WHOLE, "y_test": Y}
    del arrays[missing]
    dataset = read(tmp_path, arrays)
    assert dataset.test is None
    assert any(
        f"there is {there} and no {missing}, so it is left alone" in str(warning) for warning in dataset.warnings
    )
    with pytest.raises(DataError, match="expected both, or neither"):
        read(tmp_path, arrays, **{there: there})


def test_targets_of_other_rows_have_as_many_columns_as_those_of_the_training(tmp_path: Path) -> None:
    hot = np.eye(2)[Y]
    assert np.array_equal(read(tmp_path, {"x": WHOLE, "y": Y, "x_test": WHOLE, "y_test": hot}).test.y, Y)
    names = np.array(["cat", "dog"])[Y]
    with pytest.raises(DataError, match="test rows: expected 1 target a row as in training; received 2"):
        read(tmp_path, {"x": WHOLE, "y": names, "x_test": WHOLE, "y_test": hot})
    with pytest.raises(DataError, match="expected a label a row, or one 1 and else 0 in it; received 1, 1"):
        read(tmp_path, {"x": WHOLE, "y": hot, "x_test": WHOLE, "y_test": 1 - 0 * hot})
    with pytest.raises(DataError, match="expected 2 targets a row as in training; received 1"):
        read(tmp_path, {"x": WHOLE, "y": hot, "x_test": WHOLE, "y_test": Y}, task="regression")
    dataset = read(tmp_path, {"x": WHOLE, "y": Y})
    np.savez(tmp_path / "more.npz", x=WHOLE, y=np.hstack([hot, hot]))
    with pytest.raises(DataError, match="expected 1 target a row"):
        reading.read_more(options(tmp_path / "more.npz"), dataset.info, None)
