"""What is said of whole trainings, where it is known what would be right to say."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dnnctl.config.loading import load
from dnnctl.training.job import TrainingResult, train

pytestmark = pytest.mark.usefixtures("no_plots")

Train = Callable[..., TrainingResult]


@pytest.fixture
def trained(tmp_path: Path) -> Train:
    """Train on arrays with a hidden layer, by the NumPy engine."""

    def _trained(x: Any, y: Any, **settings: Any) -> TrainingResult:
        np.savez(tmp_path / "rows.npz", x=x.astype(np.float32), y=y)
        given = {key.replace("__", "."): value for key, value in settings.items()}
        config = {
            "engine": "numpy",
            "data": {"npz": {"path": str(tmp_path / "rows.npz")}},
            "model": {"layers": [{"dense": 16}, "relu"]},
        }
        return train(load(config, given), out=tmp_path / "outputs")

    return _trained


def noisy(rows: int, seed: int = 0, share: float | None = None) -> tuple[Any, Any]:
    """Return rows of two classes that a line parts as well as anything can, rightly in about three of four."""
    draw = np.random.default_rng(seed)
    x = draw.normal(size=(rows, 8))
    score = 1.4 * x[:, 0] + draw.logistic(size=rows)
    return x, (score > (np.quantile(score, 1 - share) if share else 0)).astype(np.int64)


def test_noise_that_nothing_explains_is_no_underfitting(trained: Train) -> None:
    verdict = trained(*noisy(6000), training__epochs=8).verdict
    assert verdict.kind in {"good fit", "no better than a linear model"}
    assert verdict.advice == ()
    assert "logistic regression reaches 0.7" in verdict.sentence


def test_rows_learned_by_heart_are_told_to_stop_early_and_it_helps(trained: Train, tmp_path: Path) -> None:
    x, y = noisy(700)
    wide = {"model__layers": [{"dense": 128}, "relu", {"dense": 64}, "relu"], "training__epochs": 60}
    before = trained(x, y, **wide, training__optimizer={"adam": 0.01})
    assert before.verdict.kind == "overfitting"
    (advice,) = before.verdict.advice
    assert dict(advice.settings)["training.early_stopping"]["monitor"] == "val_loss"
    after = train(load(before.prepared.config, dict(advice.settings)), out=tmp_path / "after")
    assert after.metrics["test"]["accuracy"] > before.metrics["test"]["accuracy"]


def test_a_curve_that_a_network_without_hidden_layer_cannot_follow(trained: Train, tmp_path: Path) -> None:
    draw = np.random.default_rng(1)
    x = draw.uniform(-2, 2, (3000, 2))
    y = np.sin(2 * x[:, 0]) * x[:, 1] + draw.normal(size=3000) * 0.1
    before = trained(x, y[:, None], model__layers=[], training__optimizer={"adam": 0.01})
    assert before.verdict.kind == "underfitting"
    (advice,) = before.verdict.advice
    after = train(load(before.prepared.config, dict(advice.settings)), out=tmp_path / "after")
    assert after.metrics["test"]["mse"] < 0.7 * before.metrics["test"]["mse"]


def test_weighed_classes_are_held_against_models_of_the_same_weights(trained: Train) -> None:
    x, y = noisy(4000, share=0.05)
    result = trained(x, y, training__class_weights="balanced", training__epochs=8)
    by_kind = {baseline.kind: baseline for baseline in result.baselines}
    plain = {b.kind: b for b in trained(x, y, training__epochs=8).baselines}
    assert by_kind["logistic"].test["recall"] > plain["logistic"].test["recall"] + 0.1
    assert by_kind["linear"].test["recall"] > plain["linear"].test["recall"] + 0.1
    assert "same class weights" in by_kind["logistic"].label
    assert result.verdict.kind != "underfitting"


def test_a_rare_class_in_four_validation_rows_tells_nothing(trained: Train) -> None:
    x, y = noisy(800, share=0.05)
    result = trained(x, y, training__class_weights="balanced", training__epochs=60, training__optimizer={"adam": 0.01})
    held_out = result.prepared.splits.validation
    assert held_out is not None
    assert result.metrics["train"]["recall"] > result.metrics["test"]["recall"] + 0.15
    assert result.verdict.kind in {"no verdict", "overfitting"}


def test_a_class_that_is_never_named_is_offered_weights(trained: Train) -> None:
    x, y = noisy(6000, share=0.04)
    result = trained(x, y, training__epochs=8)
    (advice,) = [each for each in result.verdict.advice if each.figure == "recall"]
    assert advice.settings == (("training.class_weights", "balanced"),)
    assert "'1'" in advice.why


def test_layers_of_sigmoids_that_learn_nothing_are_rectified(tmp_path: Path) -> None:
    verdict = train(load("deep_sigmoid", ["engine=numpy"]), out=tmp_path).verdict
    assert verdict.kind == "underfitting"
    (advice,) = verdict.advice
    assert [value for _, value in advice.settings] == ["relu"] * 6
