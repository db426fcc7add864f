"""Several targets of 0 and 1 on the command line: from a table to answers, by every reader and engine."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dnnctl.config.loading import load
from dnnctl.runs.layout import RunDirectory
from dnnctl.training.job import resume, train

Run = Callable[..., Any]
NAMES = ("comedy", "drama", "horror")
CONFIG = """
name: films
data: {csv: {path: films.csv, target: [comedy, drama, horror]}}
model: {layers: [{dense: 16}, relu]}
training: {epochs: 15, optimizer: {adam: 0.02}, early_stopping: {monitor: val_macro_f1, patience: 9}}
engine: numpy
require: {test.micro_f1: ">= 0.8", test.subset_accuracy: ">= 0.5"}
"""


def films(rows: int = 400, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return inputs and labels, the first two of which are often 1 together."""
    draw = np.random.default_rng(seed)
    x = draw.normal(size=(rows, 3)).round(3)
    z = np.stack([3 * x[:, 0] + x[:, 1], 2 * x[:, 0] * x[:, 1] + 1, x[:, 2] - 1], axis=1)
    return x, (z + draw.normal(0, 0.3, z.shape) > 0).astype(int)


def table(x: np.ndarray, y: np.ndarray, words: tuple[str, str] = ("0", "1"), names: tuple[str, ...] = NAMES) -> str:
    lines = [",".join(("f1", "f2", "f3", *names))]
    lines += [",".join([*map(str, a), *(words[v] for v in b)]) for a, b in zip(x.tolist(), y.tolist(), strict=True)]
    return "\n".join(lines) + "\n"


@pytest.fixture
def here(dnnctl: Run, tmp_path: Path) -> Run:
    """The command in a folder with a table and a configuration."""
    (tmp_path / "films.csv").write_text(table(*films()))
    (tmp_path / "films.yaml").write_text(CONFIG)
    return dnnctl


def trained(here: Run, *options: str) -> dict[str, Any]:
    done = here("train", "films.yaml", "--json", *options)
    assert done.status == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


@pytest.mark.slow
def test_the_whole_way(here: Run, tmp_path: Path) -> None:
    shown = here("train", "films.yaml")
    assert shown.status == 0, shown.err
    assert "task: multilabel, as each of the 3 targets is 0 or 1; `task: regression` below data.csv" in shown.out
    assert "most frequent value of each label" in shown.out
    assert "logistic regression" in shown.out
    assert "per_class.png" in shown.out
    run = RunDirectory(next((tmp_path / "outputs" / "films").iterdir()))
    told = json.loads(run.metrics.read_text())["test"]
    assert list(told)[1:] == ["accuracy", "subset_accuracy", "precision", "recall", "macro_f1", "micro_f1", "auc"]
    measured = here("evaluate", "films", "--plots", "plots")
    assert measured.status == 0, measured.err
    lines = [line.split() for line in measured.out.splitlines()]
    assert ["label", "accuracy", "precision", "recall", "f1", "rows", "of", "1"] in lines
    assert {line[0] for line in lines if line} >= set(NAMES)
    assert (tmp_path / "plots" / "per_class.png").is_file()
    assert not (tmp_path / "plots" / "confusion_matrix.png").exists()


@pytest.mark.usefixtures("no_plots")
def test_answers_name_the_columns_of_the_targets(here: Run) -> None:
    found = trained(here)
    assert found["unmet"] == []
    said = list(csv.DictReader(io.StringIO(here("predict", "films", "films.csv", "--format", "csv").out)))
    assert list(said[0]) == ["name", *NAMES, *(f"probability_{name}" for name in NAMES)]
    assert all((float(row["probability_drama"]) > 0.5) == (row["drama"] == "1") for row in said)
    right = np.array([[int(row[name]) for name in NAMES] for row in said]) == films()[1]
    assert right.mean() > 0.9
    (record,) = json.loads(here("predict", "films", "--value", "0.3,0.8,-0.9", "--format", "json").out)["predictions"]
    assert list(record["prediction"]) == list(NAMES)
    refused = here("predict", "films", "--value", "0.3,0.8,-0.9", "--top", "2")
    assert refused.status == 2
    assert "several labels" in refused.err


