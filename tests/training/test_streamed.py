"""A training whose rows are never held together learns what one in memory does, and measures the same."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from held_stream import stream_trainings
from stopping import rows, stopped

from dnnctl.config.loading import load
from dnnctl.datasets.samples import Samples
from dnnctl.errors import RunError
from dnnctl.memory import SAMPLE
from dnnctl.random_streams import epoch_order
from dnnctl.runs.layout import RunDirectory
from dnnctl.training import checkpoint as checkpoints
from dnnctl.training.job import TrainingResult, resume, train

CASES: dict[str, tuple[str, ...]] = {
    "classes": ("digits", "data.limit=400", "training.epochs=3", "training.metrics=[accuracy, f1, auc, top_3]"),
    "logits": ("digits", "data.limit=400", "training.epochs=2", "training.class_weights=balanced"),
    "binary": ("xor", "training.epochs=3", "training.metrics=[accuracy, auc]"),
    "numbers": ("height_weight", "data.batch_size=3", "training.epochs=5"),
    "blended": ("height_weight", "training.epochs=2", "training.mix_up=0.4", "data.batch_size=4"),
    "changed": ("digits", "data.limit=200", "training.epochs=2", "data.augment={shift: 0.1}"),
    "stopped_early": (
        "digits",
        "data.limit=300",
        "training.epochs=6",
        "training.metrics=[f1]",
        "training.early_stopping={monitor: val_f1, patience: 1}",
        "training.reduce_on_plateau={monitor: loss, patience: 1}",
    ),
}


def trained(case: str, engine: str, out: Path) -> TrainingResult:
    config, *settings = CASES[case]
    return train(load(config, [*settings, f"engine={engine}"]), out=out)


def history(run: RunDirectory) -> list[dict[str, float]]:
    with run.history.open() as stream:
        return [{k: float(v) for k, v in row.items() if k != "seconds"} for row in csv.DictReader(stream)]


# In Keras two cases are enough where there is little time.
SLOW = [pytest.param(case, "keras", marks=pytest.mark.slow) for case in CASES if case not in {"logits", "numbers"}]


@pytest.mark.usefixtures("no_plots")
@pytest.mark.parametrize(
    ("case", "engine"), [*((case, "numpy") for case in CASES), ("logits", "keras"), ("numbers", "keras"), *SLOW]
)
def test_a_stream_trains_to_the_same_bits_and_figures(
    case: str, engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = trained(case, engine, tmp_path / "memory")
    stream_trainings(monkeypatch, epoch_order)
    other = trained(case, engine, tmp_path / "stream")
    assert other.prepared.streamed
    assert one.run.weights.read_bytes() == other.run.weights.read_bytes()
    for in_memory, in_stream in zip(history(one.run), history(other.run), strict=True):
        assert in_stream.keys() == in_memory.keys()
        for name, value in in_stream.items():
            near = 1e-3 if name.endswith("auc") else 1e-9 * max(1, abs(in_memory[name]))
            assert value == pytest.approx(in_memory[name], abs=near), name
    assert other.trained.best_epoch == one.trained.best_epoch
    for split, metrics in other.metrics.items():
        for name, value in metrics.items():
            near = 1e-3 if name == "auc" else 1e-6 * max(1, abs(one.metrics[split][name]))
            assert value == pytest.approx(one.metrics[split][name], abs=near), (split, name)
    assert one.run.predictions.read_bytes() == other.run.predictions.read_bytes()
    assert [each.test for each in other.baselines] == [each.test for each in one.baselines]
    assert all("sampled" in each.label for each in other.baselines)
    told = json.loads(other.run.manifest.read_text())
    assert told["data"]["rows"]["train"] == len(one.prepared.splits.train)
    assert told["sampled"]["rows"]["test"] == len(one.prepared.splits.test)


@pytest.mark.usefixtures("no_plots")
@pytest.mark.parametrize(("case", "engine"), [("classes", "numpy"), ("numbers", "numpy"), ("numbers", "keras")])
def test_a_stream_goes_on_inside_an_epoch_with_the_same_figures(
    case: str, engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream_trainings(monkeypatch, epoch_order)
    config, *settings = CASES[case]
    settings = [*settings, f"engine={engine}", "training.steps_per_execution=2"]
    whole = train(load(config, settings), out=tmp_path / "whole").run
    run = stopped(settings, tmp_path / "stopped", 5, config)
    kept = checkpoints.read_checkpoint(run.checkpoint)
    assert kept.meta.done in {2, 6}
    assert "epoch/logits" not in kept.arrays
    assert kept.arrays["epoch/sums/rows"][0] > 0
    resume(run)
    for name in ("weights", "metrics", "predictions", "layers"):
        assert getattr(run, name).read_bytes() == getattr(whole, name).read_bytes(), name
    assert rows(run) == rows(whole)


@pytest.mark.usefixtures("no_plots")
@pytest.mark.parametrize("change", ["rows", "shape", "missing"])
def test_sums_of_another_training_are_refused(change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stream_trainings(monkeypatch, epoch_order)
    config, *settings = CASES["classes"]
    run = stopped([*settings, "engine=numpy"], tmp_path, 3, config)
    kept = checkpoints.read_checkpoint(run.checkpoint)
    sums = kept.arrays["epoch/sums/confusion"]
    if change == "missing":
        del kept.arrays["epoch/sums/confusion"]
    elif change == "shape":
        kept.arrays["epoch/sums/confusion"] = sums[:3]
    else:
        kept.arrays["epoch/sums/rows"] = kept.arrays["epoch/sums/rows"] + 1
    checkpoints.write_checkpoint(run.checkpoint, kept)
    with pytest.raises(RunError, match="not of this training"):
        resume(run)


def test_plots_of_a_stream_say_what_is_a_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dnnctl.datasets.samples.SAMPLE", 50)
    stream_trainings(monkeypatch, epoch_order)
    seen: list[Any] = []
    monkeypatch.setattr("dnnctl.training.job.draw_all", lambda context, *_: seen.append(context) or [])
    result = trained("logits", "numpy", tmp_path)
    (context,) = seen
    assert (len(context.test), len(context.train)) == (50, 50)
    assert context.matrix.sum() == len(result.prepared.splits.test) > 50
    assert context.test_rows == "a sample of 50 test rows"
    assert context.train_rows == "a sample of 50 training rows"
    with np.load(result.run.predictions) as stored:
        assert len(stored["rows"]) == len(stored["scores"]) == 50
        assert not np.array_equal(stored["rows"], np.arange(50))
    assert json.loads(result.run.manifest.read_text())["sampled"]["rows"] == {"train": 50, "test": 50}
    assert isinstance(context.train, Samples)
    assert SAMPLE > 50
