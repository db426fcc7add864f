"""A run answers, and is measured, with the task and the order of classes that it was trained with."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from stopping import StopAfter

from dnnctl.config.loading import load
from dnnctl.datasets.parts import target
from dnnctl.datasets.parts.whole_numbers import Reading
from dnnctl.datasets.user import image_folder
from dnnctl.errors import Interrupted, RunError
from dnnctl.inference.evaluate import evaluate
from dnnctl.inference.open import open_run
from dnnctl.inference.predict import Request, predict
from dnnctl.runs.layout import RunDirectory
from dnnctl.training.job import TrainingResult, resume, train

pytestmark = pytest.mark.usefixtures("no_plots")
DRAW = np.random.default_rng(5)
TRAINING = {"epochs": 30, "optimizer": {"adam": 0.02}}


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


def as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Order classes, take whole numbers and call them as version 0.1 did."""
    for module in (target, image_folder):
        monkeypatch.setattr(module, "in_order", sorted)
    monkeypatch.setattr(target, "reading_of", lambda values, *_, **__: Reading(classes=len(values) <= 20))
    monkeypatch.setattr(target, "names_of", lambda values: tuple(f"{np.float32(value):.7g}" for value in values))


def older(kept: Any, folder: Path, monkeypatch: pytest.MonkeyPatch, **training: Any) -> TrainingResult:
    with monkeypatch.context() as before:
        as_before(before)
        config = {
            "name": "t",
            "data": kept(folder),
            "model": {"layers": [{"dense": 32}, "relu"]},
            "training": {**TRAINING, **training},
            "engine": "numpy",
        }
        return train(load(config), out=folder / "out")


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
        train(load("digits", ["engine=numpy", "training.epochs=3"]), out=tmp_path, observer=StopAfter(50))
    (run,) = (tmp_path / "digits").iterdir()
    manifest = json.loads((run / "manifest.json").read_text())
    assert manifest["network"].pop("units") == [str(i) for i in range(10)]
    (run / "manifest.json").write_text(json.dumps(manifest))

    assert resume(RunDirectory(run)).metrics["test"]["accuracy"] > 0.8
