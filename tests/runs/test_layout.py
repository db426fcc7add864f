"""The folder of a run."""

import datetime
import json
from pathlib import Path

import pytest

from dnnctl.errors import RunError
from dnnctl.inference.open import open_run
from dnnctl.runs.layout import RunDirectory, create_run, how_to_resume
from dnnctl.runs.manifest import FORMAT

NOW = datetime.datetime(2026, 1, 2, 3, 4, 5)


def test_runs_of_one_second_are_numbered(tmp_path: Path) -> None:
    made = [create_run(tmp_path / "out", "mine", NOW).path for _ in range(3)]
    assert [path.name for path in made] == ["20260102-030405", "20260102-030405-2", "20260102-030405-3"]
    assert all((path / "plots").is_dir() for path in made)
    assert {path.parent for path in made} == {tmp_path / "out" / "mine"}


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match=r"file/mine: the run's folder cannot be made: .*`out`"):
        create_run(tmp_path / "file", "mine")


def test_every_file_has_a_name_of_its_own_inside_the_folder(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path)
    names = [name for name, kind in vars(RunDirectory).items() if type(kind).__name__ == "_Inside"]
    paths = [getattr(run, name) for name in names]
    assert len(set(paths)) == len(paths) > 8
    assert all(path.parent in {tmp_path, run.checkpoint.parent} for path in paths)
    assert run.checkpoint.parent.parent == tmp_path


def test_primary_files_are_those_that_exist_without_the_manifest(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path)
    assert run.primary_files() == []
    run.weights.touch()
    run.manifest.touch()
    run.plots.mkdir()
    assert run.primary_files() == [run.weights]


def test_a_run_that_cannot_answer_says_which_call_goes_on(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path / "two words")
    run.path.mkdir()
    run.manifest.write_text(json.dumps({"format": FORMAT}))
    with pytest.raises(RunError) as said:
        open_run(run)
    assert str(said.value).endswith(f"Go on with: {how_to_resume(run)}")
