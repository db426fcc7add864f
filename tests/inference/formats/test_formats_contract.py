"""What holds for every format, the screen's table among them, and what each writes."""

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from told_answers import BINARY, CASES, CLASSES, FORMATS, SCORES, THREE, VALUES, said, written

from dnnctl import memory, plugins
from dnnctl.cli.screen import predictions as table
from dnnctl.datasets.base import DatasetInfo
from dnnctl.errors import UsageError
from dnnctl.inference import predictions
from dnnctl.inference.formats.base import PACKAGE
from dnnctl.inference.naming import Naming
from dnnctl.inference.predictions import Predictions


@pytest.mark.parametrize("task", ["multilabel", "regression"])
def test_a_target_may_be_called_as_a_column_of_classes_is(task: Any) -> None:
    targets = ("class_1", "class_2")
    info = DatasetInfo("t", task, (1,), target="class_1, class_2", targets=targets)
    columns = said(info, ("a", [0.75, 0.25], None)).columns()
    assert columns["class_1"] == [1 if task == "multilabel" else 0.75]
    assert "class_2" in columns


NAMED = replace(said(CLASSES, ("a", SCORES, None)), naming=Naming("who", ("7",)))
BARE = replace(NAMED, naming=Naming("who"))


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ((NAMED, BARE), "a: rows from here on have no column 'who'"),
        ((BARE, NAMED), "a: rows from here on have a column 'who'"),
        ([replace(each, naming=replace(each.naming, header=("id", "said"))) for each in (NAMED, BARE)], "no column"),
        ([replace(NAMED, naming=Naming("", ids, ("id", "said"))) for ids in (("a.png",), None)], "no name of a file"),
    ],
)
def test_no_row_of_csv_has_other_columns_than_the_first(parts: Sequence[Predictions], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        FORMATS["csv"].write(parts, io.StringIO())


def test_columns_that_are_handed_in_may_be_called_anything() -> None:
    for naming in (Naming("correct", ("x",)), Naming("", None, ("id", "correct")), Naming("prediction", ("x",))):
        assert len(written(replace(NAMED, naming=naming), "csv").splitlines()[0].split(",")) == 2
    assert written(replace(NAMED, naming=Naming("correct", ("x",))), "csv") == "correct,prediction\nx,Bag\n"


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "cp1252"])
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("form", FORMATS)
def test_every_format_writes_everything(form: str, case: str, encoding: str) -> None:
    text = written(CASES[case], form, encoding)
    assert text.endswith("\n") or case == "nothing"
    assert isinstance(FORMATS[form].WRITES_NOTES, bool)


@pytest.mark.parametrize("case", CASES)
def test_machine_formats_agree(case: str) -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    whole = json.loads(written(CASES[case], "json"), parse_constant=refuse)
    lines = [json.loads(line, parse_constant=refuse) for line in written(CASES[case], "jsonl").splitlines()]
    assert whole == {"predictions": lines, "notes": list(CASES[case].notes)}
    rows = list(csv.DictReader(io.StringIO(written(CASES[case], "csv"), newline="")))
    assert len(rows) == len(lines) == len(CASES[case])
    for row, record in zip(rows, lines, strict=True):
        if isinstance(record["prediction"], str | float | int | None):
            assert row["prediction"] == ("" if record["prediction"] is None else str(record["prediction"]))
            assert row.get("true", "") == str(record.get("true", ""))
        assert None not in row
        assert None not in row.values()


def test_names() -> None:
    assert plugins.names(PACKAGE) == ("csv", "json", "jsonl")


def test_json_of_classes() -> None:
    assert json.loads(written(THREE, "json"))["predictions"][1] == {
        "name": "b.png",
        "prediction": "Coat" if SCORES[::-1][2] > 0.5 else "Bag",
        "confidence": 0.9,
        "top": [{"class": "Bag", "probability": 0.9}, {"class": "Coat", "probability": 0.1}],
        "true": "Bag",
        "correct": True,
    }


def test_csv_of_classes_and_values() -> None:
    wrong = said(CLASSES, ("x", [0.125, 0.25, 0.625], 0), top=2)
    assert written(wrong, "csv") == (
        "name,prediction,confidence,class_2,probability_2,true,correct\nx,Coat,0.625,Bag,0.25,T-shirt,false\n"
    )
    assert written(CASES["values"], "csv") == "name,prediction,unit,true\n75,170.12344,cm,171.5\n"
    assert written(CASES["several values"], "csv") == "name,height,width,unit\n75,170.0,3.0,cm\n"
    several = written(CASES["several values and truths"], "csv").splitlines()
    assert several == ["name,height,width,unit,true_height,true_width", "75,170.0,3.0,cm,171.5,3.0"]


def test_labels_have_columns_of_their_own_names() -> None:
    head, *rows = written(CASES["labels"], "csv").splitlines()
    assert head == "name,comedy,name_,ü,probability_comedy,probability_name,probability_ü"
    assert rows == ["a,1,0,0,0.9,0.2,0.5", "b,,1,1,,0.6,0.7"]
    head, *rows = written(CASES["labels and truths"], "csv").splitlines()
    assert head.endswith(",true_comedy,true_name,true_ü,correct")
    assert rows == ["a,1,0,0,0.9,0.2,0.5,1,0,1,false", "b,0,0,0,0.1,0.2,0.3,0,0,0,true"]
    assert "\\xfc" in written(CASES["labels"], "csv", "ascii").splitlines()[0]
    first = CASES["labels and truths"][0]
    assert first["prediction"] == {"comedy": 1, "name": 0, "ü": 0}
    assert first["probability"]["comedy"] == 0.9
    assert first["true"] == {"comedy": 1, "name": 0, "ü": 1}
    assert first["correct"] is False
    shown = written(CASES["labels and truths"], "table").splitlines()
    assert shown[0].split() == ["input", "labels", "comedy", "name", "ü", "true"]
    assert shown[1].split() == ["a", "comedy", "90.0%", "20.0%", "50.0%", "comedy,", "ü", "wrong"]
    assert shown[2].split() == ["b", "none", "10.0%", "20.0%", "30.0%", "none"]