@pytest.mark.usefixtures("no_plots")
def test_words_parquet_arrays_and_streams_say_the_same(here: Run, tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    x, y = films()
    first = trained(here)["metrics"]
    (tmp_path / "films.csv").write_text(table(x, y, ("no", "Yes")))
    assert trained(here)["metrics"] == first
    columns = {f"f{i + 1}": x[:, i] for i in range(3)} | {name: y[:, i] == 1 for i, name in enumerate(NAMES)}
    pq.write_table(pa.table(columns), tmp_path / "films.parquet")
    source = "data.csv=null", "data.parquet={path: films.parquet, target: [comedy, drama, horror]}"
    options = [part for each in source for part in ("--set", each)]
    assert trained(here, *options)["metrics"] == first
    np.savez(tmp_path / "films.npz", x=x, y=y)
    arrays = ("--set", "data.csv=null", "--set", f"data.npz={{path: films.npz, classes: [{', '.join(NAMES)}]}}")
    assert trained(here, *arrays)["metrics"]["test"] == first["test"]
    streams = ["data.csv.stream=true"], [*source, "data.parquet.stream=true"]
    found = [trained(here, *(part for each in stream for part in ("--set", each)))["metrics"] for stream in streams]
    assert found[0]["test"]["accuracy"] == found[1]["test"]["accuracy"] > 0.85
    measured = here("evaluate", "films", "--data", "films.parquet")
    assert measured.status == 0, measured.err
    assert "horror" in measured.out


@pytest.mark.usefixtures("no_plots")
def test_labels_of_yes_and_no_can_be_predicted_as_numbers(here: Run, tmp_path: Path) -> None:
    (tmp_path / "films.csv").write_text(table(*films(), ("no", "yes")))
    options = ("data.csv.task=regression", "require={}", "training.early_stopping=null", "training.epochs=2")
    shown = trained(here, *(part for each in options for part in ("--set", each)))
    assert "mse" in shown["metrics"]["test"]
    assert here("evaluate", "films").status == 0
    said = here("predict", "films", "films.csv", "--format", "csv").out.splitlines()
    assert said[0] == "name,comedy,drama,horror,unit"


@pytest.mark.usefixtures("no_plots")
def test_one_hot_columns_are_the_classes_of_one_target(here: Run, tmp_path: Path) -> None:
    x, y = films()
    hot = np.eye(3, dtype=int)[y.argmax(axis=1)]
    (tmp_path / "films.csv").write_text(table(x, hot))
    shown = here("train", "films.yaml", "--set", "training.early_stopping=null", "--set", "require={}", "--dry-run")
    assert "task: multiclass, as exactly one of the 3 targets is 1 in each row" in shown.out
    assert "`task: multilabel` below data.csv" in shown.out
    trained(here, "--set", "training.early_stopping=null", "--set", "require={}")
    said = list(csv.DictReader(io.StringIO(here("predict", "films", "films.csv", "--format", "csv").out)))
    assert {row["prediction"] for row in said} <= set(NAMES)
    measured = here("evaluate", "films", "--data", "films.csv")
    assert measured.status == 0, measured.err
    hot[5] = 1
    (tmp_path / "other.csv").write_text(table(x, hot))
    refused = here("evaluate", "films", "--data", "other.csv")
    assert refused.status == 1
    assert "received 1, 1, 1 in row 6" in refused.err


@pytest.mark.usefixtures("no_plots")
def test_a_label_that_never_varies_is_warned_about_and_one_that_no_test_row_has_does_no_harm(
    here: Run, tmp_path: Path
) -> None:
    x, y = films()
    y[:, 2] = 0
    (tmp_path / "films.csv").write_text(table(x, y))
    done = here("train", "films.yaml", "--set", "require={}")
    assert done.status == 0, done.err
    assert "labels that never vary cannot be learned; 0 in every training row: 'horror'" in done.out + done.err
    checked = here("data", "check", "films.yaml")
    assert checked.status == 0
    assert "0 in every training row: 'horror'" in checked.out
    assert "1 in no test row: 'horror'" in checked.out
    assert here("data", "show", "films.yaml").status == 0


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("training.loss=mean_squared_error", "is several labels; expected binary_crossentropy"),
        ("training.metrics=[f1]", "f1 does not fit"),
        ("training.class_weights=balanced", "only classes can be weighed; take this key out"),
        ("training.early_stopping={monitor: val_f1}", "'val_f1' is not followed; did you mean 'val_macro_f1'?"),
        ("model.output=softmax", "expected sigmoid, a probability for each of the 3 labels"),
        ("model.output={dense: 2}", "expected one unit for each of the 3 labels; received 2"),
    ],
)
def test_what_does_not_fit_labels_is_a_fault(here: Run, setting: str, told: str) -> None:
    done = here("config", "check", "films.yaml", "--set", setting)
    assert done.status == 2
    assert told in done.err


