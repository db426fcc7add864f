"""A wheel built from the repository trains a shipped configuration in another folder."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.network]


def run(*command: str | Path, cwd: Path, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, env=env, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def wheel(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--outdir", folder, clone, cwd=folder)
    (built,) = folder.glob("dnnctl-*.whl")
    return built


def test_it_carries_the_shipped_configurations_and_nothing_else(wheel: Path, clone: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    shipped = {name.rpartition("/")[2] for name in names if name.startswith("dnnctl/shipped_configs/")}
    assert shipped == {path.name for path in (clone / "configs").rglob("*.yaml")}
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"dnnctl"}
    modules = {path.relative_to(clone).as_posix() for path in (clone / "dnnctl").rglob("*.py")}
    assert modules <= set(names)


def test_it_trains_outside_of_the_repository(wheel: Path, tmp_path: Path) -> None:
    site, work = tmp_path / "site", tmp_path / "work"
    work.mkdir()
    run(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", site, wheel, cwd=work)
    env = {**os.environ, "PYTHONPATH": str(site)}
    env.pop("DNNCTL_OUTPUT_DIR", None)
    where = run(sys.executable, "-c", "import dnnctl; print(dnnctl.__file__)", cwd=work, env=env)
    assert Path(where.strip()).is_relative_to(site), "the editable checkout was imported instead"

    program = [sys.executable, "-m", "dnnctl"]
    names = [line.split()[0] for line in run(*program, "config", "list", cwd=work, env=env).splitlines()]
    assert {"digits", "mnist", "xor"} <= set(names)
    shown = run(*program, "train", "digits", "--set", "training.epochs=1", "--json", cwd=work, env=env)
    result = json.loads(shown)
    assert result["metrics"]["test"]["accuracy"] > 0.7
    assert (work / result["run"] / "model.keras").is_file()
