"""What names an ensemble's members, and what of it is refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from dnnctl.errors import RunError
from dnnctl.runs.ensembles import EnsembleFile, member_folder, read_ensemble, write_ensemble
from dnnctl.runs.layout import RunDirectory


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    for name in ("01", "02"):
        (tmp_path / "run" / "members" / name).mkdir(parents=True)
    return RunDirectory(tmp_path / "run")


def test_what_was_written_is_read(run: RunDirectory) -> None:
    assert not run.can_answer()
    write_ensemble(run, "hard", [RunDirectory(run.members / name) for name in ("01", "02")])
    assert read_ensemble(run) == EnsembleFile("hard", ("01", "02"))
    assert run.can_answer()


@pytest.mark.parametrize(
    "stored",
    [
        None,
        [],
        {"vote": "soft"},
        {"vote": "soft", "members": []},
        {"vote": "soft", "members": ["01"]},
        {"vote": "soft", "members": ["01", "01"]},
        {"vote": "soft", "members": ["01", "../02"]},
        {"vote": "soft", "members": ["01", "/etc"]},
        {"vote": "soft", "members": ["01", "2"]},
        {"vote": "soft", "members": ["01", 2]},
        {"vote": "soft", "members": ["01", "02\n"]},
        {"vote": "soft", "members": ["01", "٠٢"]},
        {"vote": "soft", "members": "0102"},
        {"vote": "soft", "members": [f"{i:02d}" for i in range(100)]},
        {"vote": "loud", "members": ["01", "02"]},
        {"vote": ["soft"], "members": ["01", "02"]},
    ],
)
def test_anything_else_is_refused(run: RunDirectory, stored: Any) -> None:
    run.ensemble.write_text(json.dumps(stored))
    with pytest.raises(RunError, match=r"expected a vote \(soft, hard or mean\) and the names of 2 to 99"):
        read_ensemble(run)


def test_a_member_must_be_in_the_ensembles_folder(run: RunDirectory, tmp_path: Path) -> None:
    assert member_folder(run, "01").path == run.members / "01"
    (run.members / "03").symlink_to(tmp_path)
    (run.members / "04").symlink_to(run.members / "01")
    with pytest.raises(RunError, match="which is outside"):
        member_folder(run, "03")
    assert member_folder(run, "04").path.is_dir()
    (run.path / "elsewhere").mkdir()
    run.members.rename(run.path / "moved")
    run.members.symlink_to(tmp_path)
    with pytest.raises(RunError, match="which is outside"):
        member_folder(run, "01")


def test_members_files_are_primary_files_of_the_ensemble(run: RunDirectory) -> None:
    member = RunDirectory(run.members / "01")
    for path in (member.weights, member.manifest, member.path / "notes.txt"):
        path.touch()
    assert run.primary_files() == []
    run.ensemble.touch()
    assert run.primary_files() == [run.ensemble, member.weights]
