"""Running the command line in processes of its own, for how it behaves."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hostile import CommandLine, Outcome

# Ctrl-C is ignored in what a shell starts in the background; here it is heard wherever the tests run.
PROGRAM = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from dnnctl.cli.main import main; main()"
)


@pytest.fixture
def start(tmp_path: Path) -> Callable[..., "subprocess.Popen[str]"]:
    """Start a command in a process of its own, in an empty folder."""

    def _start(*arguments: object, **options: Any) -> "subprocess.Popen[str]":
        given = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "cwd": tmp_path, **options}
        env = {**os.environ, **given.pop("env", {})}
        env.pop("DNNCTL_OUTPUT_DIR", None)
        return subprocess.Popen([sys.executable, "-c", PROGRAM, *map(str, arguments)], text=True, env=env, **given)

    return _start


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An output folder with a run on digits, one on height_weight and one on xor."""
    from dnnctl.config.loading import load
    from dnnctl.training.job import train

    out = tmp_path_factory.mktemp("trained")
    for name, epochs in (("digits", 6), ("xor", 300), ("height_weight", 100)):
        train(load(name, ["engine=numpy", f"training.epochs={epochs}"]), out=out)
    return out


@pytest.fixture(scope="session")
def commands() -> Iterator[CommandLine]:
    """The command line for hostile input: each command in a process of its own, its time and memory measured."""
    with CommandLine() as running:
        yield running


@pytest.fixture
def data_info(commands: CommandLine, tmp_path: Path) -> Callable[..., Outcome]:
    """Ask what is in a data set at a path."""

    def _info(name: str, path: Path) -> Outcome:
        return commands.run("data", "info", name, "--path", path, cwd=tmp_path)

    return _info


@pytest.fixture
def ask_run(commands: CommandLine, trained: Path, tmp_path: Path) -> Callable[..., Outcome]:
    """Ask a run about a file of given contents, or about standard input."""

    def _predict(run: str, name: str, contents: bytes, *options: str) -> Outcome:
        asked = ["predict", run, name, "--out", str(trained), *options]
        if name == "-":
            return commands.run(*asked, cwd=tmp_path, stdin=contents)
        (tmp_path / name).write_bytes(contents)
        return commands.run(*asked, cwd=tmp_path)

    return _predict
