"""Repeated trainings, and when two of them are called different."""

import json
from pathlib import Path

import numpy as np
import pytest

from dnnctl.config.loading import load
from dnnctl.errors import ConfigError, RunError, UsageError
from dnnctl.evaluation.confidence_interval import mean_interval
from dnnctl.experiments.series.crossval import resume_crossval
from dnnctl.experiments.series.repeat import Repetition, repeat, resume_repeat
from dnnctl.experiments.series.significance import compare_series
from dnnctl.files import write_json
from dnnctl.inference.open import open_run
from dnnctl.runs.layout import RunDirectory

SETTINGS = ("engine=numpy", "training.epochs=5", "seed=7")


@pytest.fixture(scope="module")
def repeated(tmp_path_factory: pytest.TempPathFactory) -> Repetition:
    return repeat(load("height_weight", SETTINGS), 2, jobs=2, out=tmp_path_factory.mktemp("repeated"))


def series(folder: Path, accuracies: list[float], like: Repetition, rows: int = 10) -> RunDirectory:
    """Write a repeated training with given figures by hand."""
    data = json.loads(like.run.manifest.read_text())["data"]
    for number, accuracy in enumerate(accuracies, start=1):
        run = RunDirectory(folder / "members" / f"{number:02d}")
        run.path.mkdir(parents=True)
        write_json(run.metrics, {"test": {"accuracy": accuracy, "mse": accuracy, "loss": 1.0}, "baseline": {}})
        known = {"rows": np.arange(rows), "y_true": np.zeros(rows), "scores": np.zeros(rows)}
        np.savez(run.predictions, **known)
    write_json(folder / "manifest.json", {"kind": "repeat", "state": "done", "members": len(accuracies), "data": data})
    return RunDirectory(folder)


def test_seeds_differ_and_the_split_does_not(repeated: Repetition) -> None:
    assert [member.config.seed for member in repeated.members] == [7, 8]
    one, other = (np.load(member.run.predictions) for member in repeated.members)
    assert np.array_equal(one["rows"], other["rows"])
    assert not np.array_equal(one["scores"], other["scores"])
    stored = json.loads(repeated.run.metrics.read_text())["test"]["mse"]
    values = [json.loads(member.run.metrics.read_text())["test"]["mse"] for member in repeated.members]
    assert stored["values"] == values
    assert (stored["low"], stored["high"]) == pytest.approx(mean_interval(values).interval)


def test_a_repeated_training_is_no_single_run(repeated: Repetition) -> None:
    with pytest.raises(RunError, match=r"a repeated training, not a single run. Name one of its repetitions"):
        open_run(repeated.run)
    with pytest.raises(RunError, match=r"expected a cross-validation; received a repeated training.*dnnctl\.resume"):
        resume_crossval(repeated.run)
    with pytest.raises(RunError, match="this repeated training is finished"):
        resume_repeat(repeated.run)
    with pytest.raises(RunError, match="expected a repeated training; received a single run"):
        resume_repeat(repeated.members[0].run)


def test_overlapping_intervals_are_never_called_different(repeated: Repetition, tmp_path: Path) -> None:
    numbers = np.random.default_rng(3)
    called = []
    for i in range(60):
        values = [numbers.normal(0.9 + shift, 0.01, 4).tolist() for shift in (0.0, 0.0015 * i)]
        one, other = (series(tmp_path / f"{i}-{j}", values[j], repeated) for j in (0, 1))
        (accuracy, mse) = compare_series(one, other).metrics
        (low, high), (other_low, other_high) = (mean_interval(v).interval for v in values)
        apart = high < other_low or other_high < low
        assert (accuracy.better is not None) == apart
        if apart:
            assert accuracy.better == (1 if np.mean(values[0]) > np.mean(values[1]) else 2)
            assert mse.better == 3 - accuracy.better
        called.append(apart)
    assert 5 < sum(called) < 55


def test_what_cannot_be_compared(repeated: Repetition, tmp_path: Path) -> None:
    one = series(tmp_path / "one", [0.5, 0.6], repeated)
    with pytest.raises(RunError, match="expected the same test rows of the same data"):
        compare_series(one, series(tmp_path / "rows", [0.5, 0.6], repeated, rows=9))
    with pytest.raises(UsageError, match="received the same one twice"):
        compare_series(one, RunDirectory(tmp_path / "rows" / ".." / "one"))
    with pytest.raises(RunError, match="expected a repeated training, as of"):
        compare_series(one, repeated.members[0].run)
    write_json(one.manifest, {**json.loads(one.manifest.read_text()), "members": "many"})
    with pytest.raises(RunError, match="expected members: 2 to 10,000"):
        compare_series(one, repeated.run)
    write_json(one.manifest, {**json.loads(one.manifest.read_text()), "state": "interrupted"})
    with pytest.raises(RunError, match=r"is not finished; go on with: dnnctl\.resume"):
        compare_series(one, repeated.run)


@pytest.mark.parametrize("times", [1, 0, -2, 100_000])
def test_repetitions_out_of_range(times: int, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="`times`: expected"):
        repeat(load("xor"), times, out=tmp_path)
    assert not list(tmp_path.iterdir())


def test_each_repetition_needs_a_seed(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="seed: expected at most 4294967294, as each of 2 networks takes a seed"):
        repeat(load("xor", [f"seed={2**32 - 1}"]), 2, out=tmp_path)
    assert not list(tmp_path.iterdir())
