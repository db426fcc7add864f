"""Rows that Python holds come to what the same rows in a file come to."""

import csv
import math
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dnnctl
from dnnctl.errors import DataError, DnnctlError, UsageError

NEW: list[dict[str, Any]] = [
    {"extra": 1, "pay": 1.5, "member": "yes", "city": "Köln", "age": 20},
    {"extra": 2, "pay": None, "member": "no", "city": "Paris", "age": 30},
    {"extra": 3, "pay": 3.25, "member": "YES", "city": "a, b", "age": 41},
    {"extra": 4, "pay": 1 / 3, "member": "no", "city": 'x"y', "age": 50.125},
]
WHOLE = [row for row in NEW if row["pay"] is not None]


def as_frame(library: str, rows: list[dict[str, Any]]) -> Any:
    return pytest.importorskip(library, reason=f"makes a frame of {library}").DataFrame(rows)


def as_columns(rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in rows[0]}


def as_array(rows: list[dict[str, Any]]) -> np.ndarray:
    return np.array([[row[name] for name in ("city", "age", "member", "pay")] for row in rows], dtype=object)


FORMS = {
    "dicts": list,
    "columns": as_columns,
    "array": as_array,
    "lists": lambda rows: as_array(rows).tolist(),
    "nan": lambda rows: [{k: math.nan if v is None else v for k, v in row.items()} for row in rows],
    "pandas": lambda rows: as_frame("pandas", rows),
    "pandas nullable": lambda rows: as_frame("pandas", rows).convert_dtypes(),
    "rows of pandas": lambda rows: [row for _, row in as_frame("pandas", rows).iterrows()],
    "records": lambda rows: as_frame("pandas", rows).to_records(index=False),
    "polars lazy": lambda rows: as_frame("polars", [{**row, "age": float(row["age"])} for row in rows]).lazy(),
    "polars": lambda rows: as_frame("polars", [{**row, "age": float(row["age"])} for row in rows]),
}


def written(rows: list[dict[str, Any]]) -> Path:
    path = Path("new.csv")
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.mark.parametrize("form", FORMS)
def test_a_table_comes_to_what_its_file_comes_to(table_run: Any, form: str) -> None:
    rows = WHOLE if table_run.config.name == "error" else NEW
    from_file = table_run.predict(written(rows))
    said = table_run.predict(FORMS[form](rows))
    assert np.array_equal(said.scores, from_file.scores)
    # An array has no columns to ignore.
    expected = [note.replace("new.csv", "rows") for note in from_file.notes]
    assert list(said.notes) == expected[1 if form in {"array", "lists"} else 0 :]
    lines = [int(name.partition(":")[2]) for name in from_file.names]
    assert said.names == tuple(f"rows[{line - 2}]" for line in lines)


@pytest.mark.parametrize("table_run", ["error"], indirect=True)
def test_an_empty_cell_is_named_where_it_is_refused(table_run: Any) -> None:
    with pytest.raises(DataError, match=r"rows: 1 cell is empty:\n  column 'pay': row 1\n"):
        table_run.predict(NEW)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"age": "x"}, r"^rows\[1\]: column 'age': expected a number; received 'x'"),
        ({"member": "perhaps"}, r"^rows\[1\]: column 'member': expected 'no' or 'yes'; received 'perhaps'"),
    ],
)
def test_a_cell_that_does_not_fit_is_named_by_its_row(table_run: Any, row: dict[str, Any], message: str) -> None:
    # A line break in a cell makes two lines of a row.
    first = {**WHOLE[0], "city": "two\nlines"}
    with pytest.raises(DataError, match=message):
        table_run.predict([first, {**WHOLE[0], **row}])


def test_true_is_the_word_that_the_training_table_has_for_it(table_run: Any) -> None:
    said = table_run.predict([{**WHOLE[0], "member": True}, {**WHOLE[0], "member": np.bool_(False)}])
    assert np.array_equal(said.scores, table_run.predict([WHOLE[0], {**WHOLE[0], "member": "no"}]).scores)


