"""The whole job, on real data that is always there."""

import csv
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from stored import arrays

from dnnctl.cli.screen.training_result import for_programs
from dnnctl.config.loading import load
from dnnctl.errors import Call
from dnnctl.training.job import train
from dnnctl.training.observer import Observer, StepProgress

pytestmark = pytest.mark.usefixtures("no_plots")

Train = Callable[..., Any]


def test_a_run_has_every_file_and_the_manifest_its_hash(digits_run: Any) -> None:
    run = digits_run.run
    manifest = json.loads(run.manifest.read_text())
    assert manifest["state"] == "done"
    expected = {
        "config.yaml",
        "preprocessing.json",
        "history.csv",
        "layers.csv",
        "metrics.json",
        "predictions.npz",
    }
    assert set(manifest["files"]) == expected | {"model.keras", "weights.npz"}
    for name, digest in manifest["files"].items():
        assert hashlib.sha256((run.path / name).read_bytes()).hexdigest() == digest
    assert not list(run.path.rglob("*.part"))
    assert {path.name for path in digits_run.plots} == {path.name for path in run.plots.iterdir()}
    assert "learning_curves.png" in {path.name for path in digits_run.plots}


def test_the_network_beats_the_baselines(digits_run: Any) -> None:
    metrics = json.loads(digits_run.run.metrics.read_text())
    assert metrics["test"]["accuracy"] > 0.95
    assert metrics["test"]["accuracy"] > metrics["baseline"]["linear"]["accuracy"]
    assert metrics["baseline"]["linear"]["accuracy"] > metrics["baseline"]["trivial"]["accuracy"]


def test_figures_are_those_of_the_stored_predictions(digits_run: Any) -> None:
    stored = arrays(digits_run.run.predictions)
    accuracy = np.mean(stored["scores"].argmax(axis=1) == stored["y_true"])
    assert accuracy == digits_run.metrics["test"]["accuracy"]
    assert np.array_equal(stored["y_true"], digits_run.prepared.dataset.train.y[stored["rows"]])


def test_the_history_has_a_row_an_epoch(digits_run: Any) -> None:
    with digits_run.run.history.open() as stream:
        rows = list(csv.DictReader(stream))
    assert [row["epoch"] for row in rows] == [str(i) for i in range(1, 9)]
    assert list(rows[0]) == [
        "epoch",
        "loss",
        "accuracy",
        "val_loss",
        "val_accuracy",
        "learning_rate",
        "seconds",
    ]
    assert float(rows[-1]["loss"]) < float(rows[0]["loss"])
    with digits_run.run.layers.open() as stream:
        layers = list(csv.DictReader(stream))
    assert len(layers) == 8 * len(digits_run.prepared.plan.layers)
    relu = [float(row["zeros"]) for row in layers if row["layer"] == "relu_1"]
    assert all(0.2 < share < 0.9 for share in relu)


def test_the_stored_configuration_repeats_the_run(digits_run: Any, tmp_path: Any) -> None:
    from dnnctl.training.job import train

    again = train(load(digits_run.run.config), out=tmp_path)
    assert again.run.weights.read_bytes() == digits_run.run.weights.read_bytes()
    assert again.metrics == digits_run.metrics


def test_regression_answers_in_the_targets_unit(train_digits: Train) -> None:
    result = train_digits(config="height_weight")
    weights = np.array([87, 81, 82, 92, 90, 61, 86, 66, 69, 69], float)
    heights = np.array([187, 174, 179, 192, 188, 160, 179, 168, 168, 174], float)
    slope, offset = np.polyfit(weights, heights, 1)
    assert result.metrics["test"]["mse"] == pytest.approx(np.mean((slope * weights + offset - heights) ** 2), abs=0.01)
    scores = arrays(result.run.predictions)["scores"]
    assert scores[:, 0] == pytest.approx(slope * weights + offset, abs=0.1)
    assert "same few rows" in result.verdict.sentence


def test_xor_needs_a_hidden_layer(train_digits: Train) -> None:
    assert train_digits(config="xor").metrics["test"]["accuracy"] == 1.0
    failed = train_digits(config="xor_single_layer")
    assert failed.metrics["test"]["accuracy"] <= 0.75
    assert failed.verdict.kind == "underfitting"


def test_penalties_are_part_of_the_loss(train_digits: Train) -> None:
    layers = "model.layers=[dense: {units: 8, kernel_regularizer: {l2: 0.01}}, relu]"
    result = train_digits("training.epochs=2", layers)
    kernel = arrays(result.run.weights)["dense_1/kernel"]
    stored = arrays(result.run.predictions)
    picked = stored["scores"][np.arange(len(stored["y_true"])), stored["y_true"]]
    expected = -np.log(picked).mean() + 0.01 * np.square(kernel).sum()
    assert result.metrics["test"]["loss"] == pytest.approx(expected, rel=1e-4)


