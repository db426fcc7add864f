"""A run answers, and is measured, with the task and the order of classes that it was trained with."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pyarrow import csv
from pyarrow import parquet as pq
from stopping import StopAfter

from dnnctl.config.loading import load
from dnnctl.datasets.forms import finding
from dnnctl.datasets.parts import target
from dnnctl.datasets.parts.whole_numbers import Reading
from dnnctl.datasets.user import image_folder
from dnnctl.errors import DataError, Interrupted, RunError
from dnnctl.inference.evaluate import evaluate
from dnnctl.inference.open import open_run
from dnnctl.inference.predict import Request, predict
from dnnctl.runs.layout import RunDirectory
from dnnctl.training import job
from dnnctl.training.job import TrainingResult, resume

pytestmark = pytest.mark.usefixtures("no_plots")
DRAW = np.random.default_rng(5)
TRAINING = {"epochs": 30, "optimizer": {"adam": 0.02}}
TABLE = {"model": {"layers": [{"dense": 4}, "relu"]}, "training": {"epochs": 2}}


def photos(folder: Path) -> dict[str, Any]:
    for name in map(str, range(1, 13)):
        (folder / "photos" / name).mkdir(parents=True)
        for i in range(8):
            pixels = DRAW.integers(0, 30, (8, 8)) + 18 * int(name)
            Image.fromarray(pixels.astype(np.uint8)).save(folder / "photos" / name / f"{i}.png")
    return {"image_folder": {"path": str(folder / "photos"), "size": 8}}


def words(folder: Path) -> dict[str, Any]:
    lines = [f"{i % 12 + DRAW.normal(0, 0.1):.3f},{i % 12 + 1}" for i in range(240)]
    (folder / "t.csv").write_text("x,c\n" + "\n".join(lines) + "\n")
    return {"csv": {"path": str(folder / "t.csv"), "target": "c", "types": {"c": "category"}}}


def numbers(folder: Path) -> dict[str, Any]:
    lines = [f"{i % 24 + DRAW.normal(0, 0.1):.3f},{i % 24}" for i in range(480)]
    (folder / "t.csv").write_text("x,label\n" + "\n".join(lines) + "\n")
    return {"csv": {"path": str(folder / "t.csv"), "target": "label"}}


def codes(folder: Path) -> dict[str, Any]:
    lines = [f"{i % 3 + DRAW.normal(0, 0.1):.3f},{10019912 + 10 * (i % 3)}" for i in range(120)]
    (folder / "t.csv").write_text("x,c\n" + "\n".join(lines) + "\n")
    return {"csv": {"path": str(folder / "t.csv"), "target": "c"}}


def forms(folder: Path, **more: Any) -> dict[str, Any]:
    lines = [f'"{5 + i % 12},217원",{i % 7} kg,2024년 {i % 12 + 1}월 5일,{i % 12 + i % 7}.5' for i in range(240)]
    (folder / "t.csv").write_text("price,weight,day,y\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return {"csv": {"path": str(folder / "t.csv"), "target": "y", **more}}


def forms_in_pieces(folder: Path) -> dict[str, Any]:
    return forms(folder, stream=True)


def forms_in_parquet(folder: Path) -> dict[str, Any]:
    forms(folder)
    pq.write_table(csv.read_csv(folder / "t.csv"), folder / "t.parquet")
    return {"parquet": {"path": str(folder / "t.parquet"), "target": "y"}}


def as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Order classes, take whole numbers and call them as version 0.1 did."""
    for module in (target, image_folder):
        monkeypatch.setattr(module, "in_order", sorted)
    monkeypatch.setattr(target, "reading_of", lambda values, *_, **__: Reading(classes=len(values) <= 20))
    monkeypatch.setattr(target, "names_of", lambda values: tuple(f"{np.float32(value):.7g}" for value in values))


def train(config: dict[str, Any], folder: Path) -> TrainingResult:
    return job.train(load({"name": "t", "engine": "numpy", **config}), out=folder / "out")


