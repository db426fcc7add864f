"""Amounts and dates in rows to predict, however they come: they give what they gave in training."""

import csv
import io
import json
import sys
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from user_tables import Run, train

import dnnctl as api

pytestmark = pytest.mark.usefixtures("no_plots")
ROWS = 120
WHEN = [datetime(2023, 1 + i * 7 % 12, 1 + i * 5 % 28, i % 24, 30) for i in range(ROWS)]
SIZES = [20 + i * 37 % 100 for i in range(ROWS)]


def table(form: str = "%d.%m.%Y %H:%M") -> str:
    rows = [
        f"{when.strftime(form)};{size},5 ㎡;{i % 9} %;{(size * 1000 + i):,}원"
        for i, (when, size) in enumerate(zip(WHEN, SIZES, strict=True))
    ]
    return "when;size;share;price\n" + "\n".join(rows) + "\n"


def answers(text: str) -> list[float]:
    return [float(row["prediction"]) for row in csv.DictReader(io.StringIO(text))]


@pytest.fixture
def run(dnnctl: Run) -> str:
    Path("t.csv").write_text(table(), encoding="utf-8")
    return str(train(dnnctl, "{path: t.csv, target: price}", "--set", "training.epochs=2")["run"])


def test_tables_values_and_files_with_types_are_answered_alike(dnnctl: Run, run: str) -> None:
    _, out, err = dnnctl("predict", run, "t.csv", "--format", "csv")
    expected = answers(out)
    assert len(expected) == ROWS, err
    assert next(csv.DictReader(io.StringIO(out)))["unit"] == "원"

    Path("iso.csv").write_text(table("%Y-%m-%dT%H:%M:00"), encoding="utf-8")
    assert answers(dnnctl("predict", run, "iso.csv", "--format", "csv")[1]) == expected
    stored = {
        "when": pa.array(WHEN, pa.timestamp("us")),
        "size": pa.array([f"{size},5" for size in SIZES]),
        "share": pa.array([float(i % 9) for i in range(ROWS)]),
    }
    pq.write_table(pa.table(stored), "t.parquet")
    assert answers(dnnctl("predict", run, "t.parquet", "--format", "csv")[1]) == pytest.approx(expected)
    value = f'{WHEN[0].isoformat()},"{SIZES[0]},5 ㎡",0'
    assert answers(dnnctl("predict", run, "--value", value, "--format", "csv")[1]) == pytest.approx(expected[:1])
    status, out, err = dnnctl("evaluate", run, "--data", "iso.csv", "--json")
    assert status == 0, err
    assert json.loads(out)["rows"] == ROWS


def test_values_of_python_are_answered_as_their_texts(dnnctl: Run, run: str) -> None:
    opened = api.load(run)
    texts = {
        "when": [when.isoformat() for when in WHEN],
        "size": [f"{size},5 ㎡" for size in SIZES],
        "share": ["1 %"] * ROWS,
    }
    expected = opened.predict(texts).scores
    values = {"when": WHEN, "size": [size + 0.5 for size in SIZES], "share": [1] * ROWS}
    np.testing.assert_array_equal(opened.predict(values).scores, expected)
    clocks = {**values, "when": np.array(WHEN, "datetime64[ns]"), "size": np.array(SIZES) + 0.5}
    np.testing.assert_array_equal(opened.predict(clocks).scores, expected)
    records = [dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True)]
    np.testing.assert_array_equal(opened.predict(records).scores, expected)
    pandas = sys.modules.get("pandas") or pytest.importorskip("pandas")
    np.testing.assert_array_equal(opened.predict(pandas.DataFrame(values)).scores, expected)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("2024-13-01;5 ㎡;1 %", "p.csv:3: column 'when': expected a date, as '"),
        ("1.2.2024;5 kg;1 %", "p.csv:3: column 'size': expected an amount in m2, as '"),
        ("1.2.2024;5 ㎡;much", "p.csv:3: column 'share': expected a percentage, as '"),
    ],
)
def test_a_cell_that_does_not_fit_is_one_error(dnnctl: Run, run: str, row: str, told: str) -> None:
    Path("p.csv").write_text(f"when;size;share\n1.2.2024;5 ㎡;1 %\n{row}\n", encoding="utf-8")
    status, _, err = dnnctl("predict", run, "p.csv")
    assert status == 1
    assert told in err
    assert err.count("\n") == 1
    value = row.replace(";", ",")
    status, _, err = dnnctl("predict", run, "--value", value)
    assert status == 2
    assert told.partition(": ")[2] in err