def test_early_stopping_keeps_the_best_weights(train_digits: Train) -> None:
    result = train_digits(
        "training.epochs=60",
        "training.early_stopping={monitor: val_loss, patience: 2}",
        "training.optimizer={adam: 0.01}",
    )
    losses = [row["val_loss"] for row in result.trained.history]
    assert result.trained.best_epoch == int(np.argmin(losses)) + 1
    assert len(losses) == result.trained.best_epoch + 2
    assert result.metrics["validation"]["loss"] == pytest.approx(min(losses), rel=1e-5)
    assert "stopped early" in result.trained.stopped


def test_followed_metrics_are_in_the_history(train_digits: Train) -> None:
    result = train_digits(
        "training.epochs=2",
        "training.metrics=[f1, auc, top_2]",
        "training.reduce_on_plateau={monitor: val_f1}",
    )
    row = result.trained.history[-1]
    assert {"f1", "auc", "top_2", "val_f1", "val_auc", "val_top_2"} <= set(row)
    assert row["val_f1"] == pytest.approx(result.metrics["validation"]["f1"])


def test_unmet_requirements_are_said(train_digits: Train) -> None:
    result = train_digits("training.epochs=1", "require={test.accuracy: '>= 0.9999', test.loss: '< 100'}")
    assert len(result.unmet) == 1
    assert "test.accuracy: required >= 0.9999, received 0." in result.unmet[0]


def test_an_observer_can_stop_a_training(train_digits: Train, tmp_path: Any) -> None:
    from dnnctl.errors import Interrupted

    class Impatient(Observer):
        steps = 0

        def on_progress(self, progress: StepProgress) -> None:
            self.steps = (progress.epoch - 1) * progress.steps + progress.step

        def stop_requested(self) -> bool:
            return self.steps >= 60

    with pytest.raises(Interrupted):
        train_digits("training.steps_per_execution=32", observer=Impatient())
    manifest = json.loads(next(tmp_path.rglob("manifest.json")).read_text())
    assert manifest["state"] == "interrupted"
    assert manifest["optimizer_steps"] == 64 + 9
    assert "weights.npz" in manifest["files"]


def test_a_stop_at_the_last_step_comes_too_late(train_digits: Train) -> None:
    class Late(Observer):
        step = 0

        def on_progress(self, progress: StepProgress) -> None:
            self.step = (progress.epoch - 1) * 41 + progress.step

        def stop_requested(self) -> bool:
            return self.step >= 2 * 41

    result = train_digits("training.epochs=2", "engine=numpy", observer=Late())
    assert result.steps == 82
    assert len(result.trained.history) == 2
    with pytest.raises(Exception, match="interrupted after 82 steps"):
        train_digits("training.epochs=3", "engine=numpy", observer=Late())


def test_a_diverged_training_keeps_what_was_best(
    train_digits: Train, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dnnctl.errors import ModelError
    from dnnctl.training.loop import Loop

    real = Loop._check_losses

    def diverging(self: Loop, losses: Any) -> None:
        real(self, losses * np.nan if self.state.epoch.number == 3 else losses)

    monkeypatch.setattr(Loop, "_check_losses", diverging)
    with pytest.raises(ModelError, match="loss became nan in epoch 4, step 1"):
        train_digits("training.epochs=9", "engine=numpy", "training.early_stopping={monitor: val_loss}")
    run = next(tmp_path.rglob("manifest.json")).parent
    assert json.loads((run / "manifest.json").read_text())["state"] == "failed"
    assert len((run / "history.csv").read_text().splitlines()) == 4
    assert np.isfinite(arrays(run / "weights.npz")["output/kernel"]).all()


def test_a_failure_is_in_the_manifest(train_digits: Train, tmp_path: Any) -> None:
    from dnnctl.errors import ModelError

    with pytest.raises(ModelError):
        train_digits("training.optimizer={sgd: 1e20}")
    manifest = json.loads(next(tmp_path.rglob("manifest.json")).read_text())
    assert manifest["state"] == "failed"
    assert "loss became" in manifest["error"]


def test_a_figure_too_large_for_its_type_is_none(tmp_path: Path) -> None:
    x = np.random.default_rng(0).normal(size=(60, 1)).astype(np.float32)
    x_test = np.array([[1.0], [3e38]], np.float32)
    np.savez(tmp_path / "d.npz", x=x, y=2 * x[:, 0], x_test=x_test, y_test=np.array([1.0, 2.0], np.float32))
    (tmp_path / "c.yaml").write_text(
        "engine: numpy\ndata: {npz: {path: d.npz}, validation_split: 0}\nmodel: {layers: [dense: 4]}\n"
    )
    result = train(load(tmp_path / "c.yaml"), out=tmp_path)
    assert result.metrics["test"]["loss"] == float("inf")
    stored = json.loads(result.run.metrics.read_text())
    assert stored["test"]["loss"] is None
    assert stored["train"]["loss"] == result.metrics["train"]["loss"]
    assert json.loads(result.run.manifest.read_text())["state"] == "done"
    json.dumps(for_programs(result, Call("train", ("digits",))), allow_nan=False)
