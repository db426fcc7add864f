"""Cross-validation: whole, exact after an interruption, and every fold a run like any other."""

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from dnnctl.config.loading import load
from dnnctl.errors import DataError, Interrupted, RunError, UsageError
from dnnctl.evaluation.measure import measure
from dnnctl.experiments.series.crossval import CrossValidation, crossval, resume_crossval
from dnnctl.experiments.series.jobs import Member, MembersObserver
from dnnctl.files import write_json
from dnnctl.inference.evaluate import evaluate
from dnnctl.inference.open import open_run
from dnnctl.runs.finding import find_run
from dnnctl.runs.layout import RunDirectory
from dnnctl.training.preparation import prepare

SETTINGS = ("engine=numpy", "data.limit=150", "training.epochs=2", "require={test.accuracy: '>= 0.99'}")


class StopAfterOne(MembersObserver):
    """Asks to stop once a member is done."""

    def __init__(self) -> None:
        self.done = False

    def on_member_done(self, member: Member, *, before: bool) -> None:
        self.done = True

    def stop_requested(self) -> bool:
        return self.done


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> CrossValidation:
    return crossval(load("digits", SETTINGS), 3, jobs=2, out=tmp_path_factory.mktemp("whole"))


def contents(folder: Path) -> dict[str, str]:
    """Digests of a folder's files but for those that hold times."""
    timed = {"manifest.json", "history.csv", "lock", "state.npz"}
    files = [path for path in folder.rglob("*") if path.is_file() and path.name not in timed]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_means_and_deviations_are_those_of_the_folds(whole: CrossValidation) -> None:
    stored = json.loads(whole.run.metrics.read_text())
    folds = [json.loads(member.run.metrics.read_text()) for member in whole.members]
    values = [fold["test"]["accuracy"] for fold in folds]
    found = stored["test"]["accuracy"]
    assert found["values"] == values
    assert (found["mean"], found["std"]) == pytest.approx((np.mean(values), np.std(values, ddof=1)))
    assert set(found) == {"mean", "std", "values"}
    linear = [fold["baseline"]["linear"]["accuracy"] for fold in folds]
    assert stored["baseline"]["linear"]["accuracy"]["mean"] == pytest.approx(np.mean(linear))
    assert whole.aggregate.unmet == (f"test.accuracy: required >= 0.99, received {np.mean(values):.6g}",)
    manifest = json.loads(whole.run.manifest.read_text())
    assert (manifest["kind"], manifest["state"], manifest["folds"]) == ("crossval", "done", 3)


def test_each_row_is_predicted_once_by_the_network_that_never_saw_it(whole: CrossValidation) -> None:
    with np.load(whole.run.predictions) as stored:
        rows, fold, y_true, scores = (stored[name] for name in ("rows", "fold", "y_true", "scores"))
    assert len(rows) == 150
    assert np.array_equal(rows, np.unique(rows))
    for number, member in enumerate(whole.members, start=1):
        prepared = prepare(load(member.run.config))
        assert np.array_equal(rows[fold == number], prepared.splits.rows["test"])
        assert not np.isin(rows[fold == number], prepared.splits.rows["train"]).any()
        assert np.array_equal(y_true[fold == number], prepared.splits.test.y)
    stored_figures = json.loads(whole.run.metrics.read_text())
    figures = measure("multiclass", y_true, scores, ["accuracy", "f1"])
    assert stored_figures["out_of_fold"]["accuracy"] == figures["accuracy"]
    matrix = np.array(stored_figures["confusion_matrix"])
    assert matrix.sum() == 150
    assert np.trace(matrix) / 150 == pytest.approx(figures["accuracy"])
    assert (whole.run.plots / "confusion_matrix.png").is_file()


def test_a_fold_is_evaluated_as_it_was_measured(whole: CrossValidation) -> None:
    for member in whole.members[:2]:
        again = evaluate(open_run(member.run)).metrics
        known = json.loads(member.run.metrics.read_text())["test"]
        assert again["accuracy"] == known["accuracy"]
        assert again["loss"] == pytest.approx(known["loss"])


