"""Answers that are handed in: with the column that names rows, or their number, under the names that are asked for."""

import csv
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image
from pyarrow import parquet
from user_tables import Run, train

from dnnctl.inference import read_inputs
from dnnctl.inference.inputs import table

pytestmark = pytest.mark.usefixtures("no_plots")


def _people(rows: int = 60, first: int = 1, *, target: bool = True) -> str:
    draw = np.random.default_rng(first)
    lines = ["PassengerId,Pclass,Sex" + ",Survived" * target]
    for i in range(rows):
        kind = draw.choice(["male", "female"])
        lines.append(f"{first + i:04},{draw.integers(1, 4)},{kind}" + f",{int(kind == 'female')}" * target)
    return "\n".join(lines) + "\n"


def _trained(dnnctl: Run, more: str = "") -> None:
    Path("train.csv").write_text(_people(), encoding="utf-8")
    Path("test.csv").write_text(_people(9, 892, target=False), encoding="utf-8")
    train(dnnctl, f"{{path: train.csv, target: Survived, id: PassengerId{more}}}")


def _rows(text: str) -> list[list[str]]:
    return list(csv.reader(text.splitlines()))


def test_the_column_is_no_input_and_comes_back_as_it_is_written(dnnctl: Run) -> None:
    _trained(dnnctl)
    status, out, err = dnnctl("predict", "latest", "test.csv", "--format", "csv")
    assert status == 0
    assert "ignored" not in err
    rows = _rows(out)
    assert rows[0] == ["PassengerId", "prediction"]
    assert [row[0] for row in rows[1:]] == [f"{892 + i:04}" for i in range(9)]
    wanted = [line.split(",")[2] for line in Path("test.csv").read_text("utf-8").splitlines()[1:]]
    assert [row[1] for row in rows[1:]] == [str(int(each == "female")) for each in wanted]

    record = json.loads(dnnctl("predict", "latest", "test.csv", "--format", "json")[1])["predictions"][0]
    assert (record["name"], record["id"]) == ("test.csv:2", "0892")
    assert "confidence" in record
    # Rows of the run's own test split have no table that they are read from.
    assert _rows(dnnctl("predict", "latest", "--sample", "2", "--format", "csv")[1])[0][0] == "name"
    table = dnnctl("predict", "latest", "test.csv")[1].splitlines()
    assert table[0].split()[0] == "PassengerId"
    assert table[1].split()[0] == "0892"


def test_a_header_of_ones_own_and_a_file(dnnctl: Run) -> None:
    _trained(dnnctl)
    assert dnnctl("predict", "latest", "test.csv", "--header", "PassengerId,Survived", "-o", "s.csv")[0] == 0
    assert _rows(Path("s.csv").read_text("utf-8"))[:2] == [["PassengerId", "Survived"], ["0892", _first_answer()]]
    for given, told in (
        (["--header", "a,b,c", "--format", "csv"], "expected 2 names"),
        (["--header", "a,a", "--format", "csv"], "different names"),
        (["--header", "a,,b", "--format", "csv"], "--header"),
        (["--header", "a,b"], "--format csv"),
        (["--header", "a,b", "-o", "x.json"], "--format csv"),
    ):
        status, _, err = dnnctl("predict", "latest", "test.csv", *given)
        assert status == 2
        assert told in err


def _first_answer() -> str:
    return str(int(Path("test.csv").read_text("utf-8").splitlines()[1].split(",")[2] == "female"))


def test_parquet_and_rows_without_the_column(dnnctl: Run) -> None:
    _trained(dnnctl)
    parquet.write_table(
        pa.table({"Sex": ["male", "female"], "PassengerId": [7, 8], "Pclass": [1, 3]}), "t.parquet", row_group_size=1
    )
    rows = _rows(dnnctl("predict", "latest", "t.parquet", "--format", "csv")[1])
    assert rows == [["PassengerId", "prediction"], ["7", "0"], ["8", "1"]]

    Path("bare.csv").write_text("Pclass,Sex\n1,male\n", encoding="utf-8")
    status, out, err = dnnctl("predict", "latest", "bare.csv", "--format", "csv")
    assert status == 0
    assert _rows(out)[0][0] == "name"
    assert "has no column 'PassengerId'" in err


