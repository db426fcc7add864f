"""Text that is read in pieces has the cells, the kinds and the faults that it has when it is read whole."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from user_tables import shelter

from dnnctl.config.schema import DataConfig
from dnnctl.datasets import read as reading
from dnnctl.datasets.base import Dataset, Places
from dnnctl.datasets.samples import held
from dnnctl.errors import DataError


@pytest.fixture(autouse=True)
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DNNCTL_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr("dnnctl.datasets.streams.text.PIECE", 300)


def late_text() -> str:
    rows = [f"{i % 7},{i % 5},{'xy'[i % 2]}" for i in range(2000)]
    rows[1500:1900] = [f"{['late', 'later'][i % 2]},3,{'xy'[i % 2]}" for i in range(400)]
    return "a,b,y\n" + "\n".join(rows) + "\n"


TABLES: dict[str, tuple[str | bytes, dict[str, Any]]] = {
    "decimal commas, gaps, yes and no": (shelter(), {"target": "vermittelt", "missing": "impute"}),
    "rows dropped": (shelter(), {"target": "vermittelt", "missing": "drop"}),
    "old encoding": (shelter().encode("cp1252"), {"target": "vermittelt", "missing": "impute"}),
    "line breaks in quotes": (
        "a,text,y\n" + "".join(f'{i % 3},"one\n{"two" * (i % 2)}, {i % 5}",{i % 2}\n' for i in range(200)),
        {"target": "y"},
    ),
    "windows line ends": ("a,b,y\r\n" + "".join(f"{i % 9},{i % 4},{i % 2}\r\n" for i in range(300)), {"target": "y"}),
    "old mac line ends": ("a,b,y\r" + "".join(f"{i % 9},{i % 4},{i % 2}\r" for i in range(300)), {"target": "y"}),
    "text that comes late": (late_text(), {"target": "y"}),
    "no header": ("".join(f"{i % 9};{i % 4};{i % 2}\n" for i in range(300)), {"target": "column_3"}),
    "columns without names": ("a,y,,\n" + "".join(f"{i % 9},{i % 2},,\n" for i in range(99)), {"target": "y"}),
    "numbers to predict": ("a,b,y\n" + "".join(f"{i % 9},{i % 4},{i / 7}\n" for i in range(300)), {"target": "y"}),
    "codes": ("zip,b,y\n" + "".join(f"0{i % 9}7,{i % 4},{i % 2}\n" for i in range(300)), {"target": "y"}),
    "dates, amounts and other signs": (
        "when,price,share,change,size,y\n"
        + "".join(
            f'2024-{i % 12 + 1:02}-{i % 28 + 1:02},"{1 + i % 40},{i * 37 % 1000:03}원",{i % 7}.5 %,'
            f"{'−' if i > 150 else ''}{i % 3}.25,{i % 50}{'㎡' if i < 150 else 'm²'},{i % 2}\n"
            for i in range(300)
        ),
        {"target": "y"},
    ),
    "dates and amounts as said": (
        "when,price,y\n" + "".join(f"202403{i % 28 + 1:02},{i % 40},{i % 9} kg\n" for i in range(300)),
        {"target": "y", "types": {"when": "date", "price": "amount"}},
    ),
    "amounts but for one": (
        "price,y\n" + "".join(f"{f'{i % 9} €' if i != 200 else 'free or so'},{i % 2}\n" for i in range(300)),
        {"target": "y", "types": {"price": "category"}},
    ),
    "kinds as said": (
        "zip,b,y\n" + "".join(f"{i % 9},{i % 2},{i % 2}\n" for i in range(300)),
        {"target": "y", "types": {"zip": "category", "b": "category"}, "columns": ["b", "zip"]},
    ),
}


def read(path: Path, options: dict[str, Any], *, stream: bool) -> Dataset:
    config = DataConfig.model_validate({"csv": {"path": str(path), **options, "stream": stream}})
    return reading.read(config.source, Places())


@pytest.mark.parametrize("name", TABLES)
def test_cells_kinds_and_warnings_are_those_of_a_whole_table(name: str, tmp_path: Path) -> None:
    contents, options = TABLES[name]
    path = tmp_path / "t.csv"
    path.write_bytes(contents if isinstance(contents, bytes) else contents.encode())
    whole, streamed = read(path, options, stream=False), read(path, options, stream=True)
    rows = next(streamed.train.blocks(10_000))

    assert whole.table is not None
    assert streamed.table is not None
    assert streamed.table.columns == whole.table.columns
    np.testing.assert_array_equal(rows.x, held(whole.train).x)
    np.testing.assert_array_equal(rows.y, held(whole.train).y)
    assert streamed.info == whole.info
    found_out_late = {"leakage", "identifier_column", "constant_column"}
    expected = [notice for notice in whole.warnings if notice.code not in found_out_late]
    assert [notice for notice in streamed.warnings if notice.code != "sorted_rows"] == expected
    again = read(path, options, stream=True)
    np.testing.assert_array_equal(next(again.train.blocks(10_000)).x, rows.x)


def lines(change: Callable[[list[str]], None]) -> str:
    rows = ["a,b,y", *(f"{i % 9},{i % 4},{i % 2}" for i in range(400))]
    change(rows)
    return "\n".join(rows) + "\n"


@pytest.mark.parametrize(
    ("table", "options", "told"),
    [
        (lines(lambda rows: rows.insert(300, "1,2")), {}, r"t\.csv:301: expected 3 cells .* received 2"),
        (
            lines(lambda rows: rows.__setitem__(300, "1,much,0")),
            {"types": {"b": "number"}},
            r"t\.csv:301: column 'b': expected a number; received 'much'",
        ),
        (
            lines(lambda rows: rows.__setitem__(300, "1,1e60,0")),
            {},
            r"t\.csv:301: column 'b': expected a finite number",
        ),
        (lines(lambda rows: rows.__setitem__(300, '1,"2,0')), {}, "a quote is opened and not closed"),
        (
            lines(lambda rows: rows.__setitem__(300, "1,,0")),
            {},
            r"cells are empty: 'b' 1; the first in t\.csv, from line",
        ),
        (
            "day,y\n" + "".join(f"{i % 28 + 1:02}.01.24,{i % 2}\n" for i in range(200)),
            {},
            "column 'day' holds dates or times",
        ),
        (
            "flag,y\n" + "".join(f"{['yes', 'no', 'perhaps'][i % 3]},{i % 2}\n" for i in range(200)),
            {"types": {"flag": "boolean"}},
            "column 'flag': expected 'yes' or 'no'; received 'perhaps'",
        ),
    ],
)
def test_faults_are_told_with_the_line_where_it_is_known(
    table: str, options: dict[str, Any], told: str, tmp_path: Path
) -> None:
    path = tmp_path / "t.csv"
    path.write_text(table)
    with pytest.raises(DataError, match=told):
        read(path, {"target": "y", **options}, stream=True)
    assert not list((tmp_path / "cache").rglob("cells.npy"))


def test_a_full_disk_is_told_before_anything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from shutil import _ntuple_diskusage

    monkeypatch.setattr("shutil.disk_usage", lambda _: _ntuple_diskusage(10, 10, 100))
    path = tmp_path / "t.csv"
    path.write_text(lines(lambda rows: None))
    with pytest.raises(DataError, match=r"takes 0 MB; 0 MB are free\. Make room, or set DNNCTL_CACHE_DIR"):
        read(path, {"target": "y"}, stream=True)
    assert not list((tmp_path / "cache").rglob("*.npy"))


def test_what_was_left_half_written_is_swept_away_after_a_day(tmp_path: Path) -> None:
    path, cache = tmp_path / "t.csv", tmp_path / "cache" / "streams"
    path.write_text(lines(lambda rows: None))
    for name, age in (("old", 100_000), ("at work", 60)):
        (cache / f".new.{name}").mkdir(parents=True)
        (cache / f".new.{name}" / "cells.npy").write_bytes(b"half")
        for each in (cache / f".new.{name}" / "cells.npy", cache / f".new.{name}"):
            os.utime(each, (time.time() - age, time.time() - age))
    read(path, {"target": "y"}, stream=True)
    assert [left.name for left in cache.glob(".new.*")] == [".new.at work"]
