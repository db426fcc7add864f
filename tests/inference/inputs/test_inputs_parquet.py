"""Rows out of Parquet files: columns by name, groups one after the other."""

from dataclasses import replace
from datetime import datetime, time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dnnctl.data.encoding import Encoding
from dnnctl.data.fitted_column import FittedColumn
from dnnctl.datasets.base import DatasetInfo
from dnnctl.datasets.columns import Column
from dnnctl.datasets.forms.amount import Amount
from dnnctl.datasets.forms.dates import Dates
from dnnctl.errors import DataError
from dnnctl.inference.inputs.base import Inputs, InputSpec, joined
from dnnctl.inference.read_inputs import read_all, read_parts

NUMBERS = InputSpec(DatasetInfo("t", "regression", (2,), feature_names=("weight", "age"), target="height"))
COLUMNS = (FittedColumn("size", "number", fill=3.0), FittedColumn("kind", "category", ("a", "b"), 0.0, (0.5, 0.5, 0)))
DAY, TIME = Dates("ymd", "day", None, "2024-03-05"), Dates("ymd", "time", None, "14:05")
NAMES = ("size", "kind=a", "kind=b", "kind=(unknown)")


def mixed(missing: str) -> InputSpec:
    info = DatasetInfo("t", "binary", (4,), ("no", "yes"), feature_names=NAMES)
    return InputSpec(info, table=Encoding(COLUMNS, (Column("y", "boolean"),), missing))


def write(path: Path, group: int = 3, **columns: Any) -> str:
    pq.write_table(pa.table(columns), path, row_group_size=group)
    return str(path)


def test_groups_are_read_one_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dnnctl.inference.read_inputs.ROWS", 1)
    path = write(tmp_path / "p.parquet", age=np.arange(8), other=["x"] * 8, weight=np.arange(8) / 4)
    parts = list(read_parts([path], NUMBERS))
    assert [len(part) for part in parts] == [3, 3, 2]
    assert joined(parts).x.tolist() == [[i / 4, i] for i in range(8)]
    assert list(joined(parts).names) == [f"{path}[{i}]" for i in range(8)]
    assert joined(parts).notes == (f"{path}: columns ignored: 'other'",)


def test_columns_without_the_features_names_are_taken_by_position(tmp_path: Path) -> None:
    path = write(tmp_path / "p.parquet", a=[1.0, 2], b=[3, 4])
    inputs = read_all([path], NUMBERS)
    assert inputs.x.tolist() == [[1, 3], [2, 4]]
    assert inputs.notes == (f"{path}: columns taken by position: a, b",)


def rows(missing: str, tmp_path: Path) -> Inputs:
    kinds = ["a", "b", "new", "a", "b", "b"]
    path = write(tmp_path / "p.parquet", 4, kind=kinds, size=[1.0, None, 2, 5, 6, None], y=[True] * 6)
    return read_all([path], mixed(missing))


def test_empty_cells_and_new_words_are_as_they_were_trained(tmp_path: Path) -> None:
    filled = rows("impute", tmp_path)
    assert filled.x[:, 0].tolist() == [1, 3, 2, 5, 6, 3]
    assert filled.x[2].tolist() == [2, 0.5, 0.5, 0]
    assert filled.notes == (f"{tmp_path}/p.parquet: column 'kind': taken as (unknown): 'new'",)
    dropped = rows("drop", tmp_path)
    assert dropped.x[:, 0].tolist() == [1, 2, 5, 6]
    assert [name.rpartition("[")[2] for name in dropped.names] == ["0]", "2]", "3]", "4]"]
    with pytest.raises(DataError, match=r"p\.parquet, row group 0: column 'size', row 2 of the group: is empty"):
        rows("error", tmp_path)