def test_rows_that_are_left_out_keep_the_others_names_and_are_not_counted(dnnctl: Run) -> None:
    _trained(dnnctl, ", missing: drop")
    Path("gap.csv").write_text("PassengerId,Pclass,Sex\n5,1,male\n6,,male\n7,2,female\n", encoding="utf-8")
    rows = _rows(dnnctl("predict", "latest", "gap.csv", "--format", "csv")[1])
    assert [row[0] for row in rows[1:]] == ["5", "7"]
    Path("gap.csv").write_text("Pclass,Sex\n1,male\n,male\n2,female\n", encoding="utf-8")
    status, _, err = dnnctl("predict", "latest", "gap.csv", "--header", "a,b", "-o", "s.csv")
    assert status == 2
    assert "numbers of rows would be wrong" in err
    assert not Path("s.csv").exists()


@pytest.mark.parametrize("form", ["csv", "json", "jsonl", "table"])
def test_a_last_part_without_rows_is_told(dnnctl: Run, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    _trained(dnnctl, ", missing: drop")
    monkeypatch.setattr(read_inputs, "LARGE", 0)
    monkeypatch.setattr(read_inputs, "ROWS", 2)
    monkeypatch.setattr(table, "PIECE", 64)
    Path("gap.csv").write_text("PassengerId,Pclass,Sex\n" + "5,1,male\n" * 8 + "6,,male\n" * 40, encoding="utf-8")
    status, out, err = dnnctl("predict", "latest", "gap.csv", "--format", form)
    assert status == 0
    assert "left out 2 of 2 rows" in out + err
    assert out.count("male") == 0
    if form == "csv":
        assert len(_rows(out)) == 9


def test_the_column_cannot_be_the_target_nor_missing(dnnctl: Run) -> None:
    Path("train.csv").write_text(_people(), encoding="utf-8")
    for name, told in (("Survived", "what is predicted"), ("PassengerID2", "did you mean 'PassengerId'")):
        Path("t.yaml").write_text(f"data: {{csv: {{path: train.csv, target: Survived, id: {name}}}}}\n", "utf-8")
        status, _, err = dnnctl("train", "t.yaml")
        assert status == 2
        assert "data.csv.id" in err
        assert told in err


def _digits(rows: int, *, label: bool) -> tuple[str, np.ndarray]:
    x = np.zeros((rows, 8, 8), int)
    y = np.arange(rows) % 2
    for i in range(rows):
        x[i, 1:7, 3:5] = 200 * (1 - y[i])
        x[i, 3:5, 1:7] += 200 * y[i]
    names = ["label"] * label + [f"pixel{i}" for i in range(64)]
    lines = [",".join([*([str(y[i])] * label), *map(str, x[i].ravel())]) for i in range(rows)]
    return "\n".join([",".join(names), *lines]) + "\n", x


def test_digits_as_pixels_take_pictures_and_pixels_and_are_counted(dnnctl: Run) -> None:
    Path("train.csv").write_text(_digits(80, label=True)[0], encoding="utf-8")
    text, x = _digits(3, label=False)
    Path("test.csv").write_text(text, encoding="utf-8")
    train(dnnctl, "{path: train.csv, target: label}", "--set", "data.augment={shift: 0.1}")
    out = dnnctl("predict", "latest", "test.csv", "--header", "ImageId,Label", "--format", "csv")[1]
    assert _rows(out) == [["ImageId", "Label"], ["1", "0"], ["2", "1"], ["3", "0"]]

    Image.fromarray(x[1].astype(np.uint8)).save("one.png")
    Image.fromarray(255 - x[0].astype(np.uint8)).resize((80, 80)).save("paper.png")
    out = dnnctl("predict", "latest", "one.png", "paper.png", "--header", "id,label", "--format", "csv")[1]
    assert _rows(out) == [["id", "label"], ["one.png", "1"], ["paper.png", "0"]]

    Path("more.csv").write_text(_digits(6, label=True)[0], encoding="utf-8")
    told = json.loads(dnnctl("evaluate", "latest", "--data", "more.csv", "--json")[1])
    assert told["metrics"]["accuracy"] == 1
    assert dnnctl("predict", "latest", "--sample", "2", "--format", "json")[0] == 0
    assert dnnctl("data", "check", "t.yaml")[0] == 0