def test_a_single_row_is_a_dict_of_single_values(table_run: Any) -> None:
    assert np.array_equal(table_run.predict(WHOLE[0]).scores, table_run.predict(WHOLE[:1]).scores)
    assert np.array_equal(table_run.predict(tuple(as_array(WHOLE)[0])).scores, table_run.predict(WHOLE[:1]).scores)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({"age": [1, 2], "pay": [1]}, "`rows`: expected columns of one length; received 2 of 'age', 1 of 'pay'"),
        ({"age": [1, 2], "pay": 1}, "`rows`: expected columns, or single values for one row; received both"),
        ([{k: v for k, v in row.items() if k != "age"} for row in WHOLE], "rows: missing column 'age'; it has"),
        (np.zeros((3, 7)), r"columns 'city', 'age', 'member', 'pay': expected shape \(n, 4\); received \(3, 7\)"),
        ([], r"expected shape \(n, 4\); received \(0,\)"),
        ([[1, 2], [3]], "`rows`: expected rows of one length"),
    ],
)
def test_rows_of_no_table_are_refused(table_run: Any, rows: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        table_run.predict(rows)


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_a_frame_is_read_by_the_names_of_its_columns(heights: Any, library: str) -> None:
    frame = as_frame(library, [{"shoe": 40, "Weight": 75.0}, {"shoe": 42, "Weight": 90.0}])
    said = heights.predict(frame)
    assert np.array_equal(said.values, heights.predict([[75.0], [90.0]]).values)
    assert said.notes == ("rows: columns ignored: 'shoe'",)
    assert np.array_equal(heights.predict(frame["Weight"]).values, said.values)


def test_a_row_of_a_frame_is_read_by_its_labels(table_run: Any) -> None:
    frame = as_frame("pandas", WHOLE)
    assert table_run.predict(frame.iloc[1]).scores == table_run.predict(WHOLE[1]).scores
    assert table_run.predict(frame.to_records(index=False)[1]).scores == table_run.predict(WHOLE[1]).scores
    with pytest.raises(DataError, match="missing column 'age'; it has"):
        table_run.predict(frame.iloc[1].drop("age"))
    # Values that are counted are in the order of the columns.
    counted = as_frame("pandas", as_array(WHOLE)).iloc[1]
    assert table_run.predict(counted).scores == table_run.predict(WHOLE[1]).scores


def test_a_row_of_a_database_is_read_by_its_labels(heights: Any) -> None:
    database = sqlite3.connect(":memory:")
    database.row_factory = sqlite3.Row
    found = database.execute("SELECT 7 AS shoe, 75 AS weight").fetchall()
    database.close()
    assert heights.predict(found).values == heights.predict(found[0]).values == heights.predict([75]).values


def test_columns_of_one_name_are_refused(table_run: Any) -> None:
    frame = as_frame("pandas", WHOLE)
    frame.columns = ["age", *frame.columns[1:]]
    for rows in (frame, frame.iloc[1]):
        with pytest.raises(
            DataError, match="`rows`: expected columns of different names; received several called 'age'"
        ):
            table_run.predict(rows)


@pytest.mark.parametrize("table_run", ["drop", "impute"], indirect=True)
def test_a_frame_of_predictions_has_the_index_of_the_rows(table_run: Any) -> None:
    frame = as_frame("pandas", NEW).set_index(as_frame("pandas", {"id": list("wxyz")})["id"])
    expected = list("wxyz" if table_run.config.name == "impute" else "wyz")
    assert table_run.predict(frame).to_pandas().index.tolist() == expected
    assert table_run.predict(NEW).to_pandas().index.tolist() == list(range(len(expected)))


@pytest.mark.parametrize("nothing", [None, math.nan])
def test_an_empty_cell_of_a_number_is_refused_with_its_row(heights: Any, nothing: Any) -> None:
    with pytest.raises(DataError, match=r"^rows\[1\]: column 'weight': expected a finite number"):
        heights.predict([{"weight": 75}, {"weight": nothing}])


def test_pictures_are_arrays_or_frames_of_pixels(digits: Any) -> None:
    pixels = np.random.default_rng(0).integers(0, 17, (5, 64))
    expected = digits.predict(pixels).probabilities
    assert np.array_equal(digits.predict(pixels.reshape(5, 8, 8)).probabilities, expected)
    assert np.allclose(digits.predict(pixels[2]).probabilities, expected[2:3], atol=1e-6)
    named = {"label": np.arange(5), **{f"pixel{i}": pixels[:, i] for i in range(64)}}
    assert np.array_equal(digits.predict(named).probabilities, expected)
    # A frame that was given no names counts its columns.
    assert np.array_equal(digits.predict(as_frame("pandas", pixels)).probabilities, expected)


def test_paths_are_read_as_the_command_reads_them(digits: Any) -> None:
    pixels = np.random.default_rng(0).integers(0, 17, (5, 8, 8))
    np.save("five.npy", pixels)
    one, two = digits.predict("five.npy"), digits.predict([Path("five.npy"), "five.npy"])
    assert one.names[3] == "five.npy[3]"
    assert np.array_equal(one.probabilities, digits.predict(pixels).probabilities)
    assert len(two) == 10
    with pytest.raises(DataError, match="no such file"):
        digits.predict("none.npy")


def test_what_does_not_apply_is_refused(digits: Any, heights: Any) -> None:
    pixels = np.zeros((1, 64))
    with pytest.raises(UsageError, match="`invert`"):
        heights.predict([75], invert=True)
    with pytest.raises(UsageError, match="either `sample` or"):
        digits.predict(pixels, sample=3)
    with pytest.raises(UsageError, match="nothing to predict; expected `rows` or `sample`"):
        digits.predict()
    with pytest.raises(UsageError, match="unknown engine 'nump'; did you mean 'numpy'"):
        digits.predict(pixels, engine="nump")


def test_whole_numbers_that_pandas_made_floating_ones_are_their_categories(outputs: Path, one_plot: None) -> None:
    Path("kinds.csv").write_text("kind,z,y\n" + "".join(f"{n % 3},{n},{n % 3 * 2.5}\n" for n in range(90)))
    source = {"path": "kinds.csv", "target": "y", "missing": "impute", "types": {"kind": "category"}}
    config = {"data": {"csv": source}, "model": {"layers": []}, "training": {"epochs": 2}}
    run = dnnctl.train(config, engine="numpy", out=outputs)
    frame = as_frame("pandas", [{"kind": 1, "z": 1}, {"kind": None, "z": 1}])
    said = run.predict(frame)
    assert frame["kind"].dtype == np.float64
    assert not any("unknown" in note for note in said.notes)
    assert said.scores[0] == run.predict({"kind": "1", "z": 1}).scores[0]


ODD = [
    *({}, [], [{}], [[]], {1, 2}, b"ab", 3j, object(), "", ".", "-", "\0", np.zeros((0, 64)), np.zeros((2, 2, 2, 2))),
    *({"weight": {"a": 1}}, {"weight": []}, [{"weight": 1}, 3], [{"weight": 1}, {"other": 2}], [[1, [2]]]),
    *({"weight": [math.inf]}, {"weight": [10**400]}, {"weight": ["\ud800"]}, {"weight": iter([1])}, [None], ["\0"]),
    {"weight": np.zeros((2, 2))},
]


@pytest.mark.parametrize("rows", ODD, ids=[f"{type(rows).__name__}-{i}" for i, rows in enumerate(ODD)])
def test_odd_rows_are_refused_in_words(digits: Any, heights: Any, rows: Any) -> None:
    for run in (digits, heights):
        with pytest.raises(DnnctlError) as caught:
            run.predict(rows)
        assert str(caught.value)


def test_a_frame_without_rows_is_refused(table_run: Any) -> None:
    with pytest.raises(DataError, match=r"`rows`: the network takes .*; received no rows"):
        table_run.predict({"sex": [], "height": []})


def test_no_columns_are_no_rows(table_run: Any) -> None:
    for rows in ({}, [{}], as_frame("pandas", [])):
        with pytest.raises(DataError, match=r"`rows`: the network takes .*; received no columns"):
            table_run.predict(rows)
