"""Odd files whose rows stay in them: what would be wrong without a word is right, or one error."""

import resource
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from dnnctl.config.schema import DataConfig
from dnnctl.data.checks import rows_in_train_and_test
from dnnctl.data.fitting import split_as
from dnnctl.datasets import read as reading
from dnnctl.datasets.base import Dataset, Places
from dnnctl.datasets.streams.kept import KeptRows
from dnnctl.datasets.streams.samples import StreamedSamples
from dnnctl.errors import DataError


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DNNCTL_CACHE_DIR", str(tmp_path / "cache"))


def read(key: str, **options: Any) -> tuple[Dataset, DataConfig]:
    config = DataConfig.model_validate({key: options})
    return reading.read(config.source, Places()), config


def table(rows: int, seed: int = 0) -> pa.Table:
    draw = np.random.default_rng(seed)
    kinds = np.array(["ash", "elm", "oak"])[draw.integers(0, 3, rows)]
    return pa.table({"a": draw.normal(size=rows), "kind": kinds, "y": np.array(["n", "y"])[draw.integers(0, 2, rows)]})


def test_files_without_rows_add_none(tmp_path: Path) -> None:
    folder = tmp_path / "rows"
    folder.mkdir()
    for i, rows in enumerate((0, 1000, 0, 500, 0)):
        pq.write_table(table(1500).slice(0, rows), folder / f"{i}.parquet")
    dataset, config = read("parquet", path=str(folder), target="y", stream=True)
    splits = split_as(dataset, config)
    assert splits.validation is not None
    parts = (splits.train, splits.validation, splits.test)
    assert sum(map(len, parts)) == 1500
    assert [sum(len(block) for block in part.blocks(97)) for part in parts] == [len(part) for part in parts]


