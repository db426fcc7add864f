"""`dnnctl predict`: inputs of every kind in, predictions in every format out."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

Run = Callable[..., Any]


@pytest.fixture(scope="module")
def digits() -> Any:
    from sklearn.datasets import load_digits

    return load_digits()


@pytest.fixture
def ask(dnnctl: Run, trained: Path) -> Run:
    return lambda *arguments, stdin=b"": dnnctl("predict", *arguments, "--out", trained, stdin=stdin)


def test_an_image_file_of_another_size_and_polarity(ask: Run, digits: Any, tmp_path: Path) -> None:
    # Dark on white, 160 x 160, in colour: as a user would draw it.
    drawn = Image.fromarray((255 - digits.images[0] * 255 / 16).astype(np.uint8)).resize((160, 160))
    drawn.convert("RGB").save(tmp_path / "zero.png")
    done = ask("digits", "zero.png", "--format", "json")
    value = json.loads(done.out)
    assert (done.status, done.err) == (0, "")
    assert value["predictions"][0]["name"] == "zero.png"
    assert value["predictions"][0]["prediction"] == "0"
    assert any("inverted to match the training images" in note for note in value["notes"])
    kept = json.loads(ask("digits", "zero.png", "--no-invert", "--format", "json").out)
    assert not any("inverted to" in note for note in kept["notes"])
    assert kept["predictions"][0]["confidence"] != value["predictions"][0]["confidence"]


def test_an_array_of_images(ask: Run, digits: Any, tmp_path: Path) -> None:
    np.save(tmp_path / "some.npy", digits.images[:50])
    done = ask("digits", "some.npy", "--format", "jsonl")
    rows = [json.loads(line) for line in done.out.splitlines()]
    assert [row["name"] for row in rows] == [f"some.npy[{i}]" for i in range(50)]
    right = [int(row["prediction"]) == truth for row, truth in zip(rows, digits.target, strict=False)]
    assert np.mean(right) > 0.9


def test_rows_on_standard_input(ask: Run) -> None:
    done = ask("height_weight", "-", "--format", "csv", stdin=b"weight\n60\n90\n")
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert len(rows) == 2
    short, tall = (float(row["prediction"]) for row in rows)
    assert 155 < short < tall < 200


def test_values(ask: Run) -> None:
    done = ask("xor", "--value", "0,1", "--value", "1,1")
    lines = [line.split() for line in done.out.splitlines()]
    assert lines[0] == ["input", "prediction", "confidence"]
    assert [line[0] for line in lines[1:]] == ["0,1", "1,1"]


def test_samples_come_with_the_truth_and_are_the_same_each_time(ask: Run) -> None:
    first, again = (ask("digits", "--sample", "20", "--format", "json").out for _ in range(2))
    rows = json.loads(first)["predictions"]
    assert first == again
    assert len({row["name"] for row in rows}) == 20
    assert [row["correct"] for row in rows] == [row["prediction"] == row["true"] for row in rows]
    assert sum(row["correct"] for row in rows) >= 16


def test_more_samples_than_there_are(ask: Run) -> None:
    value = json.loads(ask("xor", "--sample", "9", "--format", "json").out)
    assert len(value["predictions"]) == 4
    assert value["notes"] == ["there are 4 test rows only"]


def test_the_best_classes(ask: Run) -> None:
    value = json.loads(ask("digits", "--sample", "3", "--top", "4", "--format", "json").out)
    for row in value["predictions"]:
        chances = [choice["probability"] for choice in row["top"]]
        assert len(chances) == 4
        assert chances == sorted(chances, reverse=True)
        assert row["top"][0] == {"class": row["prediction"], "probability": row["confidence"]}
    assert "top 4" in ask("digits", "--sample", "3", "--top", "4").out


@pytest.mark.parametrize("form", ["table", "csv", "json", "jsonl"])
def test_a_file_gets_what_standard_output_would(ask: Run, tmp_path: Path, form: str) -> None:
    shown = ask("height_weight", "--value", "75", "--format", form)
    done = ask("height_weight", "--value", "75", "--format", form, "--output", "answer.txt")
    assert (done.status, done.out) == (0, "")
    assert (tmp_path / "answer.txt").read_text() == shown.out
    assert "75" in shown.out


def test_a_run_is_a_path_a_name_or_the_latest(dnnctl: Run, trained: Path) -> None:
    path = next(trained.glob("height_weight/*"))
    named = [dnnctl("predict", run, "--value", "75", "--out", trained).out for run in (path, path.parent, "latest")]
    assert len(set(named)) == 1
    assert "cm" in named[0]


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["digits"], 2, "nothing to predict; expected files, '-' for standard input, --value or --sample"),
        (["digits", "gone.png"], 1, "'gone.png': no such file"),
        (["digits", "--value", "3"], 2, "--value is for numbers; this network takes images of 8 x 8 pixels"),
        (["xor", "--value", "1"], 2, "1 number where the network takes 2 numbers a row"),
        (["xor", "--value", "a,b"], 2, "expected a number; received 'a'"),
        (["xor", "text.csv"], 1, "text.csv"),
        (["xor", "picture.png"], 2, "picture.png"),
        (["digits", "text.png"], 1, "text.png"),
        (["digits", "--sample", "1", "text.png"], 2, "expected either --sample or inputs; received both"),
        (["digits", "--sample", "0"], 2, "0 is not in the range"),
        (["digits", "--sample", "1", "--format", "xml"], 2, "'xml' is not one of"),
        (
            ["xor", "--value", "0,1", "--output", "o.xlsx"],
            2,
            "o.xlsx: unknown ending '.xlsx'; expected .csv, .json, .jsonl or .txt, or --format beside it",
        ),
        (["xor", "--value", "0,1", "--output", "no/such/folder.csv"], 1, "no/such/folder.csv: cannot be written"),
        (["xor", "unknown.docx"], 2, "unknown.docx"),
        (["nothing", "--value", "0,1"], 1, "no run 'nothing'"),
    ],
)
def test_mistakes_are_told(ask: Run, tmp_path: Path, arguments: list[str], status: int, said: str) -> None:
    for name in ("text.csv", "text.png", "unknown.docx"):
        (tmp_path / name).write_text("this is no table of numbers\n")
    Image.new("L", (8, 8)).save(tmp_path / "picture.png")
    done = ask(*arguments)
    assert done.err.startswith("error: ")
    assert said in done.err
    assert (done.status, done.out) == (status, "")


@pytest.mark.parametrize("form", ["table", "csv", "json", "jsonl"])
def test_a_large_input_is_answered_as_it_is_read(
    ask: Run, digits: Any, tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    np.save(tmp_path / "some.npy", digits.images[:50])
    whole = ask("digits", "some.npy", "--format", form)
    monkeypatch.setattr("dnnctl.inference.read_inputs.LARGE", 0)
    monkeypatch.setattr("dnnctl.inference.read_inputs.ROWS", 1)
    monkeypatch.setattr("dnnctl.inference.inputs.parts.arrays.BLOCK_BYTES", 5000)
    parts = ask("digits", "some.npy", "--format", form)
    assert (parts.status, parts.err) == (0, whole.err)
    # Each part of a table is aligned by itself.
    assert parts.out.split() == whole.out.split()
    assert form == "table" or parts.out == whole.out


@pytest.mark.parametrize("form", ["table", "csv", "json", "jsonl"])
def test_a_damaged_picture_does_not_keep_the_others_from_being_answered(ask: Run, tmp_path: Path, form: str) -> None:
    pictures = tmp_path / "pictures"
    (pictures / "more").mkdir(parents=True)
    good = Image.linear_gradient("L").resize((40, 40))
    for name in ("a.png", "more/c.png"):
        good.save(pictures / name)
    (pictures / "b.png").write_bytes((pictures / "a.png").read_bytes()[:50])
    (pictures / "._a.png").touch()

    done = ask("digits", "pictures", "gone.png", "--format", form)
    assert done.status == 1
    assert "pictures/a.png" in done.out
    assert "pictures/more/c.png" in done.out
    assert "b.png" not in done.out
    told = done.err.splitlines()
    assert [line for line in told if line.startswith("error: pictures/b.png: is a damaged image")]
    assert [line for line in told if line.startswith("error: 'gone.png': no such file")]
    written = ask("digits", "pictures", "--output", f"answers.{form.replace('table', 'txt')}")
    assert (written.status, written.out) == (1, "")
    assert "a.png" in (tmp_path / f"answers.{form.replace('table', 'txt')}").read_text()
    none = ask("digits", "pictures/b.png", "gone.png", "--format", form)
    assert (none.status, none.out, len(none.err.splitlines())) == (1, "", 2)
