"""The manifest: what made a run, and what it made."""

import hashlib
import json
from pathlib import Path

import pytest

from dnnctl import __version__
from dnnctl.errors import RunError
from dnnctl.runs.environment import PACKAGES, versions
from dnnctl.runs.layout import RunDirectory
from dnnctl.runs.manifest import Manifest, read_manifest


def test_each_state_is_written_whole(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path)
    manifest = Manifest(run, {"seed": 7, "command": ["dnnctl"]})
    manifest.update("running")
    running = read_manifest(run.manifest)
    assert (running["state"], running["seed"], running["dnnctl"]) == ("running", 7, __version__)
    assert "files" not in running

    run.weights.write_bytes(b"numbers")
    manifest.update("done", optimizer_steps=12)
    done = read_manifest(run.manifest)
    assert (done["state"], done["optimizer_steps"], done["seed"]) == ("done", 12, 7)
    assert done["files"] == {"weights.npz": hashlib.sha256(b"numbers").hexdigest()}
    assert done["started"] == running["started"] <= done["finished"]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_versions_of_what_decides_results() -> None:
    import numpy as np

    found = versions()
    assert set(found) == set(PACKAGES)
    assert found["numpy"] == np.__version__


def test_what_json_cannot_hold_leaves_the_old_manifest(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path)
    manifest = Manifest(run, {})
    manifest.update("running")
    with pytest.raises(ValueError, match="JSON"):
        manifest.update("done", loss=float("nan"))
    assert json.loads(run.manifest.read_text())["state"] == "running"


@pytest.mark.parametrize("contents", ["", "{", "[1]", "null", "[" * 100_000])
def test_what_is_no_manifest(tmp_path: Path, contents: str) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(contents)
    with pytest.raises(RunError, match="expected a run's manifest"):
        read_manifest(path)


def test_no_manifest(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no such file; is this the folder of a run"):
        read_manifest(tmp_path / "manifest.json")
