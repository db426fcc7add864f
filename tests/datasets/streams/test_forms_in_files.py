"""Amounts and dates in Parquet and TFRecord, held in memory or left in their files, are those of a table of text."""

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from records import example, write_records

from dnnctl.config.schema import DataConfig
from dnnctl.data.fitting import encode, fit, split_as
from dnnctl.datasets import read as reading
from dnnctl.datasets.base import Dataset, Places
from dnnctl.errors import DataError

ROWS = 400
WHEN = [date(2023, 1 + i * 7 % 12, 1 + i * 5 % 28) for i in range(ROWS)]
PRICES = [f"{1 + i % 40},{i * 37 % 1000:03}원" for i in range(ROWS)]
SHARES = [f"{i % 9},{i % 10} %" for i in range(ROWS)]
TARGET = np.random.default_rng(0).normal(size=ROWS)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DNNCTL_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr("dnnctl.datasets.streams.text.PIECE", 3000)


def read(source: str, path: Path, **options: Any) -> tuple[Dataset, DataConfig]:
    config = DataConfig.model_validate({source: {"path": str(path), "target": "y", **options}})
    return reading.read(config.source, Places()), config


def cells(dataset: Dataset) -> np.ndarray:
    return np.concatenate([block.x for block in dataset.train.blocks(150)])


def as_text(path: Path) -> Path:
    rows = zip(WHEN, PRICES, SHARES, TARGET, strict=True)
    path.write_text("when,price,share,y\n" + "".join(f'{w},"{p}","{s}",{y}\n' for w, p, s, y in rows))
    return path


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("kind", ["texts", "date32", "timestamps"])
def test_parquet_has_the_cells_of_text(kind: str, stream: bool, tmp_path: Path) -> None:
    columns: dict[str, Any] = {"when": list(map(str, WHEN)), "price": PRICES, "share": SHARES, "y": TARGET}
    if kind == "date32":
        columns["when"] = pa.array(WHEN)
    elif kind == "timestamps":
        columns["when"] = pa.array([datetime.combine(w, time()) for w in WHEN], pa.timestamp("ns"))
    pq.write_table(pa.table(columns), tmp_path / "t.parquet", row_group_size=90)
    dataset, config = read("parquet", tmp_path / "t.parquet", stream=stream)
    expected, _ = read("csv", as_text(tmp_path / "t.csv"))

    # A small table needs 32 bits only where they hold it exactly.
    np.testing.assert_allclose(cells(dataset), cells(expected), rtol=1e-6)
    assert any("column 'price': amounts in 원" in note for note in dataset.notes)
    _, splits, encoding = encode(dataset, split_as(dataset, config))
    assert encoding is not None
    assert "when: month (sin)" in encoding.names
    assert not any("hour" in name for name in encoding.names)
    assert np.isfinite(next(splits.train.blocks(10)).x).all()


@pytest.mark.parametrize("stream", [False, True])
def test_times_and_clocks_of_parquet(stream: bool, tmp_path: Path) -> None:
    clocks = [datetime(2024, 3, 5, i % 24, 30, tzinfo=UTC) if i % 7 else None for i in range(ROWS)]
    times = [time(i % 24, 15) for i in range(ROWS)]
    columns = {"clock": pa.array(clocks, pa.timestamp("us", "UTC")), "time": pa.array(times), "y": TARGET}
    pq.write_table(pa.table(columns), tmp_path / "t.parquet", row_group_size=90)
    dataset, _ = read("parquet", tmp_path / "t.parquet", stream=stream, missing="impute")
    x = cells(dataset)
    assert np.isnan(x[:, 0]).tolist() == [each is None for each in clocks]
    np.testing.assert_allclose(x[1:7, 0], [19787 + (i + 0.5) / 24 for i in range(1, 7)], atol=1e-9)
    np.testing.assert_allclose(x[:24, 1], [(i + 0.25) / 24 for i in range(24)], atol=1e-6)


def test_folders_as_days_are_dates(tmp_path: Path) -> None:
    for day in ("2024-03-05", "2024-03-06", "2024-04-01"):
        (tmp_path / "rows" / f"day={day}").mkdir(parents=True)
        pq.write_table(pa.table({"a": TARGET[:40], "y": TARGET[:40]}), tmp_path / "rows" / f"day={day}" / "0.parquet")
    dataset, _ = read("parquet", tmp_path / "rows")
    assert dataset.table is not None
    assert [column.kind for column in dataset.table.columns] == ["number", "date"]
    assert sorted(set(cells(dataset)[:, 1].tolist())) == [19787, 19788, 19814]