@pytest.mark.slow
def test_interrupted_and_resumed_with_other_jobs_it_is_the_same(whole: CrossValidation, tmp_path: Path) -> None:
    with pytest.raises(Interrupted, match=r"[12] of 3 are done; go on with: dnnctl\.resume\("):
        crossval(load("digits", SETTINGS), 3, out=tmp_path, observer=StopAfterOne())
    run = find_run("latest", tmp_path, to_resume=True)
    assert json.loads(run.manifest.read_text())["state"] == "interrupted"
    resume_crossval(run)
    assert contents(run.path) == contents(whole.run.path)
    with pytest.raises(RunError, match="this cross-validation is finished"):
        resume_crossval(run)


def test_a_series_of_a_stranger_leads_nowhere_else(whole: CrossValidation, tmp_path: Path) -> None:
    run = RunDirectory(Path(shutil.copytree(whole.run.path, tmp_path / "copy")))
    write_json(run.manifest, {**json.loads(run.manifest.read_text()), "state": "interrupted"})
    shutil.move(run.path / "folds" / "02", tmp_path / "elsewhere")
    (run.path / "folds" / "02").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RunError, match=r"received a symbolic link to .*elsewhere, which is outside"):
        resume_crossval(run)
    run.config.rename(tmp_path / "config.yaml")
    run.config.symlink_to(tmp_path / "config.yaml")
    with pytest.raises(RunError, match=r"received a symbolic link to .*, which is outside"):
        resume_crossval(run)


def test_folds_that_were_changed_are_found(whole: CrossValidation, tmp_path: Path) -> None:
    run = RunDirectory(Path(shutil.copytree(whole.run.path, tmp_path / "copy")))
    write_json(run.manifest, {**json.loads(run.manifest.read_text()), "state": "interrupted"})
    shutil.copy(run.path / "folds" / "01" / "predictions.npz", run.path / "folds" / "02" / "predictions.npz")
    with pytest.raises(RunError, match="a row is in two folds"):
        resume_crossval(run)
    assert json.loads(run.manifest.read_text())["state"] == "failed"
    (run.path / "folds" / "02" / "predictions.npz").write_bytes(b"PK")
    with pytest.raises(RunError, match=r"predictions\.npz: cannot be read"):
        resume_crossval(run)
    (run.path / "folds" / "01" / "metrics.json").write_text("[1]")
    with pytest.raises(RunError, match=r"metrics\.json: expected figures by split"):
        resume_crossval(run)
    (run.path / "folds" / "01" / "metrics.json").write_text('{"train": {"loss": 1.0}, "test": {"loss": null}}')
    with pytest.raises(RunError, match=r"metrics\.json: expected figures of the test rows"):
        resume_crossval(run)
    write_json(run.manifest, {**json.loads(run.manifest.read_text()), "members": 1e9})
    with pytest.raises(RunError, match="expected members: 2 to 10,000"):
        resume_crossval(run)


def test_it_is_no_single_run(whole: CrossValidation) -> None:
    out = whole.run.path.parents[1]
    assert find_run("latest", out).path == whole.run.path
    with pytest.raises(RunError, match=r"a cross-validation, not a single run. Name one of its folds, as .*folds/01"):
        open_run(whole.run)


@pytest.mark.parametrize("folds", [-1, 0, 1, 100_000])
def test_folds_out_of_range(folds: int, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=f"`folds`: expected 2 to 10,000.*received {folds:,}"):
        crossval(load("digits"), folds, out=tmp_path)
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_cross_validated(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="expected at least 8 rows to cross-validate; it has 4"):
        crossval(load("xor"), 2, out=tmp_path)
    with pytest.raises(DataError, match="expected at most as many as there are training rows, 10; received 11"):
        crossval(load("height_weight"), 11, out=tmp_path)
    with pytest.raises(UsageError, match=r"data\.fold: cross-validation sets it"):
        crossval(load("digits", ["data.fold={index: 1, of: 3}"]), out=tmp_path)
    with pytest.raises(UsageError, match=r"`jobs`: expected at most .* trainings at a time, as each needs about"):
        crossval(load("mnist", ["data.dataset=digits", "model.layers=[dense: 200000]"]), 200, jobs=200, out=tmp_path)
    assert not list(tmp_path.iterdir())


def test_memory_is_asked_for_as_many_as_there_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    points = load("height_weight", ["engine=numpy", "training.epochs=1"])
    monkeypatch.setattr("dnnctl.experiments.series.folder.available", lambda: (250_000_000, "the memory"))
    with pytest.raises(UsageError, match="`jobs`: expected at most 2 trainings at a time"):
        crossval(points, 3, jobs=3, out=tmp_path)
    assert len(crossval(points, 2, jobs=3, out=tmp_path).members) == 2
