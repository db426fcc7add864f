"""Comparing a run's files with the hashes in its manifest."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from stored import rewrite

from dnnctl.errors import RunError
from dnnctl.runs.layout import RunDirectory
from dnnctl.runs.manifest import Manifest
from dnnctl.runs.verifying import verify


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    run = RunDirectory(tmp_path)
    for path in (run.config, run.history, run.metrics, run.weights):
        path.write_text(f"contents of {path.name}")
    Manifest(run, {}).update("done")
    return run


def hashes(run: RunDirectory) -> Any:
    return json.loads(run.manifest.read_text())["files"]


def test_a_whole_run(run: RunDirectory) -> None:
    run.plots.mkdir()
    (run.plots / "learning_curves.png").write_bytes(b"a picture may be drawn anew")
    found = verify(run)
    assert found.passed
    assert found.state == "done"
    assert set(found.whole) == {"config.yaml", "history.csv", "metrics.json", "weights.npz"}
    assert (found.damaged, found.missing, found.extra) == ((), (), ())


@pytest.mark.parametrize("at", [0, -1])
def test_a_single_bit(run: RunDirectory, at: int) -> None:
    contents = bytearray(run.weights.read_bytes())
    contents[at] ^= 1
    run.weights.write_bytes(contents)
    found = verify(run)
    assert not found.passed
    assert [name for name, _ in found.damaged] == ["weights.npz"]
    assert len(found.whole) == 3


def test_missing_and_extra(run: RunDirectory) -> None:
    run.history.unlink()
    run.layers.write_text("unexpected")
    found = verify(run)
    assert not found.passed
    assert (found.missing, found.extra, found.damaged) == (("history.csv",), ("layers.csv",), ())
    run.history.symlink_to("nowhere")
    assert verify(run).missing == ("history.csv",)


def test_an_extra_file_is_no_damage(run: RunDirectory) -> None:
    run.layers.write_text("unexpected")
    assert verify(run).passed


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "a\0b", "x" * 300, ".", ""])
def test_names_that_are_no_files_of_the_run(run: RunDirectory, name: str) -> None:
    (run.path.parent / "secret").write_text("secret")
    rewrite(run, files={**hashes(run), name: "0" * 64})
    found = verify(run)
    assert [damaged for damaged, _ in found.damaged] == [name]
    assert "secret" not in found.damaged[0][1]


@pytest.mark.parametrize("value", [None, 1, [], "", "0" * 63, "G" * 64])
def test_what_is_no_hash(run: RunDirectory, value: Any) -> None:
    rewrite(run, files={**hashes(run), "weights.npz": value})
    assert verify(run).damaged == (("weights.npz", "the manifest has no SHA-256 for it"),)


@pytest.mark.parametrize("files", [None, [], {}, "weights.npz"])
def test_no_hashes(run: RunDirectory, files: Any) -> None:
    rewrite(run, files=files)
    with pytest.raises(RunError, match="has no hashes of files to compare with; the training is 'done'"):
        verify(run)


def test_a_training_at_work_has_no_hashes_yet(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path)
    Manifest(run, {}).update("running")
    with pytest.raises(RunError, match=r"the training is 'running'\. They are written when it ends"):
        verify(run)


@pytest.fixture
def series(tmp_path: Path) -> RunDirectory:
    series = RunDirectory(tmp_path / "series")
    for number in (1, 2):
        fold = RunDirectory(series.path / "folds" / f"{number:02d}")
        fold.path.mkdir(parents=True)
        fold.weights.write_text(f"weights of fold {number}")
        Manifest(fold, {}).update("done")
    series.metrics.write_text("{}")
    Manifest(series, {"kind": "crossval", "members": 2}).update("done")
    return series


def test_the_runs_of_a_series_are_compared_too(series: RunDirectory) -> None:
    assert verify(series).whole == ("metrics.json", "folds/01/weights.npz", "folds/02/weights.npz")
    (series.path / "folds/02/weights.npz").write_text("damaged")
    assert [name for name, _ in verify(series).damaged] == ["folds/02/weights.npz"]
    (series.path / "folds/02/weights.npz").unlink()
    assert verify(series).missing == ("folds/02/weights.npz",)
    shutil.rmtree(series.path / "folds/02")
    assert verify(series).missing == ("folds/02/manifest.json",)


def test_a_run_of_a_series_that_leads_elsewhere_is_damaged(series: RunDirectory, tmp_path: Path) -> None:
    fold = series.path / "folds/01"
    fold.rename(tmp_path / "elsewhere")
    fold.symlink_to(tmp_path / "elsewhere")
    ((name, reason),) = verify(series).damaged
    assert name == "folds/01/manifest.json"
    assert "symbolic link" in reason
    fold.unlink()
    fold.symlink_to(series.path)  # Inside, and for ever: the series is read once.
    assert verify(series).whole == ("metrics.json", "folds/01/metrics.json", "folds/02/weights.npz")