@pytest.mark.parametrize(
    ("columns", "spec", "message"),
    [
        ({"weight": [1.0]}, NUMBERS, "missing column 'age'"),
        ({"weight": [1.0, np.inf], "age": [1, 2]}, NUMBERS, r"\[1\]: column 'weight': expected a finite number"),
        ({"weight": [1.0], "age": ["old"]}, NUMBERS, "column 'age': expected a number"),
        ({"kind": ["a"]}, mixed("impute"), "missing column 'size'"),
        ({"kind": ["a"], "size": [np.inf]}, mixed("impute"), "column 'size', row 1 of the group: expected a finite"),
        ({"kind": ["a"], "size": [np.nan]}, mixed("drop"), "every row has an empty cell"),
        ({"weight": np.zeros(0), "age": np.zeros(0)}, NUMBERS, "holds no rows"),
    ],
)
def test_what_does_not_fit_is_named(columns: dict[str, Any], spec: InputSpec, message: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=message):
        read_all([write(tmp_path / "p.parquet", **columns)], spec)


def test_a_file_that_is_cut_off_is_named(tmp_path: Path) -> None:
    path = Path(write(tmp_path / "p.parquet", age=np.arange(9), weight=np.arange(9.0)))
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DataError, match=r"p\.parquet: is not a whole Parquet file"):
        read_all([str(path)], NUMBERS)


def test_what_names_a_row_is_no_empty_cell(tmp_path: Path) -> None:
    path = write(tmp_path / "p.parquet", 2, who=["none", "7", "8"], kind=["a", "b", "7"], size=[1.0, 2, 3])
    spec = mixed("impute")
    encoding = spec.table
    assert encoding is not None
    spec = replace(spec, id="who", table=replace(encoding, missing_values=("none", "7")))
    assert read_all([path], spec).ids == ("none", "7", "8")


WHEN = [datetime(2024, 3, 5, 14, 5), datetime(2024, 3, 6, 15, 0)]
STAMPS = pa.array(WHEN, pa.timestamp("us"))


def dated(*columns: FittedColumn) -> InputSpec:
    names = tuple(name for column in columns for name in column.names)
    info = DatasetInfo("t", "regression", (len(names),), feature_names=names)
    return InputSpec(info, table=Encoding(columns, (Column("y", "number"),), "error"))


@pytest.mark.parametrize(
    ("column", "stored", "told"),
    [
        (FittedColumn("when", "number"), STAMPS, r"holds timestamp\[us\]; expected a number"),
        (FittedColumn("when", "boolean", ("no", "yes")), STAMPS, "expected yes or no"),
        (FittedColumn("when", "number", form=Amount("kg", ".", "", "2 kg")), STAMPS, "expected an amount in kg"),
        (FittedColumn("when", "date", ("hour (sin)",), form=TIME), STAMPS, "expected a time, as '14:05'"),
        (
            FittedColumn("when", "date", ("year",), form=DAY),
            pa.array([time(14, 5)] * 2),
            "holds time64.*expected a date",
        ),
        (FittedColumn("when", "number"), pa.array([[1], [2]]), "holds list"),
        (FittedColumn("when", "number"), STAMPS.dictionary_encode(), "holds timestamp"),
    ],
)
def test_a_column_stored_as_something_else_is_refused(
    column: FittedColumn, stored: Any, told: str, tmp_path: Path
) -> None:
    path = write(tmp_path / "p.parquet", when=stored)
    with pytest.raises(DataError, match=f"column 'when' .*{told}"):
        read_all([path], dated(column))


def test_numbers_stored_as_something_else_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "p.parquet", age=[1, 2], weight=STAMPS)
    with pytest.raises(DataError, match=r"column 'weight' holds timestamp.*expected a number"):
        read_all([path], NUMBERS)


def test_dates_in_a_dictionary_are_dates(tmp_path: Path) -> None:
    spec = dated(FittedColumn("when", "date", ("year", "days since the first"), form=DAY))
    plain = read_all([write(tmp_path / "p.parquet", when=STAMPS)], spec)
    inputs = read_all([write(tmp_path / "d.parquet", when=STAMPS.dictionary_encode())], spec)
    np.testing.assert_array_equal(inputs.x, plain.x)
    clock = dated(FittedColumn("when", "date", ("hour (sin)",), form=TIME))
    assert len(read_all([write(tmp_path / "t.parquet", when=[each.time() for each in WHEN])], clock)) == 2