def older(kept: Any, folder: Path, monkeypatch: pytest.MonkeyPatch, **training: Any) -> TrainingResult:
    with monkeypatch.context() as before:
        as_before(before)
        model = {"layers": [{"dense": 32}, "relu"]}
        return train({"data": kept(folder), "model": model, "training": {**TRAINING, **training}}, folder)


@pytest.mark.parametrize("kept", [photos, words, numbers, codes])
def test_an_older_run_is_measured_as_it_was(kept: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = older(kept, tmp_path, monkeypatch)
    opened = open_run(result.run)

    found = evaluate(opened)
    assert found.metrics == result.metrics["test"]
    assert opened.info.task == ("regression" if kept is numbers else "multiclass")
    if kept in {words, codes}:
        said = predict(opened, Request(sample=30))
        assert np.mean(said.classes == said.true) > 0.8
    if kept in {photos, words}:
        assert opened.info.class_names[:3] == ("1", "10", "11")


@pytest.mark.parametrize("kept", [forms, forms_in_pieces, forms_in_parquet])
def test_columns_that_were_categories_stay_categories_of_a_run(
    kept: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Before amounts and dates were known, they were categories.
    monkeypatch.setattr(finding, "find_form", lambda *_: None)
    result = train({**TABLE, "data": kept(tmp_path)}, tmp_path)
    monkeypatch.undo()
    monkeypatch.setenv("DNNCTL_CACHE_DIR", str(tmp_path / "cache"))
    opened = open_run(result.run)
    assert opened.preprocessing.table is not None
    assert {column.kind for column in opened.preprocessing.table.columns} == {"category"}

    assert evaluate(opened).metrics == result.metrics["test"]
    assert len(predict(opened, Request(sample=5)).names) == 5
    assert resume(result.run, ["training.epochs=4"]).metrics["test"] != result.metrics["test"]


def test_dates_of_a_file_that_has_changed_are_read_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("day,y\n" + "".join(f"{i % 12 + 1}/{i % 12 + 1}/2024,{i}\n" for i in range(120)))
    run = train({**TABLE, "data": {"csv": {"path": str(path), "target": "y"}}}, tmp_path).run
    before = evaluate(open_run(run)).metrics
    # What was in either order settles it by now, but not for this run.
    path.write_text(path.read_text().replace("12/12/2024", "12/13/2024"))
    assert evaluate(open_run(run)).metrics.keys() == before.keys()
    path.write_text(path.read_text().replace("12/13/2024", "13/12/2024"))
    with pytest.raises(
        DataError, match=r"t.csv:13: column 'day': expected a date, as .* \(month first\); received '13/"
    ):
        evaluate(open_run(run))


def test_a_network_that_was_begun_for_other_outputs_is_not_trained_further(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = older(words, tmp_path, monkeypatch).run
    manifest = json.loads(run.manifest.read_text())
    assert manifest["network"]["units"][:3] == ["1", "10", "11"]
    with pytest.raises(RunError, match=r"begun for other outputs than its data is read for today \('1', '2', '3', "):
        resume(run, ["training.epochs=40"])
    # Version 0.1 did not write them down.
    del manifest["network"]["units"]
    run.manifest.write_text(json.dumps(manifest))
    with pytest.raises(RunError, match="begun for other outputs"):
        resume(run, ["training.epochs=40"])


def test_units_that_were_not_written_down_do_no_harm_where_they_are_the_same(tmp_path: Path) -> None:
    with pytest.raises(Interrupted):
        job.train(load("digits", ["engine=numpy", "training.epochs=3"]), out=tmp_path, observer=StopAfter(50))
    (run,) = (tmp_path / "digits").iterdir()
    manifest = json.loads((run / "manifest.json").read_text())
    assert manifest["network"].pop("units") == [str(i) for i in range(10)]
    (run / "manifest.json").write_text(json.dumps(manifest))

    assert resume(RunDirectory(run)).metrics["test"]["accuracy"] > 0.8
