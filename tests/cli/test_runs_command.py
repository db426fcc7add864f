"""`dnnctl runs verify` and `dnnctl reproduce` from the command line."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


@pytest.fixture
def copied(trained: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(trained / "xor", tmp_path / "outputs" / "xor")).parent


def test_a_whole_run(dnnctl: Run, copied: Path) -> None:
    done = dnnctl("runs", "verify", "latest", "--out", copied)
    assert done.status == 0
    assert "8 of 8 files are as they were written" in done.out


def test_a_damaged_run(dnnctl: Run, copied: Path) -> None:
    run = next(copied.glob("xor/*"))
    with (run / "history.csv").open("a") as stream:
        stream.write("\n")
    (run / "layers.csv").unlink()
    done = dnnctl("runs", "verify", run)
    assert done.status == 1
    assert "history.csv         DAMAGED  expected SHA-256" in done.out
    assert "layers.csv          MISSING" in done.out
    assert "2 of 8 files are damaged or missing" in done.out
    done = dnnctl("runs", "verify", run, "--json")
    found = json.loads(done.out)
    assert (done.status, found["passed"], found["missing"]) == (1, False, ["layers.csv"])
    assert found["damaged"][0]["file"] == "history.csv"


def test_no_such_run(dnnctl: Run) -> None:
    for command in (("runs", "verify"), ("reproduce",)):
        done = dnnctl(*command, "nothing")
        assert (done.status, done.out) == (1, "")
        assert done.err.startswith("error: no run 'nothing'")


def test_reproduced(dnnctl: Run, copied: Path) -> None:
    done = dnnctl("reproduce", "xor", "--out", copied)
    assert done.status == 0
    assert "33 weights, all figures and all epochs are equal in every bit" in done.out
    assert "epoch 300/300" in done.err


def test_not_reproduced(dnnctl: Run, copied: Path) -> None:
    run = next(copied.glob("xor/*"))
    manifest = json.loads((run / "manifest.json").read_text())
    (run / "manifest.json").write_text(json.dumps({**manifest, "threads": {"blas": 5}}))
    done = dnnctl("reproduce", run, "--quiet")
    assert done.status == 0
    assert "although these differ" in done.out
    config = (run / "config.yaml").read_text()
    (run / "config.yaml").write_text(config.replace("seed: 42", "seed: 7", 1))
    done = dnnctl("reproduce", run, "--quiet")
    assert (done.status, done.err) == (1, "")
    for said in ("NOT reproduced", "dense_1/kernel", "test.loss", "from epoch 1 on", "threads", "seed"):
        assert said in done.out
    done = dnnctl("reproduce", run, "--quiet", "--json")
    found = json.loads(done.out)
    assert (done.status, found["equal"], found["first_epoch"]) == (1, False, 1)
    assert {"name": "seed", "then": "42", "now": "7"} in found["environment"]
