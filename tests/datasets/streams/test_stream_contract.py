"""What holds for every way in which rows stay in their files: they are those that would be in memory."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from stored_streams import ROWS, SOURCES, parquet, parquet_converted, prepared, read, table

from dnnctl.data.fitting import split_as
from dnnctl.datasets.base import Dataset
from dnnctl.datasets.columns import Cells
from dnnctl.datasets.samples import Samples
from dnnctl.datasets.streams.samples import StreamedSamples
from dnnctl.datasets.streams.survey import survey
from dnnctl.datasets.streams.table import TableStream
from dnnctl.errors import DataError


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DNNCTL_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr("dnnctl.datasets.streams.text.PIECE", 10_000)


@pytest.fixture(params=SOURCES)
def written(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, Any]:
    return SOURCES[request.param](tmp_path)


def words(dataset: Dataset, x: Any) -> list[list[object]]:
    """Return cells with categories as texts, whatever their codes."""
    assert dataset.table is not None
    columns = dataset.table.columns
    cells = (zip(columns, row, strict=True) for row in x.tolist())
    return [[column.words[int(v)] if column.kind == "category" else v for column, v in row] for row in cells]


def test_rows_are_those_that_would_be_in_memory_in_the_same_order(written: dict[str, Any]) -> None:
    held, config = read(written, stream=False)
    streamed, config = read(written, stream=True)
    assert isinstance(held.train, Samples)
    assert isinstance(streamed.train, StreamedSamples)
    splits = split_as(streamed, config)
    assert isinstance(splits.train, StreamedSamples)
    stream = splits.train.stream.with_columns(splits.train.statistics.columns)
    blocks = [stream.read(group) for group in range(len(stream.sizes))]
    x, y = (np.concatenate([getattr(block, part) for block in blocks]) for part in "xy")
    told = Dataset(**{**vars(streamed), "table": type(streamed.table)(splits.train.statistics.columns, (), "error")})

    assert words(told, x) == words(held, held.train.x)
    np.testing.assert_array_equal(y, held.train.y)
    assert streamed.info.class_names == held.info.class_names
    assert streamed.info.feature_names == held.info.feature_names
    assert [(c.name, c.kind) for c in streamed.table.columns] == [(c.name, c.kind) for c in held.table.columns]


def test_what_is_fitted_is_what_all_training_rows_together_say(written: dict[str, Any]) -> None:
    splits, encoding, fitted = prepared(written)
    blocks = list(splits.train.blocks(100))
    x = np.concatenate([block.x for block in blocks])

    assert encoding is not None
    assert all(len(block) == 100 for block in blocks[:-1])
    assert len(x) == len(splits.train)
    scaled = encoding.scaled
    np.testing.assert_allclose(np.array(fitted.mean)[scaled], x[:, scaled].mean(axis=0, dtype=np.float64), rtol=1e-12)
    np.testing.assert_allclose(np.array(fitted.std)[scaled], x[:, scaled].std(axis=0, dtype=np.float64), rtol=1e-12)
    y = np.concatenate([block.y for block in blocks])
    assert splits.train.class_counts.tolist() == np.bincount(y).tolist()
    kinds = next(column for column in encoding.columns if column.kind == "category")
    first = encoding.names.index(f"{kinds.name}={kinds.words[0]}")
    np.testing.assert_allclose(x[:, first : first + kinds.width].mean(axis=0), kinds.shares, atol=1e-6)


def test_any_rows_are_gathered_as_they_stand(written: dict[str, Any]) -> None:
    splits, _, _ = prepared(written)
    train = splits.train
    every = Samples(*(np.concatenate([getattr(block, part) for block in train.blocks(512)]) for part in "xy"))
    order = train.order(seed=3, epoch=1, batch_size=32, window=700)
    visited = order[:]
    index = np.array([5, 5, len(train) - 1, 0, 700])
    out = np.empty((len(index), *train.rows.shape[1:]), np.float32)

    assert sorted(visited.tolist()) == list(range(len(train)))
    assert not np.array_equal(visited[:700], np.sort(visited[:700]))
    for start in range(0, len(train), 333):
        numbers = order[start : start + 333]
        np.testing.assert_array_equal(numbers, visited[start : start + 333])
        np.testing.assert_array_equal(train.rows.take(numbers), every.x[numbers])
        np.testing.assert_array_equal(train.targets.take(numbers), every.y[numbers])
    assert train.rows.take(index, out) is out
    np.testing.assert_array_equal(out, every.x[index])
    assert train.rows.shape == every.x.shape
    assert train.rows.dtype == every.x.dtype
    np.testing.assert_array_equal(np.concatenate(list(train.rows.blocks(1000))), every.x)


def test_an_order_is_a_function_of_seed_epoch_and_place(written: dict[str, Any]) -> None:
    train = prepared(written)[0].train
    order = train.order(1, 2, 32, 700)[:]

    np.testing.assert_array_equal(train.order(1, 2, 32, 700)[1234:1300], order[1234:1300])
    assert not np.array_equal(train.order(1, 3, 32, 700)[:], order)
    assert not np.array_equal(train.order(2, 2, 32, 700)[:], order)


def test_processes_read_groups_of_their_own_and_targets_alone_of_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    whole = TableStream.read
    monkeypatch.setattr(TableStream, "read", lambda self, group: (read.append(group), whole(self, group))[1])
    pq.write_table(table(), tmp_path / "rows.parquet", row_group_size=25)
    written = {"parquet": {"path": str(tmp_path / "rows.parquet"), "target": "y"}}
    found = []
    for index in range(2):
        train = prepared(written)[0].train
        every = train.order(1, 0, 32, 320, ahead=False)[:]
        read.clear()
        train.rows.take(train.order(1, 0, 32, 320)[np.flatnonzero(np.arange(len(train)) % 32 // 16 == index)])
        found.append(set(read))
        targets = train.targets.take(every)

    np.testing.assert_array_equal(np.bincount(targets), train.class_counts)
    assert len(found[0] | found[1]) == 120
    # But for what is left of lanes that are not equally long.
    assert len(found[0] & found[1]) <= 30


def test_validation_rows_are_read_from_the_files_once(written: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    held_out = prepared(written, validation_split=0.4)[0].validation
    rows = [list(held_out.blocks(100))]
    next(iter(held_out.blocks(100)))

    def refuse(*_: object) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr(type(held_out.stream), "read", refuse)
    rows += [list(held_out.blocks(100)), list(held_out.blocks(250))]
    for part in "xy":
        first, again, otherwise = (np.concatenate([getattr(block, part) for block in every]) for every in rows)
        np.testing.assert_array_equal(first, again)
        np.testing.assert_array_equal(first, otherwise)


def test_rows_that_cannot_be_kept_are_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held_out = prepared(parquet(tmp_path))[0].validation
    monkeypatch.setattr("tempfile.TemporaryFile", lambda **_: Path("/dev/full").open("wb", 0))  # noqa: SIM115
    first, again = (np.concatenate([block.x for block in held_out.blocks(100)]) for _ in range(2))
    np.testing.assert_array_equal(first, again)


def test_a_sample_is_spread_over_the_rows_and_the_same_each_time(written: dict[str, Any]) -> None:
    train = prepared(written)[0].train
    sample, again = train.sample(200), prepared(written)[0].train.sample(200)
    numbers = train.sampled(200)

    np.testing.assert_array_equal(sample.x, again.x)
    assert len(sample) == len(numbers) == 200
    assert (np.diff(numbers) > 0).all()
    assert numbers[0] < 100
    assert numbers[-1] > 2900
    stream = train.stream
    x = np.concatenate([stream.read(group).x for group in range(len(stream.sizes))])[numbers]
    encoding = prepared(written)[1]
    np.testing.assert_array_equal(encoding.apply(Cells(stream.columns, x)), sample.x)
    assert len(train.sample(10**6)) == len(train)


def test_threads_change_nothing(written: dict[str, Any]) -> None:
    splits, _, _ = prepared(written)
    stream, membership = splits.train.stream, splits.train.selection.membership
    one, four = (survey(stream, membership, 2, threads) for threads in (1, 4))

    for part in ("mean", "squares", "low", "high", "count"):
        np.testing.assert_array_equal(getattr(one.train.x, part), getattr(four.train.x, part))
    assert one.train.columns == four.train.columns
    np.testing.assert_array_equal(one.train.sample.x, four.train.sample.x)
    np.testing.assert_array_equal(one.counts, four.counts)


def test_splits_part_the_rows_and_do_not_depend_on_the_seed_of_the_run(written: dict[str, Any]) -> None:
    splits, _, _ = prepared(written, validation_split=0.2, test_split=0.25)
    numbers = [part.sampled(10**6) for part in (splits.train, splits.validation, splits.test)]
    rows = sum(map(len, numbers))

    assert sorted(np.concatenate(numbers).tolist()) == list(range(rows))
    assert abs(len(splits.test) - 0.25 * rows) < 120
    assert abs(len(splits.validation) - 0.2 * 0.75 * rows) < 120
    other = prepared(written, split_seed=1)[0]
    assert other.test.sampled(10**6).tolist() != numbers[2].tolist()


def test_folds_part_the_training_rows(written: dict[str, Any]) -> None:
    parts = [prepared(written, fold={"index": i, "of": 4}, validation_split=0)[0] for i in (1, 2, 3, 4)]
    held_out = [part.test.sampled(10**6).tolist() for part in parts]
    plain = prepared(written, validation_split=0)[0]

    assert sorted(number for own in held_out for number in own) == plain.train.sampled(10**6).tolist()
    for part, own in zip(parts, held_out, strict=True):
        assert not set(own) & set(part.train.sampled(10**6).tolist())


def test_a_limit_takes_the_first_training_rows(written: dict[str, Any]) -> None:
    every = prepared(written, validation_split=0)[0].train.sampled(10**6)
    limited = prepared(written, validation_split=0, limit=321)[0].train

    assert limited.sampled(10**6).tolist() == every[:321].tolist()


def test_rows_of_one_group_stay_together(written: dict[str, Any]) -> None:
    splits, encoding, _ = prepared(written, group="who", validation_split=0.2)
    dataset, _ = read(written, stream=True)
    where = [c.name for c in dataset.table.columns].index("who")
    stream = split_as(*read(written, stream=True)).train.stream
    stream = stream.with_columns(dataset.table.columns)
    who = np.concatenate([stream.read(group).x[:, where] for group in range(len(stream.sizes))])
    people = [set(who[part.sampled(10**6)].tolist()) for part in (splits.train, splits.validation, splits.test)]

    assert "who" not in [column.name for column in encoding.columns]
    assert all(people)
    assert not people[0] & people[1]
    assert not people[0] & people[2]
    assert not people[1] & people[2]
    assert sum(map(len, people)) == 200


def test_a_file_that_is_changed_is_one_error_that_names_it(written: dict[str, Any], tmp_path: Path) -> None:
    splits, _, _ = prepared(written)
    read_from = [p for p in (*tmp_path.rglob("*.parquet"), *tmp_path.rglob("cells.npy")) if p.is_file()]
    if any(p.name == "cells.npy" for p in read_from):
        read_from = [p for p in read_from if p.name == "cells.npy"]
    for path in read_from:
        with path.open("r+b") as stream:
            stream.truncate(path.stat().st_size // 2)
    with pytest.raises(DataError, match=r"was changed while it was read; had .* bytes, now .*can then be resumed"):
        splits.train.rows.take(np.arange(2000))
    for path in read_from:
        path.unlink()
    with pytest.raises(DataError, match=re.escape(" is gone: ")):
        splits.train.rows.take(np.arange(2000))


def test_a_sorted_file_is_noticed(tmp_path: Path) -> None:
    assert [warning.code for warning in read(parquet_converted(tmp_path), stream=True)[0].warnings] == ["sorted_rows"]
    assert read(parquet(tmp_path), stream=True)[0].warnings == ()


def test_splits_do_not_depend_on_the_sizes_of_groups(tmp_path: Path) -> None:
    found = []
    for size in (500, 77, ROWS):
        (tmp_path / str(size)).mkdir()
        path = tmp_path / str(size) / "rows.parquet"
        pq.write_table(table(), path, row_group_size=size)
        splits = prepared({"parquet": {"path": str(path), "target": "y"}}, limit=2000)[0]
        found.append([part.sampled(10**6).tolist() for part in (splits.train, splits.validation, splits.test)])
    assert found[0] == found[1] == found[2]
