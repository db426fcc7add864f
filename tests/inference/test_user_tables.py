"""Tables that nobody here has seen, from the raw file to predictions on raw rows, through the command line."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn import datasets as sklearn_datasets
from user_tables import NETWORK, Run, shelter, train

from dnnctl.data.encoding import fit_encoding
from dnnctl.datasets.base import DatasetInfo
from dnnctl.datasets.columns import Column, TableInfo
from dnnctl.inference.inputs import table
from dnnctl.inference.inputs.base import InputSpec


@pytest.mark.parametrize(
    ("name", "least"), [("iris", 0.8), ("wine", 0.85), ("breast_cancer", 0.9), ("diabetes", 0.25), ("linnerud", None)]
)
def test_the_tables_of_scikit_learn(dnnctl: Run, name: str, least: float | None) -> None:
    table = getattr(sklearn_datasets, f"load_{name}")()
    classes = name in {"iris", "wine", "breast_cancer"}
    y = table.target_names[table.target][:, None] if classes else table.target.reshape(len(table.data), -1)
    targets = ["answer"] if y.shape[1] == 1 else [f"answer {i}" for i in range(y.shape[1])]
    lines = [",".join(f'"{cell}"' for cell in (*table.feature_names, *targets))]
    lines += [",".join(map(str, (*row, *answer))) for row, answer in zip(table.data, y, strict=True)]
    Path("t.csv").write_text("\n".join(lines), encoding="utf-8")
    result = train(dnnctl, f"{{path: t.csv, target: {json.dumps(targets)}}}", "--set", "training.epochs=40")

    figure = result["metrics"]["test"]["accuracy" if classes else "r2"]
    history = list(csv.DictReader((Path(result["run"]) / "history.csv").read_text("utf-8").splitlines()))
    # Four rows to test on, as linnerud has, say nothing; that the network learns its training rows does.
    assert least is None or figure >= least
    assert float(history[-1]["loss"]) < 0.8 * float(history[0]["loss"])
    assert ("logistic" in result["metrics"]["baseline"]) == classes
    drawn = {Path(path).stem for path in result["plots"]}
    assert {"samples", "learning_curves"} <= drawn
    assert drawn & {"confusion_matrix", "predicted_vs_true"}
    assert "misclassified" not in drawn
    assert dnnctl("predict", "latest", "t.csv", "--format", "csv")[0] == 0
    sampled = json.loads(dnnctl("predict", "latest", "--sample", "2", "--format", "json")[1])["predictions"]
    assert len(np.atleast_1d(sampled[0]["true"])) == len(targets)


def test_names_and_cells_with_marks_in_them_are_not_cut(dnnctl: Run) -> None:
    rows = "".join(f"{town},{'ab'[i % 2]}\n" for i in range(20) for town in ("New York", "San Jose"))
    Path("t.csv").write_text(f"home town,y\n{rows}", encoding="utf-8")
    train(dnnctl, "{path: t.csv, target: y}")
    Path("alone.csv").write_text("home town\nNew York\nSan Jose\n", encoding="utf-8")
    Path("more.csv").write_text("home town,x;y\nNew York,a;b\nSan Jose,c;d\n", encoding="utf-8")
    Path("other.csv").write_text("x,y;home town\n1,5;New York\n2,5;San Jose\n", encoding="utf-8")
    told = [dnnctl("predict", "latest", name, "--format", "csv")[1] for name in ("alone.csv", "more.csv", "other.csv")]
    answers = [[line.split(",")[1:] for line in text.splitlines()[1:]] for text in told]
    assert len(answers[0]) == 2
    assert answers[0] == answers[1] == answers[2]


def test_a_table_with_empty_cells_and_categories_from_end_to_end(dnnctl: Run) -> None:
    Path("t.csv").write_text(shelter(), encoding="utf-8")
    result = train(dnnctl, "{path: t.csv, target: vermittelt, missing: impute, exclude: id}")
    stored = json.loads((Path(result["run"]) / "preprocessing.json").read_text(encoding="utf-8"))

    assert result["metrics"]["test"]["accuracy"] > result["metrics"]["baseline"]["trivial"]["accuracy"] + 0.1
    assert stored["info"]["feature_names"][0] == "Größe"
    assert "Art=(unknown)" in stored["info"]["feature_names"]
    assert "Stadt=(missing)" in stored["info"]["feature_names"]

    # The file may be gone by now; the columns may stand in any order, and the target may be there or not.
    Path("t.csv").unlink()
    Path("new.csv").write_text("Stadt,vermittelt,Art,geimpft,Größe\nUlm,ja,Katze,ja,60\nRom,ja,Hund,ja,20\n", "utf-8")
    Path("bare.csv").write_text("Größe\tgeimpft\tArt\tStadt\n60\tja\tKatze\tUlm\n20\tja\tHund\tRom\n", "utf-8")
    told = [json.loads(dnnctl("predict", "latest", name, "--format", "json")[1]) for name in ("new.csv", "bare.csv")]
    values = [[row["prediction"], row["confidence"]] for row in told[0]["predictions"]]

    assert values == [[row["prediction"], row["confidence"]] for row in told[1]["predictions"]]
    assert [row["name"] for row in told[0]["predictions"]] == ["new.csv:2", "new.csv:3"]
    assert [value[0] for value in values] == ["ja", "nein"]
    assert told[0]["notes"] == ["new.csv: column 'Stadt': taken as (unknown): 'Rom'"]
    by_hand = json.loads(dnnctl("predict", "latest", "--value", "60,Katze,ja,Ulm", "--format", "json")[1])
    assert by_hand["predictions"][0]["confidence"] == values[0][1]


def test_a_table_in_the_encoding_of_the_training_is_understood(dnnctl: Run) -> None:
    rows = "".join(f"{i % 9},{'щж'[i % 2]},{'да' if i % 2 else 'нет'}\n" for i in range(60))
    Path("t.csv").write_text("a,k,y\n" + rows, encoding="cp1251")
    train(dnnctl, "{path: t.csv, target: y, encoding: cp1251}")
    for encoding in ("cp1251", "utf-8", "utf-16"):
        Path("new.csv").write_text("k,a\nщ,5\nж,5\n", encoding=encoding)
        told = json.loads(dnnctl("predict", "latest", "new.csv", "--format", "json")[1])

        assert [row["prediction"] for row in told["predictions"]] == ["нет", "да"]
        assert told["notes"] == []


PLAIN = "größe;art;y\n" + "".join(f"{i * 7 % 40 / 4};{['Bär', 'Żuk', 'fox'][i % 3]};{i % 9 / 2}\n" for i in range(60))
POINT = PLAIN.replace(";", ",")
WRITTEN: dict[str, tuple[bytes, str]] = {
    "UTF-8": (POINT.encode(), ""),
    "byte order mark": (POINT.encode("utf-8-sig"), ""),
    "UTF-16": (POINT.encode("utf-16"), ""),
    "UTF-16 without a mark": (POINT.encode("utf-16-le"), ""),
    "cp1250": (POINT.encode("cp1250"), ", encoding: cp1250"),
    "decimal commas": (PLAIN.replace(".", ",").encode(), ""),
    "tabs and CRLF": (PLAIN.replace(";", "\t").replace("\n", "\r\n").encode(), ""),
    "quotes": ("".join(f'"{line}"\n' for line in PLAIN.replace(";", '";"').splitlines()).encode(), ""),
    "lined up": ("".join("{:>12}{:>8}{:>8}\n".format(*line.split(";")) for line in PLAIN.splitlines()).encode(), ""),
    "a separator of its own": (PLAIN.replace(";", "~").encode(), ", separator: '~'"),
}


@pytest.mark.usefixtures("no_plots")
@pytest.mark.parametrize("how", list(WRITTEN)[1:])
def test_what_a_network_is_trained_on_it_predicts_and_measures_however_it_is_written(dnnctl: Run, how: str) -> None:
    def answers(name: str, contents: bytes, options: str) -> tuple[Any, Any]:
        Path(name).write_bytes(contents)
        run = train(dnnctl, f"{{path: {name}, target: y{options}}}", "--set", "training.epochs=2")["run"]
        Path("again.csv").write_bytes(contents)
        Path("other.csv").write_bytes(POINT.encode())
        measured = [dnnctl("evaluate", run, "--data", file, "--json") for file in ("again.csv", "other.csv")]
        assert [status for status, _, _ in measured] == [0, 0]
        told = json.loads(dnnctl("predict", run, "again.csv", "--format", "json")[1])
        return [row["prediction"] for row in told["predictions"]], told["notes"]

    expected = answers("plain.csv", *WRITTEN["UTF-8"])
    assert len(expected[0]) == 60
    assert answers("t.csv", *WRITTEN[how]) == expected


def test_a_table_is_not_read_by_more_than_it_holds() -> None:
    class Piecewise(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            assert 0 < (size or 0) <= 1 << 20
            return super().read(size)

    encoding = fit_encoding(TableInfo((Column("a", "number"),), (), "error"), np.ones((2, 1), np.float32))
    text = "a\n" + "1.25\n" * 300_000

    spec = InputSpec(DatasetInfo("t", "regression", (1,)), table=encoding)
    assert len(table.read(Piecewise(text.encode()), "t.csv", spec, None)) == 300_000


FAULTS = [
    ("Größe,Art\n1,Hund\n", "missing columns 'geimpft', 'Stadt'"),
    ("Größe,Art,geimpft,Stadt\nviel,Hund,ja,Ulm\n", "bad.csv:2: column 'Größe': expected a number"),
    ("Größe,Art,geimpft,Stadt\n1,Hund,ja\n", "bad.csv:2: expected 4 cells"),
    ("Größe,Art,geimpft,Stadt\n1,Hund,ja,Ulm\n2,,ja,Ulm\n", "column 'Art': line 3"),
    ("", "is empty"),
    ("Größe,Art,geimpft,Stadt\n", "a header and no rows"),
]


def test_what_is_wrong_with_a_table_to_predict_is_named(dnnctl: Run) -> None:
    whole = [line for line in shelter(120).splitlines() if ";;" not in line]
    Path("t.csv").write_text("\n".join(whole), encoding="utf-8")
    train(dnnctl, "{path: t.csv, target: vermittelt, exclude: id}")
    for text, told in FAULTS:
        Path("bad.csv").write_text(text, encoding="utf-8")
        status, _, err = dnnctl("predict", "latest", "bad.csv")
        assert status == 1
        assert told in err
        assert "exclude" not in err
    assert dnnctl("predict", "latest", "--value", "1,Hund")[0] == 2


def test_the_same_rows_elsewhere_are_split_alike_and_other_rows_all_measured(dnnctl: Run) -> None:
    Path("t.csv").write_text(shelter(), encoding="utf-8")
    result = train(dnnctl, "{path: t.csv, target: vermittelt, missing: drop}")
    Path("t.csv").rename("moved.csv")
    Path("other.csv").write_text(shelter(100, seed=1), encoding="utf-8")
    moved, other = (
        json.loads(dnnctl("evaluate", "latest", "--data", name, "--json")[1]) for name in ("moved.csv", "other.csv")
    )

    assert moved["metrics"] == pytest.approx(result["metrics"]["test"])
    note = "moved.csv is what the run was trained on: its rows are split as they were then, not measured all together"
    assert note in moved["notes"]
    assert any("rows of" in note and "are measured" in note for note in other["notes"])
    assert other["rows"] < 100
    assert dnnctl("evaluate", "latest")[0] == 1


def test_a_table_of_test_rows_is_the_test_split(dnnctl: Run) -> None:
    Path("t.csv").write_text(shelter(), encoding="utf-8")
    Path("test.csv").write_text(shelter(90, seed=3), encoding="utf-8")
    train(dnnctl, "{path: t.csv, target: vermittelt, missing: impute, test_path: test.csv}")

    assert json.loads(dnnctl("evaluate", "latest", "--json")[1])["rows"] == 90


@pytest.mark.parametrize(
    "change",
    [
        {"info": None},
        {"table": None},
        {"info": {"title": "t", "task": "binary", "input_shape": [3], "class_names": ["a", "b"]}},
        {"info": {"title": "t", "task": "magic", "input_shape": [3]}},
        {"info": 5},
    ],
)
def test_a_run_whose_parts_do_not_belong_together_is_refused(dnnctl: Run, change: dict[str, Any]) -> None:
    Path("t.csv").write_text("a,k,y\n" + "".join(f"{i % 9},{'pq'[i % 2]},{'uv'[i % 3 == 0]}\n" for i in range(60)))
    run = Path(train(dnnctl, "{path: t.csv, target: y}", "--set", "training.epochs=1")["run"])
    stored = json.loads((run / "preprocessing.json").read_text(encoding="utf-8"))
    (run / "preprocessing.json").write_text(json.dumps({**stored, **change}), encoding="utf-8")
    status, _, err = dnnctl("predict", "latest", "--value", "1,p")

    assert status == 1
    assert "preprocessing.json" in err or "configuration cannot be used" in err


@pytest.mark.slow
def test_keras_answers_as_numpy_does_and_its_file_takes_the_prepared_numbers(dnnctl: Run) -> None:
    import keras

    Path("t.csv").write_text(shelter(), encoding="utf-8")
    Path("t.yaml").write_text(
        "data:\n  csv: {path: t.csv, target: vermittelt, missing: impute, exclude: [id, Stadt, geimpft]}\n" + NETWORK
    )
    status, out, err = dnnctl("train", "t.yaml", "--json")
    assert status == 0, err
    Path("new.csv").write_text("Größe,Art\n60,Katze\n20,Hund\n30,Wal\n", encoding="utf-8")
    answers = [
        [row["confidence"] for row in json.loads(out)["predictions"]]
        for engine in ("numpy", "keras")
        for out in [dnnctl("predict", "latest", "new.csv", "--engine", engine, "--format", "json")[1]]
    ]
    model = keras.saving.load_model(Path(json.loads(out)["run"]) / "model.keras")
    names = json.loads((Path(json.loads(out)["run"]) / "preprocessing.json").read_text("utf-8"))["info"][
        "feature_names"
    ]
    score = float(model.predict(np.array([[60, 0, 1, 0]], np.float32), verbose=0)[0, 0])

    assert names == ["Größe", "Art=Hund", "Art=Katze", "Art=(unknown)"]
    assert answers[0] == pytest.approx(answers[1], abs=1e-5)
    assert max(score, 1 - score) == pytest.approx(answers[0][0], abs=1e-5)


def test_predicting_from_a_table_imports_nothing_heavy(dnnctl: Run) -> None:
    Path("t.csv").write_text(shelter(), encoding="utf-8")
    train(dnnctl, "{path: t.csv, target: vermittelt, missing: impute}")
    code = (
        "import sys\nfrom dnnctl.cli.main import cli\n"
        "cli.main(['predict', 'latest', 't.csv'], standalone_mode=False)\n"
        "heavy = [m for m in ('tensorflow', 'keras', 'sklearn', 'matplotlib') if m in sys.modules]\n"
        "assert not heavy, heavy\nassert 'pyarrow' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_checking_a_configuration_without_a_table_does_without_pyarrow() -> None:
    code = (
        "import sys\nfrom dnnctl.config.loading import load\nload('digits')\n"
        "assert not [m for m in ('pyarrow', 'PIL', 'scipy') if m in sys.modules]"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