def test_test_rows_with_another_number_of_targets_are_refused(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    x, y = draw.normal(size=(40, 3)), draw.integers(0, 2, 40)
    np.savez(tmp_path / "rows.npz", x=x, y=y, x_test=x[:8], y_test=draw.normal(size=(8, 2)))
    for stream in (False, True):
        with pytest.raises(DataError, match="expected a label a row, or one 1 and else 0 in it"):
            read("npz", path=str(tmp_path / "rows.npz"), stream=stream)


def test_a_wrong_target_is_named_by_its_row(tmp_path: Path) -> None:
    y = np.zeros(70_010)
    y[70_000] = np.nan
    np.savez(tmp_path / "rows.npz", x=np.zeros((70_010, 2)), y=y)
    with pytest.raises(DataError, match=r"row 70,000 \(from 0\)"):
        read("npz", path=str(tmp_path / "rows.npz"), stream=True)


@pytest.mark.parametrize("reverse", [False, True])
def test_copies_in_a_test_file_are_found_whatever_the_order_of_its_words(reverse: bool, tmp_path: Path) -> None:
    rows = table(3000)
    pq.write_table(rows, tmp_path / "train.parquet")
    copies = rows.take(np.arange(300)[::-1] if reverse else np.arange(300))
    pq.write_table(copies, tmp_path / "test.parquet")
    paths = {"path": str(tmp_path / "train.parquet"), "test_path": str(tmp_path / "test.parquet")}
    dataset, config = read("parquet", **paths, target="y", stream=True)
    (notice,) = rows_in_train_and_test(dataset, split_as(dataset, config.model_copy(update={"validation_split": 0.0})))
    assert "100%" in notice.message


def test_an_empty_target_in_a_test_file_is_one_error(tmp_path: Path) -> None:
    rows = table(300)
    pq.write_table(rows, tmp_path / "train.parquet")
    gaps = rows.set_column(2, "y", pa.array([None, *rows["y"].to_pylist()[1:]]))
    pq.write_table(gaps, tmp_path / "test.parquet")
    paths = {"path": str(tmp_path / "train.parquet"), "test_path": str(tmp_path / "test.parquet")}
    with pytest.raises(DataError, match=r"test\.parquet: cells are empty: 'y' 1; the first in .*row group 0"):  # noqa: PT012
        dataset, config = read("parquet", **paths, target="y", stream=True)
        test = split_as(dataset, config).test
        assert isinstance(test, StreamedSamples)
        list(test.blocks())


def test_rows_are_not_kept_where_there_is_no_room() -> None:
    kept = KeptRows(((4,), np.dtype(np.float32)), ((), np.dtype(np.int64)))
    parts = [(np.full((500, 4), i, np.float32), np.full(500, i)) for i in range(6)]
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        seen = list(kept.through(parts))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert len(seen) == 6
    assert not kept.complete
    assert len(list(kept.through(parts))) == 6
    assert kept.complete
    assert np.array_equal(np.concatenate([y for _, y in kept.again()]), np.repeat(np.arange(6), 500))


def test_a_quote_that_is_a_letter_does_not_swallow_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dnnctl.datasets.streams.text.PIECE", 300)
    lines = [f'{i},"part {i},\nnext line",{i % 2}' if i % 3 else f'{i},pipe 5" long,{i % 2}' for i in range(300)]
    (tmp_path / "pipes.csv").write_text("a,text,y\n" + "\n".join(lines) + "\n")
    found = [read("csv", path=str(tmp_path / "pipes.csv"), target="y", stream=stream)[0] for stream in (False, True)]
    assert [len(dataset.train) for dataset in found] == [300, 300]


def test_a_text_that_changes_while_it_is_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dnnctl.datasets.streams import text

    path = tmp_path / "rows.csv"
    path.write_text("a,y\n" + "".join(f"{i},{i % 2}\n" for i in range(2000)))
    parse, asked = text.parse, iter(range(1000))

    def parse_and_change(*arguments: Any, **options: Any) -> Any:
        if next(asked) == 1:
            with path.open("a") as more:
                more.write("5,1\n")
        return parse(*arguments, **options)

    monkeypatch.setattr(text, "PIECE", 300)
    monkeypatch.setattr(text, "parse", parse_and_change)
    with pytest.raises(DataError, match=r"rows\.csv.*was changed while it was read"):
        read("csv", path=str(path), target="y", stream=True)


def test_time_stamps_of_which_each_piece_has_one_are_kept_apart(tmp_path: Path) -> None:
    stamps = np.repeat(1_700_000_000 + 100 * np.arange(6), 50)
    rows = pa.table({"t": stamps, "x": np.random.default_rng(0).normal(size=300), "y": stamps / 100.0})
    pq.write_table(rows, tmp_path / "t.parquet", row_group_size=50)
    train = read("parquet", path=str(tmp_path / "t.parquet"), target="y", task="regression", stream=True)[0].train
    assert isinstance(train, StreamedSamples)
    assert np.unique(train.rows.take(np.arange(300))[:, 0]).tolist() == np.unique(stamps).tolist()


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("far", [False, True])
@pytest.mark.parametrize("key", ["parquet", "csv"])
def test_copies_in_a_test_file_are_found_whatever_bits_its_numbers_need(
    key: str, far: bool, stream: bool, tmp_path: Path
) -> None:
    draw = np.random.default_rng(0)
    # Numbers that 32 bits hold beside others of their column, but not alone; and the other way around.
    numbers = np.concatenate([draw.uniform(0, 1e-3, 100) + 0.1, draw.uniform(0, 1, 100) + 1_000_000 + 1e9 * far])
    kept = slice(0, 100) if far else slice(100, 200)
    columns = {"a": numbers, "y": np.array(["n", "y"])[draw.integers(0, 2, 200)]}
    for name, rows in (("train", slice(None)), ("test", kept)):
        own = pa.table({name: cells[rows] for name, cells in columns.items()})
        (pq.write_table if key == "parquet" else pa_csv.write_csv)(own, tmp_path / f"{name}.{key}")
    paths = {"path": str(tmp_path / f"train.{key}"), "test_path": str(tmp_path / f"test.{key}")}
    dataset, config = read(key, **paths, target="y", stream=stream)
    (notice,) = rows_in_train_and_test(dataset, split_as(dataset, config.model_copy(update={"validation_split": 0.0})))
    assert "100%" in notice.message


@pytest.mark.parametrize("stream", [False, True])
def test_what_is_doubtful_about_a_test_table_is_a_warning(stream: bool, tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text("a,b,y\n" + "x,1,n\nz,2,y\n" * 20)
    (tmp_path / "test.csv").write_bytes("a,b,y\nprospěl,1,n\nneprospěl,2,y\n".encode("cp1250"))
    paths = {"path": str(tmp_path / "train.csv"), "test_path": str(tmp_path / "test.csv")}
    dataset = read("csv", **paths, target="y", stream=stream)[0]
    assert "uncertain_encoding" in [warning.code for warning in dataset.warnings]
    assert not any("names another" in note for note in dataset.notes)
