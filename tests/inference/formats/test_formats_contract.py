"""What holds for every format, the screen's table among them, and what each writes."""

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from dnnctl import plugins
from dnnctl.cli.screen import predictions as table
from dnnctl.datasets.base import DatasetInfo
from dnnctl.errors import UsageError
from dnnctl.inference.formats.base import PACKAGE, Format, Prediction, Predictions, choices, format_named

FORMATS: dict[str, Format] = {"table": table, **{name: format_named(name) for name in plugins.names(PACKAGE)}}
CLASSES = DatasetInfo("t", "multiclass", (2, 2), ("T-shirt", "Bag", "Coat"), input_range=(0.0, 255.0))
BINARY = DatasetInfo("t", "binary", (2,), ("no", "yes"))
VALUES = DatasetInfo("t", "regression", (1,), feature_names=("weight",), target="height", unit="cm")
SCORES = np.array([0.1, 0.9, 0.0], np.float32)

THREE = Predictions((Prediction("a.png", SCORES, 1), Prediction("b.png", SCORES[::-1], 1)), CLASSES, 2, ("a note",))
CASES = {
    "classes": THREE,
    "top one": replace(THREE, top=1),
    "all of them": replace(THREE, top=99),
    "no truth": Predictions((Prediction("a", SCORES),), CLASSES),
    "some truth": Predictions((Prediction("a", SCORES), Prediction("b", SCORES, 0)), CLASSES),
    "binary": Predictions((Prediction("a", np.array([0.9], np.float32), 0),), BINARY, 2),
    "binary of two": Predictions((Prediction("a", np.array([0.25, 0.75], np.float32), 1),), BINARY, 2),
    "values": Predictions((Prediction("75", np.array([170.12345], np.float32), 171.5),), VALUES),
    "several values": Predictions((Prediction("75", np.array([170, 3], np.float32)),), VALUES),
    "no number": Predictions((Prediction("a", np.array([np.nan] * 3, np.float32), 1),), CLASSES, 3),
    "infinite": Predictions((Prediction("a", np.array([-np.inf], np.float32), 1.0),), VALUES),
    "nothing": Predictions((), CLASSES),
    "no names": Predictions((Prediction("a", SCORES, 2),), replace(CLASSES, class_names=())),
    "hostile": Predictions(
        (Prediction("\x1b[2J[red]:smile:\n\r\u202e\udce9,\"'é", SCORES, 1),),
        replace(CLASSES, class_names=("[bold]a", "b\x07", "ç\n")), 3, ("\x1b]0;x\x07 note",),
    ),
}  # fmt: skip


def written(predictions: Predictions, form: str, encoding: str = "utf-8") -> str:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, newline="")
    FORMATS[form].write(predictions, stream)
    stream.flush()
    return raw.getvalue().decode(encoding)


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
    assert len(rows) == len(lines) == len(CASES[case].rows)
    for row, record in zip(rows, lines, strict=True):
        if not isinstance(record["prediction"], list):
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
    wrong = replace(THREE, rows=(Prediction("x", np.array([0.125, 0.25, 0.625]), 0),))
    assert written(wrong, "csv") == (
        "name,prediction,confidence,class_2,probability_2,true,correct\nx,Coat,0.625,Bag,0.25,T-shirt,false\n"
    )
    assert written(CASES["values"], "csv") == "name,prediction,unit,true\n75,170.12344,cm,171.5\n"
    assert written(CASES["several values"], "csv") == "name,prediction_1,prediction_2,unit\n75,170.0,3.0,cm\n"


def test_single_precision_is_written_in_its_own_digits() -> None:
    predictions = Predictions((Prediction("a", np.array([0.9], np.float32)),), BINARY)
    assert '"confidence": 0.9}' in written(predictions, "jsonl")
    exact = np.float32(1) / np.float32(3)
    one = json.loads(written(Predictions((Prediction("a", np.array([exact])),), VALUES), "jsonl"))
    assert np.float32(one["prediction"]) == exact


def test_one_probability_is_that_of_class_one() -> None:
    ranked = choices(Prediction("a", np.array([0.25])), BINARY)
    assert [(choice.name, choice.probability) for choice in ranked] == [("no", 0.75), ("yes", 0.25)]


def test_equal_scores_go_to_the_lower_label() -> None:
    assert choices(Prediction("a", np.array([0.2, 0.4, 0.4])), CLASSES)[0].label == 1


def test_the_table_in_a_pipe() -> None:
    lines = written(CASES["classes"], "table").splitlines()
    assert lines[0].split() == ["input", "prediction", "confidence", "top", "2", "true"]
    assert lines[1].split() == ["a.png", "Bag", "90.0%", "Bag", "90.0%,", "T-shirt", "10.0%", "Bag"]
    assert lines[-1] == "note: a note"
    wrong = written(Predictions((Prediction("a", SCORES, 0),), CLASSES), "table")
    assert wrong.splitlines()[1].endswith("wrong")
    assert written(CASES["values"], "table").splitlines() == [
        "input  height (cm)    true    error",
        "75          170.12  171.50  -1.3766",
    ]


def test_the_table_is_never_cut_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    name = "folder/" * 60 + "p.png"
    assert name in written(Predictions((Prediction(name, SCORES),), CLASSES, 3), "table")


class Counted(tuple[Prediction, ...]):
    """Rows that count how often they are gone through."""

    passes = 0

    def __iter__(self) -> Iterator[Prediction]:
        self.passes += 1
        return super().__iter__()


@pytest.mark.parametrize("form", FORMATS)
def test_the_rows_are_not_gone_through_for_each_row(form: str) -> None:
    rows = Counted(Prediction(str(i), SCORES) for i in range(50))
    written(Predictions(rows, CLASSES), form)
    assert 0 < rows.passes < 10


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
    table.write(CASES["classes"], stream)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue())
    assert plain != stream.getvalue()
    assert "a.png" in plain
    assert max(map(len, plain.splitlines())) <= 40


@pytest.mark.parametrize(
    ("p", "shown"), [(1.0, "100.0%"), (0.9999, ">99.9%"), (0.00001, "<0.1%"), (0.0, "0.0%"), (0.5, "50.0%")]
)
def test_percentages_never_claim_certainty(p: float, shown: str) -> None:
    text = written(Predictions((Prediction("a", np.array([p])),), BINARY, 2), "table")
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
    text = written(Predictions((Prediction("a", np.array([value])),), VALUES), "table")
    assert text.splitlines()[1].split() == ["a", shown]


def test_top_must_be_positive() -> None:
    with pytest.raises(UsageError, match="`top`"):
        Predictions((), CLASSES, 0)