def test_labels_in_python() -> None:
    said_of = CASES["labels"]
    assert said_of.labels.tolist() == [["comedy"], ["name", "ü"]]
    assert said_of.classes.tolist() == [[1, 0, 0], [-1, 1, 1]]
    assert said_of.probabilities.shape == (2, 3)
    assert "comedy" in repr(said_of)
    assert "<table" in said_of._repr_html_()
    assert written(CASES["some truth"], "csv").splitlines()[1:] == ["a,Bag,0.9,,", "b,Bag,0.9,T-shirt,false"]


def test_single_precision_is_written_in_its_own_digits() -> None:
    predictions = said(BINARY, ("a", 0.9, None))
    assert '"confidence": 0.9}' in written(predictions, "jsonl")
    exact = np.float32(1) / np.float32(3)
    one = json.loads(written(said(VALUES, ("a", exact, None)), "jsonl"))
    assert np.float32(one["prediction"]) == exact


def test_one_probability_is_that_of_class_one() -> None:
    (record,) = said(BINARY, ("a", 0.25, None), top=2).records()
    assert record["top"] == [{"class": "no", "probability": 0.75}, {"class": "yes", "probability": 0.25}]


def test_equal_scores_go_to_the_lower_label() -> None:
    (record,) = said(CLASSES, ("a", [0.2, 0.4, 0.4], None)).records()
    assert record["prediction"] == "Bag"


def test_the_table_in_a_pipe() -> None:
    lines = written(CASES["classes"], "table").splitlines()
    assert lines[0].split() == ["input", "prediction", "confidence", "top", "2", "true"]
    assert lines[1].split() == ["a.png", "Bag", "90.0%", "Bag", "90.0%,", "T-shirt", "10.0%", "Bag"]
    assert lines[-1] == "note: a note"
    wrong = written(said(CLASSES, ("a", SCORES, 0)), "table")
    assert wrong.splitlines()[1].endswith("wrong")
    assert written(CASES["values"], "table").splitlines() == [
        "input  height (cm)    true    error",
        "75          170.12  171.50  -1.3766",
    ]


def test_the_table_is_never_cut_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    name = "folder/" * 60 + "p.png"
    assert name in written(said(CLASSES, (name, SCORES, None), top=3), "table")


class Counted(list[str]):
    """Names that count how often some of them are asked for."""

    asked = 0

    def __getitem__(self, at: Any) -> Any:
        self.asked += 1
        return super().__getitem__(at)


@pytest.mark.parametrize("form", FORMATS)
def test_the_rows_are_not_gone_through_for_each_row(form: str) -> None:
    names = Counted(map(str, range(50)))
    written(Predictions(names, np.tile(SCORES, (50, 1)), CLASSES), form)
    assert 0 < names.asked < 10


@pytest.mark.parametrize("form", plugins.names(PACKAGE))
def test_many_rows_are_written_as_few_are(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = np.random.default_rng(5)
    scores = np.concatenate([draw.random((90, 3)), draw.standard_normal((9, 3)) * 1e-6, np.full((1, 3), np.nan)])
    many = Predictions([f"r{i}" for i in range(100)], scores.astype(np.float32), CLASSES, 2, (), np.arange(100) % 3.0)
    whole = written(many, form)
    for module in (predictions, memory):
        monkeypatch.setattr(module, "ROWS", 7)
    monkeypatch.setattr(memory.blocks, "__defaults__", (7,))

    assert written(many, form) == whole


def test_names_cannot_command_a_terminal() -> None:
    text = written(CASES["hostile"], "table")
    assert all(character.isprintable() or character == "\n" for character in text)
    assert len(text.splitlines()) == 3
    assert r"\x1b[2J[red]:smile:\n\r\u202e\udce9" in text
    assert "[bold]a" in text


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_table_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    stream = Terminal()
    table.write([CASES["classes"]], stream)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue())
    assert plain != stream.getvalue()
    assert "a.png" in plain
    assert max(map(len, plain.splitlines())) <= 40


@pytest.mark.parametrize(
    ("p", "shown"), [(1.0, "100.0%"), (0.9999, ">99.9%"), (0.00001, "<0.1%"), (0.0, "0.0%"), (0.5, "50.0%")]
)
def test_percentages_never_claim_certainty(p: float, shown: str) -> None:
    text = written(said(BINARY, ("a", p, None), top=2), "table")
    assert f"yes {shown}" in text


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (15857.3, "15857"),
        (170.123456, "170.12"),
        (0.00123456, "0.0012346"),
        (0, "0"),
        (-3.5e12, "-3.5000e+12"),
    ],
)
def test_values_have_five_digits(value: float, shown: str) -> None:
    text = written(said(VALUES, ("a", value, None)), "table")
    assert text.splitlines()[1].split() == ["a", shown]


def test_top_must_be_positive() -> None:
    with pytest.raises(UsageError, match="`top`"):
        Predictions((), np.empty((0, 3), np.float32), CLASSES, 0)