def test_signs_of_other_scripts_are_read_by_a_network_of_plain_numbers(dnnctl: Run) -> None:
    Path("t.csv").write_text("a,b,y\n" + "".join(f"{i % 9 - 4},{i % 5},{i % 7}.5\n" for i in range(60)))
    run = train(dnnctl, "{path: t.csv, target: y}", "--set", "training.epochs=2")["run"]
    Path("plain.csv").write_text("a,b\n-4,1\n-2.5,3\n")
    Path("other.csv").write_text("a,b\n−4,１\n–2.5,3\n", encoding="utf-8")
    expected = answers(dnnctl("predict", run, "plain.csv", "--format", "csv")[1])
    assert answers(dnnctl("predict", run, "other.csv", "--format", "csv")[1]) == expected
    assert answers(dnnctl("predict", run, "--value", "−4,１", "--format", "csv")[1]) == expected[:1]


def test_a_table_of_another_country_is_read_with_its_marks(dnnctl: Run) -> None:
    rows = "".join(f"{i % 9},{i % 7}2 %;{1 + i % 5}.{i * 37 % 1000:03},50;{i}\n" for i in range(60))
    Path("t.csv").write_text("share;price;y\n" + rows)
    run = train(dnnctl, "{path: t.csv, target: y}", "--set", "training.epochs=2")["run"]
    Path("same.csv").write_text("share;price\n12,5;4000\n12,5 %;4.000\n")
    Path("other.csv").write_text('share,price\n12.5,4000\n12.5 %,"4,000.00"\n')
    expected = answers(dnnctl("predict", run, "same.csv", "--format", "csv")[1])
    assert len(set(expected)) == 1
    assert answers(dnnctl("predict", run, "other.csv", "--format", "csv")[1]) == expected
    for value in ("12.5,4000", '"12,5 %",4.000'):
        assert answers(dnnctl("predict", run, "--value", value, "--format", "csv")[1]) == pytest.approx(expected[:1])


def test_amounts_of_one_column_have_one_mark_of_decimals(dnnctl: Run) -> None:
    weights = [f"{10 + i % 9},5 kg" if i % 3 else f"1,25{i % 10} kg" for i in range(ROWS)]
    for name, mark in (("t.csv", ";"), ("comma.csv", ",")):
        rows = [mark.join((f'"{weight}"', f"{i % 4}", f"{i % 7}")) for i, weight in enumerate(weights)]
        Path(name).write_text("\n".join([mark.join(("weight", "n", "y")), *rows]) + "\n")
    run = str(train(dnnctl, "{path: t.csv, target: y, task: regression}", "--set", "training.epochs=2")["run"])
    expected = answers(dnnctl("predict", run, "t.csv", "--format", "csv")[1])
    assert answers(dnnctl("predict", run, "comma.csv", "--format", "csv")[1]) == expected

    # Those alone that could be thousands are no thousands for this.
    Path("few.csv").write_text("weight,n,y\n" + "".join(f'"{weights[i]}",{i % 4},0\n' for i in range(0, ROWS, 3)))
    assert answers(dnnctl("predict", run, "few.csv", "--format", "csv")[1]) == expected[::3]
    # Where other cells are sure to have points, they are.
    Path("points.csv").write_text('weight,n,y\n"1,250 kg",0.5,0\n')
    large = answers(dnnctl("predict", run, "--value", "1250,0.5", "--format", "csv")[1])
    assert answers(dnnctl("predict", run, "points.csv", "--format", "csv")[1]) == large
    assert large != answers(dnnctl("predict", run, "--value", '"1,250",0.5', "--format", "csv")[1])


def test_numbers_beside_texts_are_no_texts(dnnctl: Run) -> None:
    rows = [f"{i % 90},{i % 10}5;{'red' if i % 2 else 'blue'};{i % 7}" for i in range(ROWS)]
    Path("t.csv").write_text("x;colour;y\n" + "\n".join(rows).replace(";red", " kg;red").replace(";blue", " kg;blue"))
    opened = api.load(
        str(train(dnnctl, "{path: t.csv, target: y, task: regression}", "--set", "training.epochs=2")["run"])
    )
    named = opened.predict({"x": [1.234, 12], "colour": ["red", "blue"]}).scores
    np.testing.assert_array_equal(opened.predict([[1.234, "red"], [12, "blue"]]).scores, named)
    np.testing.assert_array_equal(opened.predict([["1,234 kg", "red"], ["12,0", "blue"]]).scores, named)
