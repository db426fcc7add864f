"""Averaged weights, blended rows and weighed classes in whole trainings."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dnnctl.config.loading import load
from dnnctl.data.mixup import mixtures
from dnnctl.engines.base import Steps
from dnnctl.engines.numpy.engine import NumpyEngine
from dnnctl.inference.open import open_run, read_weights
from dnnctl.network.weight_ema import taken
from dnnctl.random_streams import epoch_order
from dnnctl.training.job import TrainingResult, resume, train

pytestmark = pytest.mark.usefixtures("no_plots")

LAYERS = "model.layers=[{dense: 12}, {batch_normalization: {momentum: 0.8}}, relu, {dropout: 0.1}]"
SHORT = ("engine=numpy", "training.epochs=3", "data.limit=400", LAYERS, "training.early_stopping=null")


def trained(tmp_path: Path, *settings: str, config: str = "digits") -> TrainingResult:
    return train(load(config, [*SHORT, *settings] if config == "digits" else settings), out=tmp_path)


def losses(result: TrainingResult) -> list[float]:
    return [row["loss"] for row in result.trained.history]


def test_the_average_is_that_of_its_formula(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raw: list[dict[str, Any]] = []
    real: Callable[..., Steps] = NumpyEngine.run

    def watched(self: NumpyEngine, learning_rates: Sequence[float]) -> Steps:
        result = real(self, learning_rates)
        raw.append(self.network.weights())
        return result

    plain = trained(tmp_path, "training.steps_per_execution=1")
    with monkeypatch.context() as patched:
        patched.setattr(NumpyEngine, "run", watched)
        averaged = trained(tmp_path, "training.weight_averaging=0.95", "training.steps_per_execution=1")
    # The raw weights learn as they would alone.
    assert losses(averaged) == losses(plain)
    for name, weight in raw[-1].items():
        assert np.array_equal(read_weights(plain.run, plain.prepared.plan)[name], weight)

    decays = [1 - taken(0.95, step) for step in range(len(raw))]
    assert decays[:3] == pytest.approx([0.1, 2 / 11, 3 / 12])
    assert decays[-1] == pytest.approx(min(0.95, len(raw) / (9 + len(raw))))
    stored = read_weights(averaged.run, averaged.prepared.plan)
    assert "batch_normalization_1/moving_variance" in stored
    for name, weight in stored.items():
        expected = np.zeros(weight.shape)
        # What the average had of the first weights is nothing after a few steps.
        for decay, seen in zip(decays, raw, strict=True):
            expected = decay * expected + (1 - decay) * seen[name]
        assert weight == pytest.approx(expected, rel=1e-4, abs=1e-5), name
        assert not np.array_equal(weight, raw[-1][name])


@pytest.mark.parametrize("engine", ["numpy", "keras"])
def test_every_answer_is_that_of_the_averaged_weights(tmp_path: Path, engine: str) -> None:
    stopping = "training.early_stopping={monitor: val_loss, patience: 1}"
    result = trained(tmp_path, f"engine={engine}", "training.weight_averaging=0.97", stopping)
    opened, test = open_run(result.run), result.prepared.splits.test
    figures, _ = opened.network("numpy").evaluate(test.rows, test.y, ["accuracy"])
    assert figures["accuracy"] == result.metrics["test"]["accuracy"]
    assert figures["loss"] == pytest.approx(result.metrics["test"]["loss"], rel=1e-5)
    validation = result.prepared.splits.validation
    assert validation is not None
    held_out, _ = opened.network("numpy").evaluate(validation.rows, validation.y, ["accuracy"])
    best = result.trained.history[(result.trained.best_epoch or 0) - 1]
    assert best["val_loss"] == pytest.approx(held_out["loss"], rel=1e-5)


def test_a_run_that_is_made_longer_goes_on_with_the_raw_weights(tmp_path: Path) -> None:
    settings = ("training.weight_averaging=0.97", "training.optimizer={adam: 0.002}")
    whole = trained(tmp_path, *settings, "training.epochs=5")
    short = trained(tmp_path, *settings)
    resume(short.run, ["training.epochs=5"])
    weights = [read_weights(run, whole.prepared.plan) for run in (whole.run, short.run)]
    assert all(np.array_equal(weights[1][name], weight) for name, weight in weights[0].items())


def test_training_figures_of_blended_classes_are_those_of_the_larger_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[Any] = []
    real: Callable[..., Steps] = NumpyEngine.run

    def watched(self: NumpyEngine, learning_rates: Sequence[float]) -> Steps:
        result = real(self, learning_rates)
        said.append(result.logits)
        return result

    monkeypatch.setattr(NumpyEngine, "run", watched)
    result = trained(tmp_path, "training.mix_up=1", "training.epochs=1", "data.batch_size=8")
    train_rows = result.prepared.splits.train
    visited = train_rows.y[epoch_order(len(train_rows), 42, 0)]
    (row,) = result.trained.history
    assert row["accuracy"] == (np.concatenate(said).argmax(axis=1) == visited).mean()
    # Final figures are of rows as they are, and so is the verdict.
    assert result.metrics["train"]["accuracy"] > row["accuracy"]
    assert f"{result.metrics['train']['accuracy']:.3f}" in result.verdict.sentence


def test_training_figures_of_blended_numbers_are_against_blended_targets(tmp_path: Path) -> None:
    settings = ("engine=numpy", "training.epochs=2", "data.batch_size=4", "training.mix_up=1", "training.metrics=[mse]")
    result = trained(tmp_path, *settings, config="height_weight")
    # The loss is that of standardized targets, and the mean squared error the same in the target's unit.
    spread = result.prepared.preprocessing.target_std[0]
    for row in result.trained.history:
        assert row["mse"] == pytest.approx(row["loss"] * spread**2, rel=1e-5)
    y = result.prepared.splits.train.y[epoch_order(10, 42, 1)]
    blends = mixtures(10, 4, 1, 42, 1, 0)
    assert not np.array_equal(blends[2].mix(y[8:]), y[8:])


def test_weights_of_classes_are_recorded_and_only_train(tmp_path: Path) -> None:
    plain, weighed = trained(tmp_path), trained(tmp_path, "training.class_weights={'8': 5}")
    data = json.loads(weighed.run.manifest.read_text())["data"]
    assert data["class_weights"] == {str(digit): 5.0 if digit == 8 else 1.0 for digit in range(10)}
    assert "class_weights" not in json.loads(plain.run.manifest.read_text())["data"]
    assert losses(weighed) != losses(plain)
    # Validation counts every row once, with the loss of those weights.
    held_out = weighed.prepared.splits.validation
    assert held_out is not None
    network = open_run(weighed.run).network("numpy")
    figures, _ = network.evaluate(held_out.rows, held_out.y, [])
    assert weighed.trained.history[-1]["val_loss"] == pytest.approx(figures["loss"], rel=1e-6)


def imbalanced(tmp_path: Path) -> Path:
    """Write a table of benign and, with most of them left out, malignant tumours; by a few of its columns."""
    from sklearn.datasets import load_breast_cancer

    data, draw = load_breast_cancer(), np.random.default_rng(0)
    kept = np.concatenate([np.flatnonzero(data.target == 1), draw.permutation(np.flatnonzero(data.target == 0))[:36]])
    names = ["mean texture", "mean smoothness", "mean symmetry", "mean compactness"]
    columns = [list(data.feature_names).index(name) for name in names]
    rows = [
        ",".join([*(f"{value:g}" for value in data.data[i, columns]), data.target_names[data.target[i]]]) for i in kept
    ]
    (tmp_path / "tumours.csv").write_text("\n".join([",".join([*names, "diagnosis"]), *rows]) + "\n")
    path = tmp_path / "tumours.yaml"
    path.write_text(
        "data: {csv: {path: tumours.csv, target: diagnosis}, test_split: 0.4}\n"
        "model: {layers: [{dense: 16}, relu]}\nengine: numpy\n"
        "training: {epochs: 60, optimizer: {adam: 0.002}}\n"
    )
    return path


def test_balanced_weights_find_more_of_a_rare_class(tmp_path: Path) -> None:
    path, found = imbalanced(tmp_path), {}
    for weights in ("null", "balanced"):
        result = trained(tmp_path / "runs", f"training.class_weights={weights}", config=str(path))
        predictions = np.load(result.run.predictions)
        rare = result.prepared.dataset.info.class_names.index("malignant")
        right = (predictions["scores"] > 0.5) == (rare == 1)
        found[weights] = right[predictions["y_true"] == rare].mean()
    assert found["balanced"] > found["null"] + 0.2
    # It gave accuracy away on purpose, and is not told off for that.
    assert "mean recall of the classes" in result.verdict.sentence
