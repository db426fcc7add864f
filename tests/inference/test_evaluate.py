"""Measuring a finished run gives the figures of its training, to the last digit."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dnnctl.config.loading import load
from dnnctl.errors import DataError
from dnnctl.inference.evaluate import evaluate
from dnnctl.inference.open import open_run
from dnnctl.runs.lock import locked
from dnnctl.training.job import resume, train

pytestmark = pytest.mark.usefixtures("no_plots")


@pytest.fixture(scope="module")
def numpy_run(tmp_path_factory: pytest.TempPathFactory) -> Any:
    settings = ["engine=numpy", "training.epochs=3", "training.metrics=[accuracy, top_2]"]
    return train(load("digits", settings), out=tmp_path_factory.mktemp("outputs"))


@pytest.mark.parametrize("split", ["test", "validation", "train"])
@pytest.mark.parametrize("which", ["digits_run", "numpy_run"])
def test_figures_are_those_of_the_training(which: str, split: str, digits_run: Any, numpy_run: Any) -> None:
    run = {"digits_run": digits_run, "numpy_run": numpy_run}[which].run
    result = evaluate(open_run(run), split, engine="keras" if which == "digits_run" else "numpy")
    assert result.metrics == json.loads(run.metrics.read_text())[split]
    assert next(iter(result.metrics)) == "loss"
    assert sum(row.support for row in result.classes) == len(result.samples)
    assert result.notes == ()


def test_the_other_engine_gives_the_same_figures_to_six_digits(digits_run: Any, numpy_run: Any) -> None:
    for run, other in ((digits_run.run, "numpy"), (numpy_run.run, "keras")):
        figures = json.loads(run.metrics.read_text())["test"]
        assert evaluate(open_run(run), engine=other).metrics == pytest.approx(figures, rel=1e-6)


def test_the_first_answer_of_keras_for_a_run_of_numpy_puts_the_comparison_into_the_manifest(tmp_path: Path) -> None:
    run = train(load("height_weight_hidden", ["engine=numpy", "training.epochs=3"]), out=tmp_path).run
    before = json.loads(run.manifest.read_text())
    evaluate(open_run(run))
    assert json.loads(run.manifest.read_text()) == before
    assert before["engines_agree"] is None
    evaluate(open_run(run), engine="keras")
    after = json.loads(run.manifest.read_text())
    assert after["engines_agree"]["passed"]
    assert 0 < after["engines_agree"]["largest_difference"] <= 1e-5
    assert {**after, "engines_agree": None} == before


def test_a_run_that_is_being_trained_or_was_trained_further_keeps_its_manifest(tmp_path: Path) -> None:
    run = train(load("height_weight", ["engine=numpy", "training.epochs=3"]), out=tmp_path).run
    opened = open_run(run)
    before = run.manifest.read_bytes()
    with locked(run):
        evaluate(opened, engine="keras")
    assert run.manifest.read_bytes() == before
    resume(run, ["training.epochs=4"])
    longer = run.manifest.read_bytes()
    evaluate(opened, engine="keras")
    assert run.manifest.read_bytes() == longer


@pytest.mark.parametrize("passed", [True, False, None])
def test_the_light_engine_answers_only_where_it_was_found_to_agree(digits_run: Any, passed: bool | None) -> None:
    opened = open_run(digits_run.run)
    for checked in ({"passed": passed}, passed):
        changed = dataclasses.replace(opened, manifest={**opened.manifest, "engines_agree": checked})
        assert changed.light_engine() == ("numpy" if checked == {"passed": True} else "keras")


def test_scores_are_the_stored_predictions(digits_run: Any) -> None:
    result = evaluate(open_run(digits_run.run), engine="keras")
    with np.load(digits_run.run.predictions) as stored:
        assert np.array_equal(result.scores.astype(np.float32), stored["scores"])
        assert np.array_equal(result.samples.y, stored["y_true"])


def test_regression_is_measured_in_the_targets_unit(tmp_path: Path) -> None:
    run = train(load("height_weight", ["engine=numpy"]), out=tmp_path).run
    result = evaluate(open_run(run))
    assert result.metrics == json.loads(run.metrics.read_text())["test"]
    assert result.metrics["rmse"] == pytest.approx(result.metrics["mse"] ** 0.5)
    assert result.classes == ()
    with pytest.raises(DataError, match="validation"):
        evaluate(open_run(run), "validation")


def test_other_data_is_noted(numpy_run: Any) -> None:
    opened = open_run(numpy_run.run)
    for data in ({"digests": {"inputs": "0" * 64}}, {}, None):
        other = dataclasses.replace(opened, manifest={**opened.manifest, "data": data})
        assert "its digests differ" in evaluate(other).notes[-1]


def test_requirements_of_the_split_are_checked(numpy_run: Any) -> None:
    opened = open_run(numpy_run.run)
    require = {"test.accuracy": "> 0.9999", "test.loss": "< 1e3", "train.accuracy": "> 0.9999", "test.mse": "< 1"}
    asked = dataclasses.replace(opened, config=opened.config.model_copy(update={"require": require}))
    missed = evaluate(asked).unmet
    assert [text.partition(":")[0] for text in missed] == ["test.accuracy", "test.mse"]
    assert "no such metric" in missed[1]
    assert [text.partition(":")[0] for text in evaluate(asked, "train").unmet] == ["train.accuracy"]
    assert evaluate(asked, "validation").unmet == ()
