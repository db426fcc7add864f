"""Trainings on Parquet files that are not held in memory: figures, kills, files that are lost."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from stopping import StopAfter, rows, same

from dnnctl.config.loading import load
from dnnctl.errors import DataError, Interrupted
from dnnctl.evaluation.measure import measure
from dnnctl.experiments.ensemble.combine import combine
from dnnctl.experiments.reproduce.train_again import reproduce
from dnnctl.experiments.series.crossval import crossval
from dnnctl.inference.ensemble import open_any
from dnnctl.inference.evaluate import evaluate
from dnnctl.inference.open import open_run
from dnnctl.runs.layout import RunDirectory
from dnnctl.runs.predictions import read_predictions
from dnnctl.runs.verifying import verify
from dnnctl.training.checkpoint import read_checkpoint
from dnnctl.training.job import resume, train

CONFIG = """
name: streamed
data: {parquet: {path: rows, target: y, stream: true}, batch_size: 16, shuffle_window: 300}
model: {layers: [{dense: 8}, relu, {dropout: 0.1}]}
training: {epochs: 3, metrics: [METRICS], early_stopping: {monitor: val_loss, patience: 2}}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration of two classes in four files of small groups."""
    return write(tmp_path, "accuracy, auc", lambda x: np.where(x[:, 0] + x[:, 1] > 0, "yes", "no"))


def write(folder: Path, metrics: str, target: object, count: int = 4000) -> Path:
    draw = np.random.default_rng(0)
    (folder / "rows").mkdir()
    for part in range(4):
        x = draw.normal(size=(count // 4, 3)).astype(np.float32)
        columns = {f"f{i}": x[:, i] for i in range(3)} | {
            "kind": np.array(["a", "b", "c"])[draw.integers(0, 3, len(x))]
        }
        y = target(x)  # type: ignore[operator]
        pq.write_table(pa.table(columns | {"y": y}), folder / "rows" / f"{part}.parquet", row_group_size=137)
    (folder / "t.yaml").write_text(CONFIG.replace("METRICS", metrics))
    return folder / "t.yaml"


@pytest.mark.usefixtures("no_plots")
@pytest.mark.parametrize("engine", ["numpy", pytest.param("keras", marks=pytest.mark.slow)])
@pytest.mark.parametrize("task", ["classes", "numbers"])
def test_running_figures_are_those_of_the_predictions(task: str, engine: str, tmp_path: Path) -> None:
    names = "accuracy, auc, f1" if task == "classes" else "mae, r2"
    write(tmp_path, names, lambda x: np.where(x[:, 0] > 0, "yes", "no") if task == "classes" else x[:, 0] * 3 + 100)
    result = train(load(tmp_path / "t.yaml", [f"engine={engine}"]), out=tmp_path / "out")
    assert result.prepared.streamed
    told, info = read_predictions(result.run), result.prepared.dataset.info
    assert len(told.rows) == len(result.prepared.splits.test) == len(np.unique(told.rows))
    found = measure(info.task, told.y_true, told.scores, list(result.metrics["test"])[1:])
    for name, value in found.items():
        assert result.metrics["test"][name] == pytest.approx(value, rel=1e-5, abs=1e-5), name
    assert rows(result.run)[-1].keys() >= {"loss", "val_loss"}
    again = evaluate(open_run(result.run), engine=engine)
    assert again.metrics == pytest.approx(result.metrics["test"], rel=1e-6)
    assert again.count == len(told.rows)


@pytest.mark.usefixtures("no_plots")
@pytest.mark.parametrize("engine", ["numpy", "keras"])
def test_a_stream_goes_on_inside_an_epoch_and_a_window(engine: str, config: Path, tmp_path: Path) -> None:
    settings = [f"engine={engine}", "training.steps_per_execution=8"]
    whole = train(load(config, settings), out=tmp_path / "whole").run
    with pytest.raises(Interrupted):
        train(load(config, settings), out=tmp_path / "cut", observer=StopAfter(259))
    (manifest,) = (tmp_path / "cut").glob("*/*/manifest.json")
    run = RunDirectory(manifest.parent)
    assert read_checkpoint(run.checkpoint).meta.done > 0
    resume(run)
    same(run, whole)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["numpy", "keras"])
def test_killed_in_mid_epoch_and_resumed_to_the_same_bits(engine: str, tmp_path: Path) -> None:
    config = write(tmp_path, "accuracy, auc", lambda x: np.where(x[:, 0] + x[:, 1] > 0, "yes", "no"), 40_000)
    settings = [f"--set=engine={engine}", "--set=checkpoint={seconds: 0.05}", "--set=training.steps_per_execution=4"]
    command = [sys.executable, "-m", "dnnctl", "train", str(config), *settings, "--out"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([*command, str(tmp_path / "whole")], check=True, capture_output=True, env=environment)
    process = subprocess.Popen([*command, str(tmp_path / "cut")], stdout=subprocess.DEVNULL, env=environment)
    run = None
    while process.poll() is None:
        time.sleep(0.01)
        for path in (tmp_path / "cut").glob("*/*/checkpoint/state.npz"):
            run = RunDirectory(path.parents[1])
            if read_checkpoint(run.checkpoint).meta.done:
                process.send_signal(signal.SIGKILL)
                break
    assert process.wait() == -signal.SIGKILL
    assert run is not None
    assert read_checkpoint(run.checkpoint).meta.done > 0
    resume(run)
    (whole,) = (tmp_path / "whole").glob("*/*/manifest.json")
    same(run, RunDirectory(whole.parent))


@pytest.mark.usefixtures("no_plots")
@pytest.mark.parametrize("engine", ["numpy", "keras"])
@pytest.mark.parametrize("change", [pytest.param("cut", marks=pytest.mark.slow), "removed"])
def test_a_file_that_is_lost_in_mid_training_is_named_and_the_checkpoint_stays_good(
    change: str, engine: str, config: Path, tmp_path: Path
) -> None:
    settings = [
        f"engine={engine}",
        "training.steps_per_execution=8",
        "checkpoint={seconds: 0.001}",
        "training.epochs=2",
    ]
    path = tmp_path / "rows" / "2.parquet"
    contents, times = path.read_bytes(), path.stat()

    class Breaks(StopAfter):
        def stop_requested(self) -> bool:
            if self.taken > 30 and path.exists():
                if change == "cut":
                    path.write_bytes(contents[:1000])
                else:
                    path.unlink()
            return False

    with pytest.raises(DataError, match=r"2\.parquet") as said:
        train(load(config, settings), out=tmp_path / "out", observer=Breaks())
    assert "resumed" in str(said.value)
    (manifest,) = (tmp_path / "out").glob("*/*/manifest.json")
    run = RunDirectory(manifest.parent)
    assert json.loads(manifest.read_text())["state"] == "failed"
    path.write_bytes(contents)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    resume(run)
    same(run, train(load(config, settings), out=tmp_path / "whole").run)


@pytest.mark.slow
def test_folds_of_a_stream_are_all_training_rows(config: Path, tmp_path: Path) -> None:
    whole = crossval(load(config, ["engine=numpy", "training.epochs=1"]), 3, out=tmp_path / "all").out_of_fold
    assert not whole.sampled
    assert sum(whole.counts) == len(np.unique(whole.rows)) > 3000
    few = replace(whole, rows=whole.rows[:300], y_true=whole.y_true[:300], scores=whole.scores[:300])
    assert few.sampled
    assert few.to_json()["sampled"] == {"rows": 300, "of": sum(whole.counts)}


@pytest.mark.usefixtures("no_plots")
def test_a_run_on_a_stream_is_measured_on_other_rows_and_comes_out_again(config: Path, tmp_path: Path) -> None:
    run = train(load(config, ["engine=numpy", "training.epochs=1"]), out=tmp_path / "out").run
    more = tmp_path / "more.parquet"
    table = pq.read_table(tmp_path / "rows" / "0.parquet")
    pq.write_table(pa.concat_tables([table, table]), more, row_group_size=100)
    found = evaluate(open_run(run), data=more)
    assert found.count == 2000
    assert sum(row.support for row in found.classes) == 2000
    assert any("all 2,000 rows" in note for note in found.notes)
    assert reproduce(run, out=tmp_path / "again").equal
    assert verify(run).passed


@pytest.mark.usefixtures("no_plots")
def test_members_of_an_ensemble_vote_on_a_stream(config: Path, tmp_path: Path) -> None:
    runs = [
        train(load(config, ["engine=numpy", "training.epochs=1", f"seed={seed}"]), out=tmp_path / "out").run
        for seed in (1, 2)
    ]
    both = combine(runs, out=tmp_path / "ensembles")
    stored = read_predictions(both.run)
    found = measure("binary", stored.y_true, stored.scores, ["accuracy", "f1"])
    assert both.metrics["test"]["accuracy"] == pytest.approx(found["accuracy"])
    assert both.metrics["test"]["f1"] == pytest.approx(found["f1"])
    assert len(both.members.metrics) == 2
    assert evaluate(open_any(both.run)).count == len(stored.rows)
