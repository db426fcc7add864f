"""A run that is made longer ends like one that was that long from the start."""

import json
from pathlib import Path

import pytest
from stopping import StopAfter, rows, same, start, starts

from dnnctl.config.loading import load
from dnnctl.errors import Interrupted
from dnnctl.training.job import resume

pytestmark = pytest.mark.usefixtures("no_plots")


@pytest.mark.parametrize("engine", ["numpy", pytest.param("keras", marks=pytest.mark.slow)])
def test_a_longer_training_is_that_length_from_the_start(tmp_path: Path, engine: str) -> None:
    # The best weights are not those of the last epoch, from which a longer training must go on.
    settings = (f"engine={engine}", "training.early_stopping={monitor: val_loss, patience: 9}", "data.limit=300")
    optimizer = "training.optimizer={adam: {learning_rate: 0.1}}"
    long = start((*settings, optimizer, "training.epochs=5"), tmp_path / "long")
    run = start((*settings, optimizer, "training.epochs=3"), tmp_path / "parts")
    seen = StopAfter()
    result = resume(run, ["training.epochs=5"], observer=seen)
    same(run, long)
    assert result.steps == 5 * 9
    assert not any("depends on the length" in notice for notice in seen.notices)
    assert load(run.config).config.training.epochs == 5


def test_iterations_that_end_inside_an_epoch_can_be_more(tmp_path: Path) -> None:
    rule = "training.reduce_on_plateau={monitor: loss, patience: 1, min_delta: 0.5}"
    settings = ("engine=numpy", rule, "training.optimizer=adam")
    long = start((*settings, "training.iterations=110"), tmp_path / "long")
    run = start((*settings, "training.iterations=50"), tmp_path / "parts")
    assert len(rows(run)) == 2
    resume(run, ["training.iterations=110"])
    same(run, long)
    assert starts(run) == [("done", 1, 50, 50), ("done", 51, 110, 60)]


def test_a_longer_training_that_is_stopped_keeps_no_figures_of_the_shorter_one(tmp_path: Path) -> None:
    settings = ("engine=numpy", "training.optimizer=adam")
    long = start((*settings, "training.iterations=100"), tmp_path / "long")
    run = start((*settings, "training.iterations=30"), tmp_path / "parts")
    # Not an engine's comparison in fact, but what a run of Keras has there.
    manifest = {**json.loads(run.manifest.read_text()), "engines_agree": {"passed": True}}
    run.manifest.write_text(json.dumps(manifest))
    with pytest.raises(Interrupted):
        resume(run, ["training.iterations=100"], observer=StopAfter(35))
    after = json.loads(run.manifest.read_text())
    assert after["state"] == "interrupted"
    assert {"verdict", "unmet", "best_epoch", "epochs_trained", "engines_agree"} & set(after) == set()
    assert after["optimizer_steps"] == 35
    assert set(after["files"]) == {"config.yaml", "preprocessing.json", "iterations.csv", "model.keras", "weights.npz"}
    assert len(run.iterations.read_text().splitlines()) == 36
    resume(run)
    same(run, long)
    assert set(json.loads(run.manifest.read_text())) == set(manifest)


def test_the_layers_of_a_longer_training_are_looked_at_as_often(tmp_path: Path) -> None:
    settings = ("engine=numpy", "data.batch_size=full", "data.limit=50", "training.optimizer=adam")
    long = start((*settings, "training.epochs=120"), tmp_path / "long")
    run = start((*settings, "training.epochs=60"), tmp_path / "parts")
    resume(run, ["training.epochs=120"])
    same(run, long)


def test_a_schedule_that_depends_on_the_length_is_said(tmp_path: Path) -> None:
    cosine = "training.optimizer={adam: {learning_rate: {cosine: 0.01}}}"
    run = start(("engine=numpy", "training.epochs=1", "data.limit=100", cosine), tmp_path)
    seen = StopAfter()
    resume(run, ["training.epochs=2"], observer=seen)
    assert any("the cosine learning rate depends on the length" in notice for notice in seen.notices)
    assert len(rows(run)) == 2


def test_early_stopping_stops_a_longer_training_too(tmp_path: Path) -> None:
    rule = "training.early_stopping={monitor: val_loss, patience: 1, min_delta: 100}"
    run = start(("engine=numpy", "training.epochs=4", rule), tmp_path)
    before = run.weights.read_bytes()
    result = resume(run, ["training.epochs=6"])
    assert result.trained.stopped.startswith("stopped early after epoch 2")
    assert (run.weights.read_bytes(), len(rows(run))) == (before, 2)