@pytest.mark.usefixtures("no_plots")
def test_other_values_in_another_table_are_refused(here: Run, tmp_path: Path) -> None:
    trained(here)
    x, y = films(20)
    y[3, 1] = 2
    (tmp_path / "other.csv").write_text(table(x, y, ("0", "1", "2")))  # type: ignore[arg-type]
    for command in (
        ("evaluate", "films", "--data", "other.csv"),
        ("train", "films.yaml", "--set", "data.csv.test_path=other.csv"),
    ):
        done = here(*command)
        assert done.status == 1
        assert "received 2 for" in done.err


@pytest.mark.usefixtures("no_plots")
@pytest.mark.parametrize("engine", ["numpy", pytest.param("keras", marks=pytest.mark.slow)])
def test_a_resume_is_exact(here: Run, engine: str, tmp_path: Path) -> None:
    from stopping import same, start, stopped

    settings = (f"engine={engine}", "training.early_stopping=null", "require={}", "training.mix_up=0.2")
    config = str(tmp_path / "films.yaml")
    whole = start(settings, tmp_path / "whole", config=config)
    again = stopped(settings, tmp_path / "parts", 37, config)
    resume(again)
    same(whole, again)


@pytest.mark.slow
def test_folds_and_ensembles(here: Run, tmp_path: Path) -> None:
    options = ("--set", "training.epochs=4", "--set", "require={}", "--set", "training.early_stopping=null")
    folds = here("crossval", "films.yaml", "--folds", "3", *options)
    assert folds.status == 0, folds.err
    assert "label (all rows)" in folds.out
    assert "subset_accuracy" in folds.out
    for vote in ("soft", "hard"):
        done = here("ensemble", "films.yaml", "--members", "2", "--vote", vote, "--name", vote, *options)
        assert done.status == 0, done.err
        assert "of the labels differently" in done.out
        assert here("evaluate", vote).status == 0
        assert here("predict", vote, "--sample", "2").status == 0


@pytest.mark.slow
def test_keras_says_what_numpy_says_and_gradients_are_right(here: Run, tmp_path: Path, plain_keras: Any) -> None:
    settings = ["training.early_stopping=null", "training.epochs=5", "require={}"]
    config = str(tmp_path / "films.yaml")
    one = train(load(config, settings), out=tmp_path / "numpy")
    other = train(load(config, [*settings, "engine=keras"]), out=tmp_path / "keras")
    assert other.metrics["test"] == pytest.approx(one.metrics["test"], abs=1e-3)
    for result in (one, other):
        test = result.prepared.splits.test
        said = plain_keras.predict(result.run.path / "model.keras", test.x, tmp_path)
        assert said == pytest.approx(np.load(result.run.predictions)["scores"], abs=1e-5)
    checked = here("gradcheck", "films.yaml")
    assert checked.status == 0, checked.out
    assert here("trace", "films.yaml", "--steps", "2").status == 0