def test_types_of_parquet_are_asked_for(tmp_path: Path) -> None:
    columns = {"when": pa.array([20230101 + i % 28 for i in range(ROWS)]), "price": pa.array(PRICES), "y": TARGET}
    pq.write_table(pa.table(columns), tmp_path / "t.parquet", row_group_size=90)
    dataset, _ = read("parquet", tmp_path / "t.parquet", types={"when": "date", "price": "category"})
    assert dataset.table is not None
    assert [column.kind for column in dataset.table.columns] == ["date", "category"]
    assert cells(dataset)[0, 0] == 19358

    pq.write_table(pa.table({"when": pa.array(WHEN), "y": TARGET}), tmp_path / "t.parquet")
    with pytest.raises(DataError, match=r"types: .*'when' holds date32.*; expected date or category"):
        read("parquet", tmp_path / "t.parquet", types={"when": "number"})
    dataset, _ = read("parquet", tmp_path / "t.parquet", types={"when": "category"})
    assert dataset.table is not None
    assert "2023-01-01" in dataset.table.columns[0].words


def test_texts_of_plain_numbers_stay_categories_in_parquet(tmp_path: Path) -> None:
    pq.write_table(pa.table({"zip": [f"{i % 9}017" for i in range(ROWS)], "y": TARGET}), tmp_path / "t.parquet")
    dataset, _ = read("parquet", tmp_path / "t.parquet")
    assert dataset.table is not None
    assert dataset.table.columns[0].kind == "category"


@pytest.mark.parametrize("stream", [False, True])
def test_a_cell_that_does_not_fit_is_told_with_its_group(stream: bool, tmp_path: Path) -> None:
    prices = [*PRICES[:300], "무료", *PRICES[301:]]
    pq.write_table(pa.table({"price": prices, "y": TARGET}), tmp_path / "t.parquet", row_group_size=90)
    with pytest.raises(DataError, match=r"row group 3: column 'price': expected an amount in 원 as in the other cells"):
        read("parquet", tmp_path / "t.parquet", stream=stream)


def test_records_have_the_cells_of_text(tmp_path: Path) -> None:
    features = {"when": "text", "price": "text", "share": "text", "y": "float"}
    rows = [dict(zip(features, row, strict=True)) for row in zip(map(str, WHEN), PRICES, SHARES, TARGET, strict=True)]
    write_records(tmp_path / "t.tfrecord", map(example, rows))
    expected, _ = read("csv", as_text(tmp_path / "t.csv"))
    for stream in (False, True):
        dataset, config = read("tfrecord", tmp_path / "t.tfrecord", features=features, stream=stream)
        np.testing.assert_array_equal(cells(dataset), cells(expected))
    more = reading.read_more(config.source, dataset.info, dataset.table)
    np.testing.assert_array_equal(cells(more), cells(expected))
    rows[7]["price"] = "7 kg"
    write_records(tmp_path / "t.tfrecord", map(example, rows))
    with pytest.raises(DataError, match=r"column 'price': expected an amount in 원.*; received '7 kg'"):
        reading.read_more(config.source, dataset.info, dataset.table)


def test_statistics_of_dates_are_those_in_memory(tmp_path: Path) -> None:
    path = as_text(tmp_path / "t.csv")
    found = []
    for stream in (False, True):
        dataset, config = read("csv", path, stream=stream)
        dataset, splits, encoding = encode(dataset, split_as(dataset, config))
        preprocessing = fit(dataset.info, splits.train, encoding)
        found.append(
            (
                len(splits.train),
                dict(
                    zip(
                        dataset.info.feature_names, zip(preprocessing.mean, preprocessing.std, strict=True), strict=True
                    )
                ),
            )
        )
    (_, held), (_, streamed) = found
    assert held.keys() == streamed.keys()
    for name in ("when: days since the first", "price"):
        assert streamed[name][0] == pytest.approx(held[name][0], rel=0.2)
        assert streamed[name][1] == pytest.approx(held[name][1], rel=0.2)
    assert streamed["when: month (sin)"] == (0.0, 1.0)


@pytest.mark.parametrize("stream", [False, True])
def test_other_files_are_to_be_stored_alike(stream: bool, tmp_path: Path) -> None:
    path, clocks = tmp_path / "t.parquet", [f"{i % 24:02}:30" for i in range(40)]
    pq.write_table(pa.table({"n": range(40), "at": clocks, "y": np.arange(40) / 3}), path)
    dataset, config = read("parquet", path, target="y", stream=stream)
    stamps = pa.array([datetime(2024, 3, 5, i % 24, 30) for i in range(40)])
    for column, told in (("at", "expected a time, as '00:30'"), ("n", "expected a number")):
        columns = {"n": range(40), "at": clocks, "y": np.arange(40) / 3, column: stamps}
        pq.write_table(pa.table(columns), path)
        with pytest.raises(DataError, match=rf"column '{column}' holds timestamp\[us\]; {told}"):
            reading.read_more(config.source, dataset.info, dataset.table)
